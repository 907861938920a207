using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Versions;

/// <summary>Takes a phase back to the version before its last change, gated like any deployment.</summary>
internal sealed class PhaseRollback(IDeploymentTarget target, TargetSnapshot snapshot, PhaseTransaction transaction, DeploymentSettings settings, IRunLog log)
{
    /// <summary>Takes the highest phase that has a kept version back, or <paramref name="phase"/>; null when nothing is kept. A phase is a unit: when
    /// one of its services has nothing to go back to, nothing is touched.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public async Task<PhaseOutcome?> RunAsync(Rollout rollout, int? phase, CancellationToken cancellationToken)
    {
        var observed = await snapshot.TakeAsync(rollout.Project, cancellationToken);
        if (LostVersion.Find(rollout.Project, phase, observed) is var (lostPhase, lost))
            return new PhaseOutcome(lostPhase, PhaseResult.NotStarted, [], lost);

        var version = RollbackPlan.Choose(rollout.Project, phase, observed);
        if (version.Count == 0)
            return null;

        var number = version[0].Phase;
        log.Information(FormattableString.Invariant(
            $"Phase {number} goes back to version {version[0].Version}: {string.Join(", ", version.Select(kept => kept.IsAbsence ? $"{kept.Service} (was not there)" : kept.Service))}"));
        var way = RollbackPlan.Of(rollout, version, await ImagesAsync(version, cancellationToken), observed, settings.RunMark);
        if (DeploymentPlanner.ForeignNames(rollout.Project, way.Wanted, observed) is [var (service, holder), ..])
            return new PhaseOutcome(number, PhaseResult.NotStarted, [], new OperationRefused(
                service.Service.Name, $"CreateContainer {holder.Name}", DeploymentPlanner.ForeignName(holder)));

        var outcome = await transaction.RunAsync(way.Rollout, number, way.Wanted, way.Plan, observed, isLast: true, cancellationToken);
        await new OrphanTags(target, log).SweepAsync(rollout.Project, CancellationToken.None);
        return outcome.Failure is null ? WentBack(outcome, version) : outcome;
    }

    // The reference that the image had reads better than ours, which is about to go; it may name another image by now.
    private async Task<Dictionary<string, string>> ImagesAsync(IReadOnlyList<KeptContainer> version, CancellationToken cancellationToken)
    {
        var images = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var kept in version.Where(kept => !kept.IsAbsence))
        {
            var was = kept.OldReference;
            var still = was.Length > 0 && (await target.FindImageAsync(was, cancellationToken))?.Id == kept.Container.ImageId;
            images[kept.Service] = still ? was : kept.Container.ImageId;
        }

        return images;
    }

    private static PhaseOutcome WentBack(PhaseOutcome outcome, IReadOnlyList<KeptContainer> version) => outcome with
    {
        Result = PhaseResult.Succeeded,
        Services =
        [
            .. outcome.Services.Select(service => service with { Change = ServiceChange.RolledBack }),
            .. version.Where(kept => kept.IsAbsence).Select(kept => new ServiceOutcome(kept.Service, ServiceChange.Removed,
                new ServiceHealth(kept.Service, ServiceState.NotDeployed, "the version before did not have it", []), null)),
        ],
    };
}
