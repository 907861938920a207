using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>Where each target stands when a plan is drawn: columns by how late it can run, rows so that few lines cross.</summary>
internal sealed class PlanGraph
{
    private const int Sweeps = 4;

    private readonly List<List<ExecutableTarget>> columns;

    public PlanGraph(IReadOnlyList<ExecutableTarget> targets)
    {
        var shown = targets.ToHashSet();
        var column = new Dictionary<ExecutableTarget, int>();
        foreach (var target in targets)
            Column(target, shown, column);

        columns = [.. targets.GroupBy(target => column[target]).OrderBy(group => group.Key).Select(group => group.ToList())];
        for (var sweep = 0; sweep < Sweeps; sweep++)
            Straighten(shown);
    }

    public int ColumnCount => columns.Count;

    public int RowCount => columns.Count == 0 ? 0 : columns.Max(column => column.Count);

    /// <summary>Column and row of each target.</summary>
    public IEnumerable<(ExecutableTarget Target, int Column, double Row)> Places
    {
        get
        {
            for (var column = 0; column < columns.Count; column++)
            {
                // Centred: a short column stands beside the middle of a long one.
                var top = (RowCount - columns[column].Count) / 2.0;
                for (var row = 0; row < columns[column].Count; row++)
                    yield return (columns[column][row], column, top + row);
            }
        }
    }

    private static int Column(ExecutableTarget target, HashSet<ExecutableTarget> shown, Dictionary<ExecutableTarget, int> known)
    {
        if (!known.TryGetValue(target, out var column))
        {
            column = target.AllDependencies.Where(shown.Contains).Select(other => Column(other, shown, known) + 1).DefaultIfEmpty(0).Max();
            known[target] = column;
        }

        return column;
    }

    /// <summary>Orders every column by the middle of what its targets are tied to in the others.</summary>
    private void Straighten(HashSet<ExecutableTarget> shown)
    {
        var rows = Places.ToDictionary(place => place.Target, place => place.Row);
        for (var i = 0; i < columns.Count; i++)
        {
            columns[i] = [.. columns[i].OrderBy(target => target.AllDependencies
                .Concat(shown.Where(other => other.AllDependencies.Contains(target)))
                .Where(shown.Contains)
                .Select(other => rows[other])
                .DefaultIfEmpty(rows[target])
                .Average())];
            foreach (var (target, _, row) in Places)
                rows[target] = row;
        }
    }
}
