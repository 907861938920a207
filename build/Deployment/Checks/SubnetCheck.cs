using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Do the address ranges of the file's networks leave each other, the target's networks and its routes alone, and has the engine ranges left?</summary>
internal static class SubnetCheck
{
    private const int MostRanges = 4096;

    // The engine's own when daemon.json names none.
    private static readonly IReadOnlyList<AddressPool> EnginesOwn =
    [
        new("172.17.0.0/16", 16), new("172.18.0.0/16", 16), new("172.19.0.0/16", 16), new("172.20.0.0/14", 16), new("172.24.0.0/14", 16),
        new("172.28.0.0/14", 16), new("192.168.0.0/16", 20),
    ];

    public static IEnumerable<Finding> Check(Rollout rollout, ObservedState observed, TargetDescription target) =>
        Overlaps(rollout, observed, target).Concat(Exhausted(rollout, observed, target));

    // Likely and not certain: the file's ranges are not handed to the engine yet (VC904), so that this is what the same file meets elsewhere.
    private static IEnumerable<Finding> Overlaps(Rollout rollout, ObservedState observed, TargetDescription target)
    {
        var written = Written(rollout).ToList();
        for (var i = 0; i < written.Count; i++)
        {
            var (network, subnet, location) = written[i];
            if (written.Take(i).FirstOrDefault(other => other.Subnet.Overlaps(subnet)) is { Network: { } twin } first)
            {
                yield return About(network, location, $"the addresses {subnet} of the network '{network.Key}' overlap {first.Subnet}"
                    + (twin.Key == network.Key ? ", which it also has" : $" of '{twin.Key}'") + ": the engine refuses the second (Pool overlaps with other one on this address space)");
            }
            else if (observed.Networks.FirstOrDefault(it => it.Name != network.Name && it.Subnets.Any(other => other.Overlaps(subnet))) is { } holder)
            {
                yield return About(network, location, $"the addresses {subnet} of the network '{network.Key}' overlap {string.Join(", ", holder.Subnets)} of the network "
                    + $"'{holder.Name}' on {target.Name}: the engine refuses it (Pool overlaps with other one on this address space)");
            }
            else if (Routes(observed, target).FirstOrDefault(route => route.Overlaps(subnet)) is { Length: > 0 } route)
            {
                yield return About(network, location, $"the addresses {subnet} of the network '{network.Key}' overlap {route}, to which {target.Name} has a route: "
                    + "from its containers, and perhaps from the host, what is there is no longer reached");
            }
        }
    }

    private static IEnumerable<Finding> Exhausted(Rollout rollout, ObservedState observed, TargetDescription target)
    {
        var subnets = Written(rollout).Select(it => it.Network.Key).ToHashSet(StringComparer.Ordinal);
        var wanted = rollout.Networks.Values
            .Where(network => !network.External && network.Driver is null or "bridge" && !subnets.Contains(network.Key) && observed.Networks.All(it => it.Name != network.Name))
            .OrderBy(network => network.Key, StringComparer.Ordinal).ToList();
        if (wanted.Count == 0)
            yield break;

        var held = observed.Networks.SelectMany(network => network.Subnets).Concat(target.Routes).Where(range => range.Length > 0).ToList();
        var ranges = (target.AddressPools.Count > 0 ? target.AddressPools : EnginesOwn)
            .SelectMany(pool => AddressRange.Parse(pool.Base)?.Split(pool.Size) ?? []).Take(MostRanges).ToList();
        var free = ranges.Count(range => !held.Any(range.Overlaps));
        if (ranges.Count is > 0 and < MostRanges && free < wanted.Count)
        {
            yield return TextChecks.Located(
                new Finding(PreflightRules.Subnet, FailureClass.NetworkMissing, Certainty.Likely,
                    FormattableString.Invariant($"{wanted.Count} networks are to be made ({string.Join(", ", wanted.Select(network => network.Name))}), and of the engine's {ranges.Count} ranges of addresses {free} are free: ")
                    + "it refuses the rest (could not find an available, non-overlapping IPv4 address pool)",
                    $"networks/{wanted[0].Key}", "remove networks that nobody uses: docker network ls --filter dangling=true shows them; or give more ranges by default-address-pools in daemon.json")
                {
                    NextCommand = "docker network ls --filter dangling=true",
                },
                wanted[0].Location);
        }
    }

    // A route to a network of the engine is its own bridge's.
    private static IEnumerable<AddressRange> Routes(ObservedState observed, TargetDescription target) =>
        target.Routes.Where(route => route.Length > 0 && !observed.Networks.Any(network => network.Subnets.Contains(route)));

    private static IEnumerable<(NetworkDefinition Network, AddressRange Subnet, SourceLocation Location)> Written(Rollout rollout) =>
        from network in rollout.Networks.Values.OrderBy(network => network.Key, StringComparer.Ordinal)
        where !network.External
        let ipam = ((rollout.Source.Root["networks"] as ComposeMapping)?[network.Key] as ComposeMapping)?["ipam"] as ComposeMapping
        where (ipam?["driver"] as ComposeScalar)?.Text is null or "default"
        from item in (ipam?["config"] as ComposeSequence)?.Items.OfType<ComposeMapping>() ?? []
        let range = AddressRange.Parse((item["subnet"] as ComposeScalar)?.Text)
        where range is not null
        select (network, range.Value, item["subnet"]!.Location);

    private static Finding About(NetworkDefinition network, SourceLocation location, string message) => TextChecks.Located(
        new Finding(PreflightRules.Subnet, FailureClass.NetworkMissing, Certainty.Likely, message, $"networks/{network.Key}/ipam",
            "a range that nobody uses, such as 10.213.0.0/24; or leave ipam away: the engine then finds one")
        {
            NextCommand = "docker network inspect $(docker network ls -q) --format '{{.Name}} {{range .IPAM.Config}}{{.Subnet}}{{end}}'",
        }, location);
}
