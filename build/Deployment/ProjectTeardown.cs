using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Removes what a project deployed and nothing else.</summary>
internal sealed class ProjectTeardown(IDeploymentTarget place, IRunLog log)
{
    // What the engine says of something that another one's container holds (moby: 403 and 409).
    private static readonly string[] HeldByOthers = ["has active endpoints", "in use", "being used", "conflict"];

    private readonly IDeploymentTarget target = place.Because("the project is taken down");
    private TargetRefusedException? refusal;

    public async Task RunAsync(string project, bool volumes, CancellationToken cancellationToken)
    {
        // What was kept to go back to goes first: nothing may be started again by accident.
        var containers = (await target.ListContainersAsync(cancellationToken))
            .Where(container => container.IsOurs && container.Project == project)
            .OrderBy(container => container.IsInPlace).ThenByDescending(container => container.Phase ?? 0)
            .ThenBy(container => container.Name, StringComparer.Ordinal).ToArray();
        foreach (var container in containers)
        {
            log.Information($"removing container {container.Name}");
            if (container.IsRunning)
                await target.StopContainerAsync(container.Id, cancellationToken);
            await target.RemoveContainerAsync(container.Id, volumes, cancellationToken);
        }

        foreach (var network in await target.ListNetworksAsync(cancellationToken))
            if (network.Labels.GetValueOrDefault(RolloutLabels.CreatedNetwork) == project)
                log.Information($"network {network.Name} is external to the project and stays; remove it with: docker network rm {network.Name}");
            else if (Ours(network.Labels, project))
                await TryAsync($"removing network {network.Name}", () => target.RemoveNetworkAsync(network.Id, cancellationToken));

        foreach (var image in await target.ListImagesAsync(project, cancellationToken))
            foreach (var tag in image.Tags)
                await TryAsync($"removing image {tag}", () => target.RemoveImageAsync(tag, cancellationToken));

        await new OrphanTags(target, log).SweepAsync(project, cancellationToken);

        foreach (var volume in (await target.ListVolumesAsync(cancellationToken)).Where(volume => Ours(volume.Labels, project)))
            if (volumes)
                await TryAsync($"removing volume {volume.Name}", () => target.RemoveVolumeAsync(volume.Name, cancellationToken));
            else
                log.Information($"volume {volume.Name} stays; --volumes removes it");

        if (containers.Length == 0)
            log.Information($"no container of project {project} is deployed");
        if (refusal is not null)
            throw refusal;
    }

    private static bool Ours(IReadOnlyDictionary<string, string> labels, string project) =>
        labels.GetValueOrDefault(RolloutLabels.Project) == project;

    // Somebody else may have joined the network or run the image since: theirs is not ours to break. Any other refusal is told at the end.
    private async Task TryAsync(string what, Func<Task> remove)
    {
        log.Information(what);
        try
        {
            await remove();
        }
        catch (TargetRefusedException refused)
        {
            log.Warning($"{what}: left, {refused.Error}");
            if (!HeldByOthers.Any(words => refused.Error.Contains(words, StringComparison.OrdinalIgnoreCase)))
                refusal ??= refused;
        }
    }
}
