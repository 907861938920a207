using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Versions;

/// <summary>Removes the references of kept images that nothing is kept for any more: a killed run left them, or somebody removed the container.</summary>
internal sealed class OrphanTags(IDeploymentTarget target, IRunLog log)
{
    /// <summary>Sweeps a project; what is refused stays for the next sweep.</summary>
    public async Task SweepAsync(string project, CancellationToken cancellationToken)
    {
        try
        {
            await RemoveUnusedAsync(project, cancellationToken);
        }
        catch (WorldRefusedException refused)
        {
            log.Warning($"references of kept images that nothing is kept for may be left: {refused.Message}");
        }
    }

    private async Task RemoveUnusedAsync(string project, CancellationToken cancellationToken)
    {
        // Two projects may share a repository's name ("a_b" and "a-b"): whatever is kept for anybody is used.
        var references = await target.ListImageReferencesAsync(KeptContainer.RepositoryOf(project), cancellationToken);
        if (references.Count == 0)
            return;

        var used = (await target.ListContainersAsync(cancellationToken)).Select(KeptContainer.Read).Select(kept => kept?.Tag).ToHashSet();
        foreach (var reference in references.Where(reference => !used.Contains(reference)))
            try
            {
                log.Debug($"removing {reference}, which nothing is kept for");
                await target.Because("nothing is kept for it").RemoveImageAsync(reference, cancellationToken);
            }
            catch (TargetRefusedException refused)
            {
                log.Warning($"removing image {reference}: left, {refused.Error}");
            }
    }
}
