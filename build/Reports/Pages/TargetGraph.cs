namespace PhasedRollout.Reports.Pages;

/// <summary>The targets of the run from top to bottom, each with what it came after, its status and its time.</summary>
internal static class TargetGraph
{
    private const int RowHeight = 34;
    private const int Trunk = 40;

    public static Html Of(ReportModel model)
    {
        var targets = model.Targets;
        var label = "Targets of the run: " + string.Join(", ", targets.Select(target => $"{target.Name} {target.Status}"));
        return Html.Of($"""
            <svg class="graph" role="img" aria-label="{label}" width="100%" height="{targets.Count * RowHeight}">
            {Html.Each(Edges(targets), Edge)}{Html.Each(targets.Index(), target => Node(target.Item, target.Index))}</svg>
            """);
    }

    /// <summary>The edges that say something: one that follows from two others is left out.</summary>
    internal static IReadOnlyList<(int From, int To)> Edges(IReadOnlyList<TargetRecord> targets)
    {
        var index = targets.Index().DistinctBy(target => target.Item.Name).ToDictionary(target => target.Item.Name, target => target.Index);
        var before = targets.Select(target => target.After.Where(index.ContainsKey).Select(name => index[name]).ToHashSet()).ToList();
        // The plan is in order: everything before a target was closed already.
        var all = new List<HashSet<int>>();
        foreach (var (at, direct) in before.Index())
        {
            direct.RemoveWhere(other => other >= at);
            all.Add([.. direct, .. direct.SelectMany(other => all[other])]);
        }

        return [.. before.Index().SelectMany(target => target.Item
            .Where(from => !target.Item.Any(other => all[other].Contains(from)))
            .Order()
            .Select(from => (from, target.Index)))];
    }

    private static Html Edge((int From, int To) edge)
    {
        var (top, bottom) = (Middle(edge.From), Middle(edge.To));
        // What skips a row goes around it.
        var bend = edge.To - edge.From == 1 ? Trunk : Trunk - 12 - (6 * Math.Min(edge.To - edge.From, 3));
        return Html.Of($"<path d=\"M {Trunk} {top} C {bend} {top + 10} {bend} {bottom - 10} {Trunk} {bottom}\"></path>\n");
    }

    private static Html Node(TargetRecord target, int index)
    {
        var middle = Middle(index);
        var (css, sign) = target.Status switch
        {
            "Succeeded" => ("good", "✔"),
            "Failed" or "Aborted" => ("bad", "✖"),
            "Skipped" => ("idle", "»"),
            _ => ("idle", "–"),
        };
        var took = target.Duration > TimeSpan.Zero ? $", {ReportSummary.Duration(target.Duration)}" : "";
        return Html.Of($"""
            <g class="{css}"><circle cx="{Trunk}" cy="{middle}" r="10"></circle><text class="sign" x="{Trunk}" y="{middle + 4}" text-anchor="middle">{sign}</text>
            <text x="{Trunk + 20}" y="{middle + 5}">{target.Name}</text><text class="quiet" x="100%" y="{middle + 5}" text-anchor="end">{target.Status}{took}</text></g>

            """);
    }

    private static int Middle(int index) => (index * RowHeight) + (RowHeight / 2);
}
