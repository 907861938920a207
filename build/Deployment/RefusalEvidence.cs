using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>What stands on the target around an operation that it refused: who holds the ports, which networks there are.</summary>
internal static class RefusalEvidence
{
    /// <summary>One sentence each; a piece that cannot be had is left out.</summary>
    /// <param name="target">The target.</param>
    /// <param name="service">The service that was to be started, or null.</param>
    /// <param name="error">The target's own words.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<IReadOnlyList<string>> CollectAsync(
        ITargetObserver target, Service? service, string error, CancellationToken cancellationToken)
    {
        List<string> seen = [];
        bool Says(params string[] words) => words.Any(word => error.Contains(word, StringComparison.OrdinalIgnoreCase));
        try
        {
            if (service is not null && Says("already allocated", "already in use", "failed to bind", "bind for"))
                seen.AddRange(await HoldersAsync(target, service, cancellationToken));
            if (Says("network"))
                seen.Add($"the engine has these networks: {string.Join(", ", (await target.ListNetworksAsync(cancellationToken)).Select(network => network.Name).Order(StringComparer.Ordinal))}");
            if (Says("no space left", "disk quota") && await target.FreeDiskAsync(cancellationToken) is { } free)
                seen.Add(FormattableString.Invariant($"free where the engine keeps its images: {free / 1048576} MiB"));
        }
        catch (Exception exception) when (exception is WorldRefusedException or OperationCanceledException)
        {
            seen.Add($"not seen: what stands around it ({exception.Message})");
        }

        return seen;
    }

    private static async Task<IReadOnlyList<string>> HoldersAsync(ITargetObserver target, Service service, CancellationToken cancellationToken)
    {
        List<string> holders = [];
        var containers = await target.ListContainersAsync(cancellationToken);
        foreach (var port in service.Ports.Where(port => port.HostPort is not null))
        {
            var container = containers.FirstOrDefault(other => other.Ports.Any(held => held.HostPort == port.HostPort && held.Protocol == port.Protocol));
            var holder = container is not null
                ? $"container {container.Name} ({(container.Project is { } project ? $"project {project}" : $"image {container.Image}")})"
                : (await target.FindPortHolderAsync(port, cancellationToken))?.ToString();
            if (holder is not null)
                holders.Add(FormattableString.Invariant($"host port {port.HostPort}/{port.Protocol} is held by {holder}"));
        }

        return holders;
    }
}
