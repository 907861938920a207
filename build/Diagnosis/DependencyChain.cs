using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Which services need which: by <c>depends_on</c>, and by a variable that holds another one's address.</summary>
internal static partial class DependencyChain
{
    /// <summary>Sorts so that what others depend on comes before them; otherwise the order stays. A cycle does no harm.</summary>
    public static IReadOnlyList<T> RootsFirst<T>(IReadOnlyList<T> items, Func<T, string> nameOf, IReadOnlyList<Service> services)
    {
        List<T> sorted = [];
        HashSet<string> visited = [];

        void Visit(T item)
        {
            if (!visited.Add(nameOf(item)))
                return;

            foreach (var needed in items.Where(other => DependsOn(nameOf(item), nameOf(other), services)))
                Visit(needed);

            sorted.Add(item);
        }

        foreach (var item in items)
            Visit(item);

        return sorted;
    }

    /// <summary>True when <paramref name="service"/> needs <paramref name="other"/>, directly or through others.</summary>
    public static bool DependsOn(string service, string other, IReadOnlyList<Service> services)
    {
        HashSet<string> seen = [service];
        Queue<string> queue = new([service]);
        while (queue.TryDequeue(out var name))
        {
            foreach (var needed in NeededBy(name, services).Where(seen.Add))
            {
                if (needed == other)
                    return true;

                queue.Enqueue(needed);
            }
        }

        return false;
    }

    /// <summary>The databases and caches in the service's variables.</summary>
    public static IReadOnlyList<DatabaseServer> Databases(Service? service) =>
        [.. (service?.Environment.Values ?? []).OfType<string>().Select(DatabaseServer.Parse).OfType<DatabaseServer>().Distinct()];

    /// <summary>The service of the rollout that <paramref name="host"/> names: by its key, its container's name or an alias; null when none does.</summary>
    public static Service? Named(string? host, IReadOnlyList<Service> services) => host is null ? null : services.FirstOrDefault(service =>
        service.Name == host || service.ContainerName == host || service.Networks.Any(network => network.Aliases.Contains(host)));

    private static IEnumerable<string> NeededBy(string name, IReadOnlyList<Service> services)
    {
        if (services.FirstOrDefault(service => service.Name == name) is not { } needing)
            return [];

        var addressed = services.Where(other => other.Name != name
            && needing.Environment.Values.OfType<string>().Any(value => Host().Match(value) is { Success: true } match
                && (match.Groups["host"].Value == other.Name || match.Groups["host"].Value == other.ContainerName)));
        return needing.DependsOn.Select(dependency => dependency.Service).Concat(addressed.Select(other => other.Name));
    }

    [GeneratedRegex(@"\A\w[\w+.-]*://(?:[^/?#]*@)?(?<host>[^:/?#@\s]+)")]
    private static partial Regex Host();
}
