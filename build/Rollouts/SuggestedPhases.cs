using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>A starting <c>x-rollout</c> block for a file that has none: images without a build first, then by dependency, in up to four phases.</summary>
public static class SuggestedPhases
{
    private const int MostPhases = 4;

    /// <summary>The block as YAML, ready to paste; it ends with a line break.</summary>
    public static string Block(IReadOnlyList<Service> services)
    {
        var phases = Phases(services).Select((names, index) => (ComposeNode)Mapping(
            ("title", Text(index == 0 && IsPrebuilt(services, names) ? "Pre-built images" : FormattableString.Invariant($"Phase {index + 1}"))),
            ("services", new ComposeSequence(Nowhere, [.. names.Select(Text)]))));
        return ComposeWriter.Write(Mapping(("x-rollout", Mapping(("phases", new ComposeSequence(Nowhere, [.. phases]))))));
    }

    private static SourceLocation Nowhere { get; } = new("", 1, 1);

    private static IEnumerable<IReadOnlyList<string>> Phases(IReadOnlyList<Service> services)
    {
        var ranks = new Dictionary<string, int>();
        int Rank(Service service, int depth)
        {
            if (ranks.TryGetValue(service.Name, out var known))
                return known;

            // Deeper than there are services is a cycle, which is said elsewhere.
            var before = service.DependsOn.Select(dependency => services.FirstOrDefault(other => other.Name == dependency.Service)).OfType<Service>();
            var rank = depth > services.Count ? 0 : before.Select(other => Rank(other, depth + 1) + 1).DefaultIfEmpty(service.Build is null ? 0 : 1).Max();
            return ranks[service.Name] = service.Build is null ? rank : Math.Max(1, rank);
        }

        foreach (var service in services)
            Rank(service, 0);

        var ordered = services.OrderBy(service => ranks[service.Name]).ToList();
        var first = ordered.TakeWhile(service => ranks[service.Name] == 0).Select(service => service.Name).ToList();
        if (first.Count > 0)
            yield return first;

        var rest = ordered.Skip(first.Count).Select(service => service.Name).ToList();
        var left = MostPhases - (first.Count > 0 ? 1 : 0);
        foreach (var chunk in rest.Chunk(Math.Max(1, (rest.Count + left - 1) / left)))
            yield return chunk;
    }

    private static bool IsPrebuilt(IReadOnlyList<Service> services, IReadOnlyList<string> names) =>
        services.Where(service => names.Contains(service.Name)).All(service => service.Build is null);

    private static ComposeMapping Mapping(params (string Key, ComposeNode Value)[] entries) =>
        new(Nowhere, [.. entries.Select(entry => new ComposeEntry(entry.Key, Nowhere, entry.Value))]);

    private static ComposeScalar Text(string text) => new(Nowhere, text, true);
}
