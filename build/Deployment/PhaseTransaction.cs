using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Carries a plan out: prepare, switch, gate, settle; or, when anything fails on the way, back to what ran before.</summary>
internal sealed class PhaseTransaction(
    IDeploymentTarget target,
    TargetSnapshot snapshot,
    IPhaseGate gate,
    IEvidenceCollector evidence,
    DeploymentSettings settings,
    TimeProvider clock,
    IRunLog log)
{
    public async Task<PhaseOutcome> RunAsync(
        Rollout rollout, int number, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, Action? atGate, CancellationToken cancellationToken)
    {
        var runner = new OperationRunner(target, rollout, settings, clock, log);
        GateVerdict? verdict = null;
        DeploymentFailure failure;
        try
        {
            using (log.Begin(new RunStep(StepKind.Start, null) { Phase = number }))
            {
                await runner.RunByServiceAsync(plan.Prepare, cancellationToken);
                await SwitchAsync(runner, plan, cancellationToken);
            }

            atGate?.Invoke();
            using (log.Begin(new RunStep(StepKind.Gate, null) { Phase = number }))
                verdict = await HoldGateAsync(rollout.Project, wanted, plan.IsEmpty ? settings.QuickGate : settings.Gate, cancellationToken);
            if (verdict.Passed)
            {
                await KeepAsync(runner, rollout.Project, plan);
                await SettleAsync(runner, plan);
                return await OutcomeAsync(runner, rollout.Project, number, plan.IsEmpty ? PhaseResult.Unchanged : PhaseResult.Succeeded, wanted, plan.Changes, verdict, null);
            }

            failure = new GateFailed(verdict, await CollectEvidenceAsync(rollout.Project, wanted));
        }
        catch (OperationFailedException failed)
        {
            failure = await WithEvidenceAsync(rollout, wanted, failed.Refusal);
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

    private static async Task SwitchAsync(OperationRunner runner, DeploymentPlan plan, CancellationToken cancellationToken)
    {
        await runner.RunByServiceAsync([.. plan.Switch.OfType<StopContainer>()], cancellationToken);
        await runner.RunInOrderAsync([.. plan.Switch.Where(operation => operation is not StopContainer)], cancellationToken);
    }

    // The phase stands. What cannot be kept is no reason to undo it, and no reason to leave it unsettled.
    private async Task KeepAsync(OperationRunner runner, string project, DeploymentPlan plan)
    {
        if (plan.Keep.Count == 0)
            return;

        foreach (var service in plan.Keep.GroupBy(operation => operation.Service))
            try
            {
                await runner.RunAsync(service, CancellationToken.None);
            }
            catch (OperationFailedException failed)
            {
                log.Warning($"{service.Key}: {failed.Refusal.Operation}: {failed.Refusal.Error}; a rollback may not reach this version");
            }

        await new OrphanTags(target, log).SweepAsync(project, CancellationToken.None);
    }

    // The phase stands. What cannot be removed now is a leftover that the next run removes, not a failure of the phase.
    private async Task SettleAsync(OperationRunner runner, DeploymentPlan plan)
    {
        try
        {
            await runner.RunByServiceAsync(plan.Settle, CancellationToken.None);
        }
        catch (OperationFailedException failed)
        {
            log.Warning($"{failed.Refusal.Operation}: {failed.Refusal.Error}; the next run removes it");
        }
    }

    private async Task<GateVerdict> HoldGateAsync(
        string project, IReadOnlyList<WantedService> wanted, GateSettings patience, CancellationToken cancellationToken)
    {
        var observed = await snapshot.TakeAsync(project, cancellationToken);
        var gone = new List<ServiceHealth>();
        var gated = new List<GatedService>();
        foreach (var service in wanted)
            if (Find(observed, project, service) is { } container)
                gated.Add(AtGate(service, container));
            else
                gone.Add(new ServiceHealth(service.Service.Name, ServiceState.NotDeployed, "its container is gone", []));

        var verdict = gated.Count == 0 ? new GateVerdict([]) : await gate.HoldAsync(gated, patience, cancellationToken);
        var byName = verdict.Services.Concat(gone).ToDictionary(health => health.Service);
        return new GateVerdict([.. wanted.Select(service => byName[service.Service.Name])]);
    }

    private static GatedService AtGate(WantedService service, DeployedContainer container) =>
        new(service.Service, container.Id, container.Name) { RunsToCompletion = service.IsJob };

    // A service that waited in vain shows nothing; what it waited for does.
    private async Task<DeploymentFailure> WithEvidenceAsync(Rollout rollout, IReadOnlyList<WantedService> wanted, OperationRefused refusal)
    {
        if (refusal.Dependency is { } dependency)
        {
            var waiter = new ServiceHealth(refusal.Service, ServiceState.Unknown, refusal.Error, []);
            return new GateFailed(new GateVerdict([dependency, waiter]), await CollectEvidenceAsync(rollout.Project, wanted));
        }

        using var patience = new CancellationTokenSource(settings.EvidenceTimeout, clock);
        var service = rollout.Services.FirstOrDefault(candidate => candidate.Name == refusal.Service);
        return refusal with { Surroundings = await RefusalEvidence.CollectAsync(target, service, refusal.Error, patience.Token) };
    }

    private async Task<IReadOnlyList<ContainerEvidence>> CollectEvidenceAsync(string project, IReadOnlyList<WantedService> wanted)
    {
        using var patience = new CancellationTokenSource(settings.EvidenceTimeout, clock);
        try
        {
            var observed = await snapshot.TakeAsync(project, patience.Token);
            GatedService[] services =
            [
                .. from service in wanted
                   let container = Find(observed, project, service)
                   where container is not null
                   select AtGate(service, container),
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
            return await OutcomeAsync(runner, rollout.Project, number, PhaseResult.Failed, wanted, plan.Changes, verdict, failure with { Undo = undo });
        }

        log.Warning(FormattableString.Invariant($"phase {number} failed; going back to what ran before"));
        using var step = log.Begin(new RunStep(StepKind.Undo, null) { Phase = number });
        var back = await GoBackAsync(runner, rollout, wanted, plan, changed, failure is DeploymentCancelled);
        var changes = wanted.ToDictionary(
            service => service.Service.Name,
            service => changed.Contains(service.Service.Name) && back.Returned.Contains(service.Service.Name)
                ? plan.Changes[service.Service.Name] == ServiceChange.Created ? ServiceChange.None : ServiceChange.RolledBack
                : plan.Changes[service.Service.Name]);
        return await OutcomeAsync(runner, rollout.Project, number, back.Returned.Count == changed.Count ? PhaseResult.RolledBack : PhaseResult.Failed,
            wanted, changes, new GateVerdict([.. back.Health, .. verdict?.Services ?? []]), failure with { Undo = back.Sentences });
    }

    private async Task<Return> GoBackAsync(
        OperationRunner runner, Rollout rollout, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, HashSet<string> changed, bool cancelled)
    {
        using var patience = cancelled ? new CancellationTokenSource(settings.CancelledUndoTimeout, clock) : new CancellationTokenSource();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        GateVerdict? verdict = null;
        try
        {
            var observed = await snapshot.TakeWhenBackAsync(rollout.Project, settings.AwayTimeout, clock, patience.Token);
            var operations = DeploymentPlanner.PlanUndo(rollout.Project, wanted, observed);
            // One service that cannot go back does not keep the others from it.
            foreach (var operation in operations)
                if (!errors.ContainsKey(operation.Service!))
                    await TryAsync(runner, operation, errors, patience.Token);

            verdict = await HoldGateOverOldAsync(rollout, wanted, changed, cancelled ? settings.QuickGate : settings.Gate, patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or WorldRefusedException)
        {
            var reason = error is WorldRefusedException ? error.Message : $"not done within {settings.CancelledUndoTimeout}";
            foreach (var service in changed)
                errors.TryAdd(service, reason);
        }

        var returned = new HashSet<string>(StringComparer.Ordinal);
        var sentences = new List<string>();
        var atTheEnd = new List<ServiceHealth>();
        foreach (var name in wanted.Select(service => service.Service.Name).Where(changed.Contains))
        {
            var health = verdict?.Services.FirstOrDefault(service => service.Service == name);
            var (ok, sentence) = errors.TryGetValue(name, out var error) ? (false, $"could not go back: {error}")
                : plan.Changes[name] == ServiceChange.Created ? (true, "nothing ran before; what was new is removed")
                : health is null ? (true, "is back as it was before; it did not run then")
                : health.State is ServiceState.Healthy or ServiceState.RunningUnverified ? (true, $"runs again as before ({health.Reason})")
                : (false, $"its old container is started again and is not healthy: {health.Reason}");
            sentences.Add($"{name}: {sentence}");
            if (ok)
                returned.Add(name);
            if (!errors.ContainsKey(name))
                atTheEnd.Add(health ?? new ServiceHealth(name, plan.Changes[name] == ServiceChange.Created ? ServiceState.NotDeployed : ServiceState.Failed, sentence, []));
        }

        foreach (var sentence in sentences)
            log.Warning(sentence);
        return new Return(returned, atTheEnd, sentences);
    }

    private static async Task TryAsync(OperationRunner runner, Operation operation, Dictionary<string, string> errors, CancellationToken cancellationToken)
    {
        try
        {
            await runner.RunAsync([operation], cancellationToken);
        }
        catch (OperationFailedException failed)
        {
            errors[operation.Service!] = $"{failed.Refusal.Operation}: {failed.Refusal.Error}";
        }
    }

    private async Task<GateVerdict> HoldGateOverOldAsync(
        Rollout rollout, IReadOnlyList<WantedService> wanted, HashSet<string> changed, GateSettings patience, CancellationToken cancellationToken)
    {
        var observed = await snapshot.TakeAsync(rollout.Project, cancellationToken);
        GatedService[] old =
        [
            .. from service in wanted
               where changed.Contains(service.Service.Name) && !service.IsJob
               from container in DeploymentPlanner.Of(rollout.Project, service.Service.Name, observed)
               where container is { Previous: null, IsRunning: true }
               select AtGate(service, container) with { Service = AsItWas(service.Service, container) },
        ];
        return old.Length == 0 ? new GateVerdict([]) : await gate.HoldAsync(old, patience, cancellationToken);
    }

    // The change may have moved the service to another port, where the old container never answered.
    private static Service AsItWas(Service service, DeployedContainer old) =>
        service.HealthUrl is { } address && old.Ports.All(port => port.HostPort != address.Url.Port) ? service with { HealthUrl = null } : service;

    private async Task<PhaseOutcome> OutcomeAsync(
        OperationRunner runner, string project, int number, PhaseResult result, IReadOnlyList<WantedService> wanted,
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

        return new PhaseOutcome(number, result,
        [
            .. wanted.Select(service => new ServiceOutcome(
                service.Service.Name,
                changes[service.Service.Name],
                verdict?.Services.FirstOrDefault(health => health.Service == service.Service.Name),
                containers.FirstOrDefault(container => container.Project == project && container.Service == service.Service.Name
                    && container is { Previous: null, IsKept: false })?.ImageId)
            {
                Downtime = Downtime(runner, verdict, service.Service.Name),
            }),
        ], failure);
    }

    private static TimeSpan? Downtime(OperationRunner runner, GateVerdict? verdict, string service) =>
        runner.Stopped.TryGetValue(service, out var stopped)
        && verdict?.Services.FirstOrDefault(health => health.Service == service)?.AnsweringSince is { } answering && answering >= stopped
            ? answering - stopped
            : null;

    private static DeployedContainer? Find(ObservedState observed, string project, WantedService service) =>
        DeploymentPlanner.Of(project, service.Service.Name, observed)
            .FirstOrDefault(container => container.Previous is null && container.Name == service.Container.Name);

    private sealed record Return(HashSet<string> Returned, IReadOnlyList<ServiceHealth> Health, IReadOnlyList<string> Sentences);
}
