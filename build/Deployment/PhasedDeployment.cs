using PhasedRollout.Contexts;
using PhasedRollout.Deployment.Images;
using PhasedRollout.Deployment.Versions;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Deploys one phase as a unit: its services all pass the gate, or the phase goes back to what ran before.</summary>
public sealed class PhasedDeployment(
    IDeploymentTarget target,
    IRepositorySource source,
    IPhaseGate gate,
    IEvidenceCollector evidence,
    DeploymentSettings settings,
    TimeProvider clock,
    IRunLog log)
{
    private readonly PhaseImages images = new(target, source, settings, clock, log);
    // Of these this run itself saw the gate pass: what could not be removed afterwards is a leftover, and no sign of an interruption.
    private readonly HashSet<int> passed = [];
    // When this run saw the gate of a phase pass that it had found unchanged, while nothing was changed since; time stamps of the clock.
    private readonly Dictionary<int, long> seenHealthy = [];

    private readonly ImagesAhead ahead = new(new PhaseImages(target, source, settings, clock, log), log);

    /// <summary>Deploys phase <paramref name="number"/>; how it ended, also by a refusal or a cancellation, is the answer.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phases">Every phase of it.</param>
    /// <param name="number">The phase to deploy.</param>
    /// <param name="cancellationToken">Stops it; what was changed is undone first.</param>
    /// <exception cref="WorldRefusedException">The target or the source does not answer, and nothing was touched.</exception>
    public Task<PhaseOutcome> DeployAsync(Rollout rollout, IReadOnlyList<Phase> phases, int number, CancellationToken cancellationToken) =>
        DeployAsync(rollout, phases, number, number, cancellationToken);

    /// <summary>Deploys phase <paramref name="number"/>, and meanwhile builds the images of the phases after it up to <paramref name="last"/>.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phases">Every phase of it.</param>
    /// <param name="number">The phase to deploy.</param>
    /// <param name="last">The number of the last phase that is deployed in this run; one that the file does not have counts for its last.</param>
    /// <param name="cancellationToken">Stops it; what was changed is undone first.</param>
    /// <exception cref="WorldRefusedException">The target or the source does not answer, and nothing was touched.</exception>
    public async Task<PhaseOutcome> DeployAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, int number, int last, CancellationToken cancellationToken)
    {
        Phase[] coming = [.. phases.Where(phase => phase.Number >= number && phase.Number <= Math.Max(number, last)).OrderBy(phase => phase.Number)];
        PhaseOutcome? outcome = null;
        try
        {
            return outcome = await DeployAsync(rollout, phases, coming, cancellationToken);
        }
        finally
        {
            if (outcome is { Result: PhaseResult.Unchanged })
                seenHealthy[number] = clock.GetTimestamp();
            else
                seenHealthy.Clear();

            if (outcome is { Failure: null })
                passed.Add(number);
            else
                await ahead.AbandonAsync();
        }
    }

    private async Task<PhaseOutcome> DeployAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, Phase[] coming, CancellationToken cancellationToken)
    {
        var phase = coming[0];
        var number = phase.Number;
        try
        {
            if (await FindUnhealthyEarlierPhaseAsync(rollout, phases, number, cancellationToken) is { } unhealthy)
                return NotStarted(phase, unhealthy);

            var prepared = await ahead.PrepareAsync(rollout, coming, cancellationToken);
            var observer = new TargetSnapshot(target);
            var observed = await observer.TakeAsync(rollout.Project, cancellationToken);
            WantedService[] wanted =
                [.. phase.Services.Select(service => WantedService.From(rollout, number, service, prepared[service.Service.Name], settings))];
            if (DeploymentPlanner.ForeignNames(rollout.Project, wanted, observed) is [var (service, holder), ..])
                return NotStarted(phase, new OperationRefused(service.Service.Name, $"CreateContainer {holder.Name}", DeploymentPlanner.ForeignName(holder)));

            WarnOfOrphans(rollout, observed);
            var plan = DeploymentPlanner.Plan(
                rollout.Project, wanted, ProjectResources.Networks(rollout, phase), ProjectResources.Volumes(rollout, phase), observed, settings.RunMark, (number, settings.KeepVersions));
            return await new PhaseTransaction(target, observer, gate, evidence, settings, clock, log).RunAsync(
                rollout, number, wanted, plan, observed, isLast: coming.Length == 1, cancellationToken);
        }
        catch (ImageFailedException failed)
        {
            return NotStarted(phase, failed.Failure);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return NotStarted(phase, new DeploymentCancelled());
        }
    }

    /// <summary>Takes the highest phase of which a version is kept, or phase <paramref name="number"/>, back to that version; how it ended is the answer,
    /// null when nothing is kept.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer, and nothing was touched.</exception>
    public Task<PhaseOutcome?> RollbackAsync(Rollout rollout, int? number, CancellationToken cancellationToken)
    {
        var observer = new TargetSnapshot(target);
        return new PhaseRollback(target, observer, new PhaseTransaction(target, observer, gate, evidence, settings, clock, log), settings, log)
            .RunAsync(rollout, number, cancellationToken);
    }

    /// <summary>Removes what this project deployed and nothing else: its containers, networks and images, its named volumes only with
    /// <paramref name="volumes"/>. External networks stay, also one that was created because it was missing.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer, or refuses.</exception>
    public Task TeardownAsync(string project, bool volumes, CancellationToken cancellationToken) =>
        new ProjectTeardown(target, log).RunAsync(project, volumes, cancellationToken);

    private async Task<EarlierPhaseUnhealthy?> FindUnhealthyEarlierPhaseAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, int number, CancellationToken cancellationToken)
    {
        Phase[] earlier =
        [
            .. phases
                .Where(phase => phase.Number < number && !(seenHealthy.TryGetValue(phase.Number, out var seen) && clock.GetElapsedTime(seen) < settings.FreshLook))
                .OrderBy(phase => phase.Number),
        ];
        if (earlier.Length == 0)
            return null;

        var observed = await new TargetSnapshot(target).TakeAsync(rollout.Project, cancellationToken);
        var gated = new List<GatedService>();
        foreach (var phase in earlier)
        {
            var wrong = new List<ServiceHealth>();
            foreach (var service in phase.Services)
                if (Mismatch(rollout, phase, service, observed, out var container) is { } mismatch)
                    wrong.Add(mismatch);
                else if (container is { IsRunning: true })
                    gated.Add(new GatedService(service.Service, container.Id, container.Name));

            if (wrong.Count > 0)
                return new EarlierPhaseUnhealthy(phase.Number, wrong);
        }

        // One look at all of them at once: a redeployment that changes nothing is mostly this.
        var verdict = await gate.HoldAsync(gated, settings.QuickGate, cancellationToken);
        return earlier
            .Select(phase => new EarlierPhaseUnhealthy(phase.Number,
                [.. verdict.Services.Where(health => phase.Services.Any(service => service.Service.Name == health.Service))]))
            .Where(phase => !new GateVerdict(phase.Services).Passed)
            // The first failure ends the look: what is unknown then is not what failed.
            .OrderBy(phase => phase.Services.All(health => health.State != ServiceState.Failed))
            .FirstOrDefault();
    }

    private ServiceHealth? Mismatch(
        Rollout rollout, Phase phase, PhaseService service, ObservedState observed, out DeployedContainer? container)
    {
        var name = service.Service.Name;
        var all = DeploymentPlanner.Of(rollout.Project, name, observed);
        container = all.FirstOrDefault(candidate => candidate.IsInPlace && candidate.Name == service.Service.ContainerNameIn(rollout.Project));
        if (container is null)
            return Unhealthy(name, ServiceState.NotDeployed, "it is not deployed", phase);

        var wanted = WantedService.From(rollout, phase.Number, service, images.Recorded(rollout, service, container), settings);
        if (container.ConfigHash != wanted.Container.ConfigHash)
            return Unhealthy(name, ServiceState.Unknown, "what is deployed is not what the file asks for", phase);
        if (!passed.Contains(phase.Number) && all.Any(candidate => !candidate.IsInPlace))
            return Unhealthy(name, ServiceState.Unknown, "its last deployment was interrupted", phase);
        if (container.IsRunning || (wanted.MayEnd && container.ExitCode == 0))
            return null;

        return Unhealthy(name, ServiceState.Failed, $"its container is {container.State}", phase);
    }

    private static ServiceHealth Unhealthy(string service, ServiceState state, string reason, Phase phase) =>
        new(service, state, FormattableString.Invariant($"{reason}; deploy phase {phase.Number} first"), []);

    private static PhaseOutcome NotStarted(Phase phase, DeploymentFailure failure) => new(phase.Number, PhaseResult.NotStarted,
        [.. phase.Services.Select(service => new ServiceOutcome(service.Service.Name, ServiceChange.None, null, null))], failure);

    private void WarnOfOrphans(Rollout rollout, ObservedState observed)
    {
        foreach (var orphan in observed.Containers.Where(container => container is { IsOurs: true, IsKept: false } && container.Project == rollout.Project
            && rollout.Services.All(service => service.Name != container.Service)))
            log.Warning($"container '{orphan.Name}' belongs to service '{orphan.Service}', which is no longer in the file; it is left alone");
    }
}
