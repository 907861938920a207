using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Can containers join a network that is there already, and is it what the file says?</summary>
internal static class NetworkFit
{
    /// <summary>What does not fit. A network that is not external and exists is used as it is.</summary>
    public static IEnumerable<Finding> Check(Rollout rollout, NetworkDefinition network, DeployedNetwork existing)
    {
        if (existing.Scope == "swarm" && !existing.Attachable && existing.Driver == "overlay")
        {
            yield return About(network, $"the network '{network.Name}' is a swarm network that is not attachable; an ordinary container cannot join it",
                $"make it anew: docker network create --driver {existing.Driver} --attachable {network.Name}");
        }
        else if (existing.Driver is "host" or "null")
        {
            yield return About(network, $"the network '{network.Name}' has the driver '{existing.Driver}', in which containers have no addresses of their own",
                "use network_mode, or name another network");
        }
        else if (existing.IsConfigOnly)
        {
            yield return About(network, $"the network '{network.Name}' holds configuration for other networks; no container can join it",
                $"name a network that was made from it: docker network create --config-from {network.Name} --driver {existing.Driver} <name>");
        }
        else if (!network.External && network.Driver is { } driver && driver != existing.Driver)
        {
            yield return About(network, $"the network '{network.Name}' exists with the driver '{existing.Driver}', and the file says '{driver}'; it is used as it is",
                $"driver: {existing.Driver}; or remove it when nobody uses it: docker network rm {network.Name}", Certainty.Likely);
        }

        foreach (var finding in Addresses(rollout, network, existing))
            yield return finding;
    }

    /// <summary>Fixed addresses in a network that is to be made: it gets a range of the engine's choice.</summary>
    public static IEnumerable<Finding> OfNew(Rollout rollout, NetworkDefinition network) =>
        from service in rollout.Services
        from joined in service.Networks
        where joined.Network == network.Key && joined.Ipv4Address is not null
        select About(service, network, Certainty.Likely,
            $"'{service.Name}' asks for the address {joined.Ipv4Address} in the network '{network.Name}', which is to be made without a range of its own: "
            + "the engine refuses it (user specified IP address is supported only when connecting to networks with user configured subnets)",
            "leave ipv4_address away: others find the service by its name; or make the network by hand and call it external");

    // libnetwork: "Invalid address 10.0.0.1: It does not belong to any of this network's subnets".
    private static IEnumerable<Finding> Addresses(Rollout rollout, NetworkDefinition network, DeployedNetwork existing) =>
        from service in rollout.Services
        from joined in service.Networks
        let address = joined.Network == network.Key ? AddressRange.Number(joined.Ipv4Address) : null
        where address is not null && existing.Subnets.Count > 0 && !existing.Subnets.Any(subnet => subnet.Contains(address.Value))
        select About(service, network, Certainty.Certain,
            $"'{service.Name}' asks for the address {joined.Ipv4Address} in the network '{network.Name}', whose addresses are {string.Join(", ", existing.Subnets)}",
            $"ipv4_address: one of {string.Join(", ", existing.Subnets)}; or leave it away");

    private static Finding About(Service service, NetworkDefinition network, Certainty certainty, string message, string suggestion) => TextChecks.Located(
        new Finding(PreflightRules.External, FailureClass.NetworkMissing, certainty, message, $"services/{service.Name}/networks/{network.Key}/ipv4_address", suggestion)
        {
            Service = service.Name,
        },
        service.Locations.GetValueOrDefault($"networks/{network.Key}/ipv4_address") ?? service.Locations.GetValueOrDefault("networks") ?? service.Location);

    private static Finding About(NetworkDefinition network, string message, string suggestion, Certainty certainty = Certainty.Certain) => TextChecks.Located(
        new Finding(PreflightRules.External, FailureClass.NetworkMissing, certainty, message, $"networks/{network.Key}", suggestion)
        {
            NextCommand = $"docker network inspect {network.Name}",
        }, network.Location);
}
