using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Takes a phase that failed back to what ran before, gated.</summary>
internal sealed class PhaseReturn(TargetSnapshot snapshot, IPhaseGate gate, DeploymentSettings settings, TimeProvider clock, IRunLog log)
{
    public async Task<WayBack> GoBackAsync(
        OperationRunner runner, Rollout rollout, IReadOnlyList<WantedService> wanted, DeploymentPlan plan, HashSet<string> changed, DeploymentFailure failure)
    {
        var cancelled = failure is DeploymentCancelled;
        using var patience = cancelled ? new CancellationTokenSource(settings.CancelledUndoTimeout, clock) : new CancellationTokenSource();
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        GateVerdict? verdict = null;
        WorldRefusedException? lost = null;
        HashSet<string> started = [];
        try
        {
            var observed = await snapshot.TakeWhenBackAsync(rollout.Project, settings.AwayTimeout, clock, patience.Token);
            var ran = plan.Settle.OfType<StopContainer>().Select(stop => stop.Container).ToHashSet(StringComparer.Ordinal);
            var undo = DeploymentPlanner.PlanUndo(rollout.Project, wanted, observed, ran);
            started = [.. undo.BringBack.OfType<StartContainer>().Select(start => start.Service!)];
            await UndoAsync(runner, undo, errors, patience.Token);

            foreach (var service in changed)
                if (Loss(rollout.Project, service, plan, observed) is { } loss)
                    errors.TryAdd(service, loss);

            verdict = await HoldGateOverOldAsync(rollout, wanted, [.. changed.Except(errors.Keys)], cancelled ? settings.QuickGate : settings.Gate, patience.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or WorldRefusedException)
        {
            lost = error as WorldRefusedException;
            var reason = lost is not null ? lost.Message : $"not done within {settings.CancelledUndoTimeout}";
            foreach (var service in changed)
                errors.TryAdd(service, reason);
        }

        var returned = new HashSet<string>(StringComparer.Ordinal);
        var sentences = new List<string>();
        var atTheEnd = new List<ServiceHealth>();
        foreach (var (name, isJob) in wanted.Select(service => (service.Service.Name, service.IsJob)).Where(service => changed.Contains(service.Name)))
        {
            var health = verdict?.Services.FirstOrDefault(service => service.Service == name);
            var (ok, sentence) = errors.TryGetValue(name, out var error) ? (false, $"could not go back: {error}")
                : plan.Changes[name] == ServiceChange.Created ? (true, "nothing ran before; what was new is removed")
                : health is null && plan.Replacements.ContainsKey(name) && !isJob ? (false, "its old container ran before and does not run now")
                : health is null ? (true, "is back as it was before; it did not run then")
                : health.State is ServiceState.Healthy or ServiceState.RunningUnverified
                    ? (true, $"{(!plan.IsBeside(name) || started.Contains(name) ? "runs again as before" : failure is TargetLost ? "runs as before, and the new one is removed" : "ran all along, and the new one is removed")} ({health.Reason})")
                : (false, $"its old container is started again and is not healthy: {health.Reason}");
            sentences.Add($"{name}: {sentence}");
            if (ok)
                returned.Add(name);
            if (!errors.ContainsKey(name))
                atTheEnd.Add(health ?? new ServiceHealth(name, plan.Changes[name] == ServiceChange.Created ? ServiceState.NotDeployed : ServiceState.Failed, sentence, []));
        }

        foreach (var sentence in sentences)
            log.Warning(sentence);
        return new WayBack(returned, atTheEnd, sentences) { Refusal = lost };
    }

    // Somebody who knows nothing of the lock, such as "docker compose up", may have removed what ran before. What he put there is his.
    private static string? Loss(string project, string service, DeploymentPlan plan, ObservedState observed)
    {
        if (plan.Changes[service] != ServiceChange.Replaced)
            return null;

        var old = plan.Settle.OfType<RemoveContainer>().Where(operation => operation.Service == service).Select(operation => operation.Container).ToHashSet(StringComparer.Ordinal);
        if (old.Count == 0 || observed.Containers.Any(container => !container.IsKept && (old.Contains(container.Id) || old.Contains(container.Name))))
            return null;

        var now = DeploymentPlanner.Of(project, service, observed).FirstOrDefault(container => container is { IsRunning: true, IsInPlace: true });
        return "what ran before is no longer there"
            + (now is null ? ", and nothing runs in its place" : $", and container '{now.Name}' runs in its place")
            + (KeptContainer.Of(project, observed).Any(kept => old.Contains(kept.From)) ? "; it is kept: ./build.sh Rollback brings it back" : "");
    }

    // One service that cannot go back does not keep the others from it. What is new and does not stop keeps its own old container from starting:
    // the two would have one volume; what only cannot be removed does not.
    private async Task UndoAsync(OperationRunner runner, UndoOperations undo, Dictionary<string, string> errors, CancellationToken cancellationToken)
    {
        var stuck = new HashSet<string>(StringComparer.Ordinal);
        foreach (var operation in undo.RemoveNew.Concat(undo.Forget).Concat(undo.BringBack))
            try
            {
                if (!stuck.Contains(operation.Service!))
                    await runner.RunAsync([operation], cancellationToken);
            }
            catch (OperationFailedException failed) when (undo.Forget.Contains(operation))
            {
                log.Warning($"{failed.Refusal.Operation}: {failed.Refusal.Error}; the next deployment removes it");
            }
            catch (OperationFailedException failed)
            {
                errors.TryAdd(operation.Service!, $"{failed.Refusal.Operation}: {failed.Refusal.Error}");
                if (operation is StopContainer or StartContainer)
                    stuck.Add(operation.Service!);
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
               where container is { IsInPlace: true, IsRunning: true }
               select GatedService.Of(service, container) with { Service = AsItWas(service.Service, container) },
        ];
        return old.Length == 0 ? new GateVerdict([]) : await gate.HoldAsync(old, patience, cancellationToken);
    }

    // The change may have moved the service to another port, where the old container never answered.
    private static Service AsItWas(Service service, DeployedContainer old) =>
        service.HealthUrl is { } address && old.Ports.All(port => port.HostPort != address.Url.Port) ? service with { HealthUrl = null } : service;
}

/// <summary>What became of going back.</summary>
/// <param name="Returned">The services that are as they were.</param>
/// <param name="Health">What the gate saw of them.</param>
/// <param name="Sentences">One for each service.</param>
internal sealed record WayBack(HashSet<string> Returned, IReadOnlyList<ServiceHealth> Health, IReadOnlyList<string> Sentences)
{
    /// <summary>Why nothing more could be done at all; null when it could.</summary>
    public WorldRefusedException? Refusal { get; init; }
}
