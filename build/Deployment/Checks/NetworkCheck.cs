using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the external networks there, and can a container join them?</summary>
internal sealed class NetworkCheck(IDeploymentTarget target, IRunLog log)
{
    public async Task<IReadOnlyList<Finding>> CheckAsync(
        Rollout rollout, ObservedState observed, PreflightSettings settings, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var network in rollout.Networks.Values.OrderBy(network => network.Key, StringComparer.Ordinal))
            if (observed.Networks.Where(existing => existing.Name == network.Name).ToArray() is { Length: > 1 } all)
                findings.Add(Ambiguous(network, all));

        foreach (var network in rollout.Networks.Values.OrderBy(network => network.Key, StringComparer.Ordinal))
            if (observed.Networks.FirstOrDefault(existing => existing.Name == network.Name) is { } existing)
                findings.AddRange(NetworkFit.Check(rollout, network, existing));
            else if (!network.External)
                findings.AddRange(NetworkFit.OfNew(rollout, network));
            else if (settings.CreateMissingNetworks)
                await CreateAsync(rollout, network, cancellationToken);
            else
                findings.Add(Missing(rollout, network));

        return findings;
    }

    private async Task CreateAsync(Rollout rollout, NetworkDefinition network, CancellationToken cancellationToken)
    {
        log.Information($"creating network {network.Name}, which is missing");
        await target.Because("it is missing (--create-missing-networks)").CreateNetworkAsync(
            new NetworkSpec(network.Name, network.Driver, network.DriverOptions, network.Internal, network.Attachable,
                new Dictionary<string, string> { [RolloutLabels.CreatedNetwork] = rollout.Project }),
            cancellationToken);
    }

    // The engine does not keep names of networks unique, and refuses to join one by a name that several have.
    private static Finding Ambiguous(NetworkDefinition network, DeployedNetwork[] all) => TextChecks.Located(
        new Finding(PreflightRules.External, FailureClass.NetworkMissing, Certainty.Certain,
            FormattableString.Invariant($"there are {all.Length} networks of the name '{network.Name}', and no container can join any of them by it"),
            $"networks/{network.Key}", $"see which of them nobody uses, and remove it by its id: docker network rm {string.Join(" or ", all.Select(network => network.Id[..Math.Min(12, network.Id.Length)]))}")
        {
            NextCommand = $"docker network ls --filter 'name=^{network.Name}$'",
        }, network.Location);

    private static Finding Missing(Rollout rollout, NetworkDefinition network)
    {
        var command = $"docker network create {network.Name}";
        var users = rollout.Services.Where(service => service.Networks.Any(joined => joined.Network == network.Key)).Select(service => service.Name);
        return TextChecks.Located(
            new Finding(PreflightRules.External, FailureClass.NetworkMissing, Certainty.Certain,
                $"the external network '{network.Name}' does not exist; {string.Join(", ", users)} would join it",
                $"networks/{network.Key}", $"create it: {command}; or run again with --create-missing-networks")
            {
                NextCommand = command,
            }, network.Location);
    }
}
