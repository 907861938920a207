using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Takes the snapshot that a plan is made from.</summary>
internal sealed class TargetSnapshot(ITargetObserver target)
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>The same, of a target that may be away or refuse for a while: an engine that is being restarted.</summary>
    public async Task<ObservedState> TakeWhenBackAsync(string project, TimeSpan patience, TimeProvider clock, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await TakeAsync(project, cancellationToken);
            }
            catch (WorldRefusedException away) when (away.Failure != FailureClass.LockHeld && clock.GetElapsedTime(began) < patience)
            {
                await Task.Delay(BetweenTries, clock, cancellationToken);
            }
        }
    }

    public async Task<ObservedState> TakeAsync(string project, CancellationToken cancellationToken)
    {
        var networks = target.ListNetworksAsync(cancellationToken);
        var volumes = target.ListVolumesAsync(cancellationToken);
        var listing = target.ListContainersAsync(cancellationToken);
        await Task.WhenAll(networks, volumes, listing);
        var containers = await listing;
        var complete = new List<DeployedContainer>(containers.Count);
        foreach (var container in containers)
            complete.Add(container.Project == project && container.State == "exited"
                ? container with { ExitCode = (await target.InspectContainerAsync(container.Id, cancellationToken))?.ExitCode }
                : container);

        return new ObservedState(complete, await networks, await volumes);
    }
}

/// <summary>What a health check and a report need of the target.</summary>
public static class DeployedContainers
{
    /// <summary>The containers of a project by its services, without those kept to go back to; ordered by service.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public static async Task<IReadOnlyList<DeployedContainer>> FindAsync(
        ITargetObserver target, string project, CancellationToken cancellationToken) =>
    [
        .. (await new TargetSnapshot(target).TakeAsync(project, cancellationToken)).Containers
            .Where(container => container.Project == project && container is { Service: not null, IsOneOff: false, IsKept: false, IsInPlace: true })
            .OrderBy(container => container.Service, StringComparer.Ordinal).ThenBy(container => container.Name, StringComparer.Ordinal),
    ];
}
