using Nuke.Common.ValueInjection;

namespace Nuke.Common.Execution;

/// <summary>What was asked for: the targets to run and the targets to leave out.</summary>
internal sealed class TargetRequest
{
    public TargetRequest(
        IReadOnlyList<ExecutableTarget> all, CommandLine commandLine, ParameterCatalog parameters, List<string> problems)
    {
        // --target beats names without a switch.
        var named = parameters.Value<string[]>("Target") is { Length: > 0 } targets ? targets : [.. commandLine.Targets];
        var invoked = Find(named, all, "", problems);
        foreach (var target in invoked)
            target.Invoked = true;

        Targets = named.Length > 0 ? invoked : [.. all.Where(target => target.IsDefault)];
        var skip = parameters.Value<string[]>("Skip");
        Skipped = skip switch
        {
            null => [],
            [] => [.. all.Except(Targets)],
            _ => Find(skip, all, "--skip: ", problems),
        };
    }

    /// <summary>The targets named, or the defaults.</summary>
    public IReadOnlyCollection<ExecutableTarget> Targets { get; }

    /// <summary>The targets to leave out.</summary>
    public IReadOnlyCollection<ExecutableTarget> Skipped { get; }

    public bool IsEmpty => Targets.Count == 0;

    private static List<ExecutableTarget> Find(string[] names, IReadOnlyList<ExecutableTarget> all, string where, List<string> problems)
    {
        var found = new List<ExecutableTarget>();
        foreach (var name in names)
        {
            if (all.FirstOrDefault(target => Spelling.Same(target.Name, name)) is { } target)
            {
                if (!found.Contains(target))
                    found.Add(target);
                continue;
            }

            var near = Nearest.To(name, all.Where(candidate => candidate.Listed).Select(candidate => candidate.Name));
            problems.Add($"{where}{name}: unknown target; {(near is null ? "--help lists those there are" : $"did you mean {near}?")}");
        }

        return found;
    }
}
