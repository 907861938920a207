using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Carries a plan out: prepare, try, switch, gate, hand over, settle; or, when anything fails on the way, back to what ran before.</summary>
internal sealed class PhaseTransaction(
    IDeploymentTarget target,
    TargetSnapshot snapshot,
    IPhaseGate gate,
    IEvidenceCollector evidence,
    DeploymentSettings settings,
    TimeProvider clock,
    IRunLog log)
{
    /// <summary>Carries <paramref name="plan"/> out.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="number">The phase.</param>
    /// <param name="wanted">Its services.</param>
    /// <param name="plan">What is to be done.</param>
    /// <param name="observed">What the plan was made from: while nothing of it is changed nobody need look again.</param>
    /// <param name="isLast">True when no phase of this run comes after it.</param>
    /// <param name="cancellationToken">Stops it; what was changed is undone first.</param>
    public async Task<PhaseOutcome> RunAsync(
        Rollout rollout, int number, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, ObservedState observed, bool isLast,
        CancellationToken cancellationToken)
    {
        var runner = new OperationRunner(target, rollout, settings, clock, log);
        GateVerdict? verdict = null;
        DeploymentFailure failure;
        try
        {
            using (log.Begin(new RunStep(StepKind.Start, null) { Phase = number }))
            {
                await runner.RunByServiceAsync(plan.Prepare, cancellationToken);
                await new PhaseSettlement(target, log).KeepAsync(runner, plan.KeepFirst);
            }

            WantedService[] tried = [.. wanted.Where(service => NameIn(plan.Trial, service) is not null)];
            if (tried.Length > 0 && !(verdict = await TryAsync(runner, rollout.Project, number, tried, plan, cancellationToken)).Passed)
            {
                failure = new GateFailed(verdict, await CollectEvidenceAsync(rollout.Project, tried, plan.Trial));
                return await EndFailedAsync(runner, rollout, number, wanted, plan, verdict, failure);
            }

            verdict = null;
            using (log.Begin(new RunStep(StepKind.Start, null) { Phase = number }))
                await SwitchAsync(runner, plan, cancellationToken);

            verdict = plan.IsEmpty
                ? await HoldGateAsync(rollout.Project, number, wanted, [], settings.QuickGate, observed, cancellationToken)
                : await HoldGateAsync(rollout.Project, number, wanted, plan.Switch, settings.Gate, null, cancellationToken);
            if (verdict.Passed)
            {
                await runner.RunByServiceAsync(plan.HandOver, CancellationToken.None);
                await new PhaseSettlement(target, log).SettleAsync(runner, rollout.Project, plan, isLast);
                return plan.IsEmpty
                    ? Outcome(runner, rollout.Project, number, PhaseResult.Unchanged, wanted, plan, plan.Changes, verdict, null, observed.Containers)
                    : await OutcomeAsync(runner, rollout.Project, number, PhaseResult.Succeeded, wanted, plan, plan.Changes, verdict, null);
            }

            failure = new GateFailed(verdict, await CollectEvidenceAsync(rollout.Project, wanted, plan.Switch));
        }
        catch (OperationFailedException failed)
        {
            failure = await WithEvidenceAsync(rollout, wanted, plan, failed.Refusal);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            failure = new DeploymentCancelled();
        }
        catch (WorldRefusedException lost)
        {
            failure = new TargetLost(lost.Failure, lost.Message, lost.Remedy);
        }

        return await EndFailedAsync(runner, rollout, number, wanted, plan, verdict, failure);
    }

    // A version that never becomes healthy is found out while everybody still reaches the one that runs.
    private async Task<GateVerdict> TryAsync(
        OperationRunner runner, string project, int number, WantedService[] tried, DeploymentPlan plan, CancellationToken cancellationToken)
    {
        using (log.Begin(new RunStep(StepKind.Start, null) { Phase = number }))
            await runner.RunByServiceAsync(plan.Trial, cancellationToken);
        var verdict = await HoldGateAsync(
            project, number, tried, plan.Trial, settings.Gate with { MinHealthyTime = TimeSpan.Zero }, null, cancellationToken);
        if (verdict.Passed)
            await runner.RunByServiceAsync(plan.EndTrial, cancellationToken);
        return verdict;
    }

    private static async Task SwitchAsync(OperationRunner runner, DeploymentPlan plan, CancellationToken cancellationToken)
    {
        await runner.RunByServiceAsync([.. plan.Switch.OfType<StopContainer>()], cancellationToken);
        await runner.RunInOrderAsync([.. plan.Switch.Where(operation => operation is not StopContainer)], cancellationToken);
    }

    private async Task<GateVerdict> HoldGateAsync(
        string project, int number, IReadOnlyList<WantedService> wanted, IReadOnlyList<Operation> step, GateSettings patience,
        ObservedState? observed, CancellationToken cancellationToken)
    {
        using var shown = log.Begin(new RunStep(StepKind.Gate, null) { Phase = number });
        observed ??= await snapshot.TakeAsync(project, cancellationToken);
        var gone = new List<ServiceHealth>();
        var gated = new List<GatedService>();
        foreach (var service in wanted)
            if (Find(observed, project, service, step) is { } container)
                gated.Add(GatedService.Of(service, container));
            else
                gone.Add(new ServiceHealth(service.Service.Name, ServiceState.NotDeployed, "its container is gone", []));

        var verdict = gated.Count == 0 ? new GateVerdict([]) : await gate.HoldAsync(gated, patience, cancellationToken);
        var byName = verdict.Services.Concat(gone).ToDictionary(health => health.Service);
        return new GateVerdict([.. wanted.Select(service => byName[service.Service.Name])]);
    }

    // A service that waited in vain shows nothing; what it waited for does.
    private async Task<DeploymentFailure> WithEvidenceAsync(
        Rollout rollout, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, OperationRefused refusal)
    {
        if (refusal.Dependency is { } dependency)
        {
            var waiter = new ServiceHealth(refusal.Service, ServiceState.Unknown, refusal.Error, []);
            return new GateFailed(new GateVerdict([dependency, waiter]), await CollectEvidenceAsync(rollout.Project, wanted, plan.Switch));
        }

        using var patience = new CancellationTokenSource(settings.EvidenceTimeout, clock);
        var service = rollout.Services.FirstOrDefault(candidate => candidate.Name == refusal.Service);
        return refusal with { Surroundings = await RefusalEvidence.CollectAsync(target, service, refusal.Error, patience.Token) };
    }

    private async Task<IReadOnlyList<ContainerEvidence>> CollectEvidenceAsync(
        string project, IReadOnlyList<WantedService> wanted, IReadOnlyList<Operation> step)
    {
        using var patience = new CancellationTokenSource(settings.EvidenceTimeout, clock);
        try
        {
            var observed = await snapshot.TakeAsync(project, patience.Token);
            GatedService[] services =
            [
                .. from service in wanted
                   let container = Find(observed, project, service, step)
                   where container is not null
                   select GatedService.Of(service, container),
            ];
            return await evidence.CollectAsync(services, patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or WorldRefusedException)
        {
            log.Warning($"evidence could not be collected: {error.Message}");
            return [];
        }
    }

    private async Task<PhaseOutcome> EndFailedAsync(
        OperationRunner runner, Rollout rollout, int number, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, GateVerdict? verdict, DeploymentFailure failure)
    {
        var changed = plan.Changes.Where(change => change.Value != ServiceChange.None).Select(change => change.Key).ToHashSet();
        if (settings.OnFailure == FailureAction.Stop || changed.Count == 0)
        {
            var undo = changed.Count == 0 ? Array.Empty<string>() : [.. changed.Select(service => $"{service}: left as the failure left it (--on-failure stop)")];
            return await OutcomeAsync(runner, rollout.Project, number, PhaseResult.Failed, wanted, plan, plan.Changes, verdict, failure with { Undo = undo });
        }

        log.Warning(FormattableString.Invariant($"phase {number} failed; going back to what ran before"));
        using var step = log.Begin(new RunStep(StepKind.Undo, null) { Phase = number });
        var back = await new PhaseReturn(snapshot, gate, settings, clock, log)
            .GoBackAsync(runner, rollout, wanted, plan, changed, failure);
        // Whoever broke the lock deploys: what the gate saw go was taken by that run.
        if (back.Refusal is { Failure: FailureClass.LockHeld } taken)
            failure = new TargetLost(taken.Failure, taken.Message, taken.Remedy);
        var changes = wanted.ToDictionary(
            service => service.Service.Name,
            service => changed.Contains(service.Service.Name) && back.Returned.Contains(service.Service.Name)
                ? plan.Changes[service.Service.Name] == ServiceChange.Created ? ServiceChange.None : ServiceChange.RolledBack
                : plan.Changes[service.Service.Name]);
        return await OutcomeAsync(runner, rollout.Project, number, back.Returned.Count == changed.Count ? PhaseResult.RolledBack : PhaseResult.Failed,
            wanted, plan, changes, new GateVerdict([.. back.Health, .. verdict?.Services ?? []]), failure with { Undo = back.Sentences });
    }

    private async Task<PhaseOutcome> OutcomeAsync(
        OperationRunner runner, string project, int number, PhaseResult result, IReadOnlyList<WantedService> wanted, DeploymentPlan plan,
        IReadOnlyDictionary<string, ServiceChange> changes, GateVerdict? verdict, DeploymentFailure? failure)
    {
        IReadOnlyList<DeployedContainer> containers;
        try
        {
            using var patience = new CancellationTokenSource(settings.EvidenceTimeout, clock);
            containers = (await snapshot.TakeAsync(project, patience.Token)).Containers;
        }
        catch (Exception error) when (error is OperationCanceledException or WorldRefusedException)
        {
            log.Warning($"the target could not be looked at once more: {error.Message}");
            containers = [];
        }

        return Outcome(runner, project, number, result, wanted, plan, changes, verdict, failure, containers);
    }

    private static PhaseOutcome Outcome(
        OperationRunner runner, string project, int number, PhaseResult result, IReadOnlyList<WantedService> wanted, DeploymentPlan plan,
        IReadOnlyDictionary<string, ServiceChange> changes, GateVerdict? verdict, DeploymentFailure? failure,
        IReadOnlyList<DeployedContainer> containers) => new(number, result,
        [
            .. wanted.Select(service => new ServiceOutcome(
                service.Service.Name,
                changes[service.Service.Name],
                verdict?.Services.FirstOrDefault(health => health.Service == service.Service.Name),
                containers.FirstOrDefault(container => container.Project == project && container.Service == service.Service.Name
                    && container is { IsInPlace: true, IsKept: false })?.ImageId)
            {
                // An engine that went away may have taken the containers with it.
                Downtime = plan.IsBeside(service.Service.Name)
                    ? failure is TargetLost ? null : DowntimeBeside(verdict, service.Service.Name)
                    : Downtime(runner, verdict, service.Service.Name),
            }),
        ], failure);

    // The old container answers until the new one has passed the gate.
    private static TimeSpan? DowntimeBeside(GateVerdict? verdict, string service) =>
        verdict?.Services.FirstOrDefault(health => health.Service == service) is { State: ServiceState.Healthy or ServiceState.RunningUnverified }
            ? TimeSpan.Zero
            : null;

    // By the name that the step gave it: the running container that it stands beside is another one's, and says nothing of it.
    private static DeployedContainer? Find(ObservedState observed, string project, WantedService service, IReadOnlyList<Operation> step) =>
        DeploymentPlanner.Of(project, service.Service.Name, observed)
            .FirstOrDefault(container => container.Name == (NameIn(step, service) ?? service.Container.Name));

    private static string? NameIn(IReadOnlyList<Operation> step, WantedService service) =>
        step.OfType<CreateContainer>().FirstOrDefault(create => create.Service == service.Service.Name)?.Container.Name;

    private static TimeSpan? Downtime(OperationRunner runner, GateVerdict? verdict, string service) =>
        runner.Stopped.TryGetValue(service, out var stopped)
        && verdict?.Services.FirstOrDefault(health => health.Service == service)?.AnsweringSince is { } answering && answering >= stopped
            ? answering - stopped
            : null;

}
