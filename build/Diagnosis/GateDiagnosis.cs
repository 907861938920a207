using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Why services did not pass their gate: those that others depend on come first, and what failed because of them says so.</summary>
internal static class GateDiagnosis
{
    private const int LogLinesShown = 12;
    private const int EventsShown = 6;

    /// <summary>One diagnosis for each service that failed, and for each it depends on that shows a cause of its own.</summary>
    /// <param name="failure">What the gate and the containers said.</param>
    /// <param name="services">The services of the rollout.</param>
    /// <param name="later">The names of those that only a later phase deploys.</param>
    /// <param name="nextCommand">The command to type again when the remedy was followed.</param>
    public static IReadOnlyList<FailureDiagnosis> Of(GateFailed failure, IReadOnlyList<Service> services, IReadOnlyCollection<string> later, string nextCommand)
    {
        var byName = services.ToDictionary(service => service.Name);
        var evidence = failure.Evidence.GroupBy(item => item.Service).ToDictionary(group => group.Key, group => group.First());
        var failing = failure.Verdict.Services
            .Where(health => health.State is ServiceState.Failed or ServiceState.NotDeployed || (health.State == ServiceState.Unknown && IsAilingDependency(health, failure.Verdict, services, evidence)))
            .ToList();
        if (failing.Count == 0)
            return [.. failure.Verdict.Services.Where(health => health.State == ServiceState.Unknown).Select(health => Undecided(health, evidence.GetValueOrDefault(health.Service), nextCommand))];

        return [.. DependencyChain.RootsFirst(failing, health => health.Service, services)
            .Select(health => Diagnose(health, evidence.GetValueOrDefault(health.Service), byName.GetValueOrDefault(health.Service), failing, services, later, nextCommand))];
    }

    private static bool IsAilingDependency(ServiceHealth health, GateVerdict verdict, IReadOnlyList<Service> services, Dictionary<string, ContainerEvidence> evidence) =>
        evidence.TryGetValue(health.Service, out var seen)
        && (seen.RestartCount > 0 || seen.OutOfMemory || seen.Status is "restarting" or "exited" or "dead" || seen.Probes is [.., { ExitCode: not 0 }])
        && verdict.Services.Any(other => other.State == ServiceState.Failed && DependencyChain.DependsOn(other.Service, health.Service, services));

    private static string? Blamed(ServiceHealth health, IReadOnlyList<ServiceHealth> failing, IReadOnlyList<Service> services) =>
        failing.FirstOrDefault(other => other.Service != health.Service && DependencyChain.DependsOn(health.Service, other.Service, services)
            && !DependencyChain.DependsOn(other.Service, health.Service, services))?.Service;

    private static FailureDiagnosis Diagnose(
        ServiceHealth health, ContainerEvidence? seen, Service? service, IReadOnlyList<ServiceHealth> failing, IReadOnlyList<Service> services, IReadOnlyCollection<string> later, string nextCommand)
    {
        var symptom = ServiceSymptom.Of(health, seen, service);
        var asked = DependencyChain.Named(symptom.Host, services)?.Name;
        var blamed = Blamed(health, failing, services) ?? failing.FirstOrDefault(other => other.Service == asked && other.Service != health.Service)?.Service;
        if (asked is not null && later.Contains(asked))
        {
            symptom = symptom with
            {
                Failure = FailureClass.DependencyOrder,
                SubCause = "later-phase",
                Certainty = Certainty.Certain,
                What = $"it needs {asked}, which only a later phase deploys: {symptom.What}",
                Remedy = $"move {asked} into an earlier phase than {health.Service} (x-rollout.phases), or move {health.Service} into a later one",
            };
        }

        var cause = $"{health.Service}: {symptom.What}" + (blamed is null ? "" : $"; it depends on {blamed}, which failed too");
        return new FailureDiagnosis(
            symptom.Failure, health.Service, PlainText.Line(cause, 500), [.. Evidence(health, seen, symptom)], symptom.Remedy, symptom.NextCommand ?? nextCommand)
        {
            SubCause = symptom.SubCause,
            Certainty = symptom.Certainty,
            ConsequenceOf = blamed,
        };
    }

    // Nothing failed, and not everything is healthy: the time was over before a check decided.
    private static FailureDiagnosis Undecided(ServiceHealth health, ContainerEvidence? seen, string nextCommand)
    {
        var open = health.Terms.Where(term => term.Passed != true).Select(term => $"{term.Name} ({term.Observed})").ToList();
        var missing = open.Count == 0 ? health.Reason : $"{health.Reason}; still open: {string.Join(", ", open)}";
        return new FailureDiagnosis(
            FailureClass.Unknown,
            health.Service,
            PlainText.Line($"{health.Service}: no health verdict yet: {missing}", 500),
            [.. Evidence(health, seen, new Symptom(FailureClass.Unknown, "", "", ""))],
            $"give {health.Service} more time (--healthy-deadline), or shorten the interval of its healthcheck, and run it again",
            nextCommand)
        {
            SubCause = "no-verdict",
        };
    }

    private static IEnumerable<string> Evidence(ServiceHealth health, ContainerEvidence? seen, Symptom symptom)
    {
        yield return PlainText.Line($"gate: {health.Reason}", 500);
        if (symptom.Line.Length > 0 && symptom.Line != health.Reason)
            yield return PlainText.Line($"decisive: {symptom.Line}", 500);

        if (seen is null)
            yield break;

        yield return $"container {seen.ContainerName}: {seen.Status ?? "not seen"}"
            + (seen.ExitCode is { } code ? $", exit code {ExitCodes.Told(code)}" : "")
            + $", {PlainText.Count(seen.RestartCount, "restart")}"
            + (seen.ListeningPorts is { } ports ? $", listens on {(ports.Count == 0 ? "no port" : string.Join(", ", ports.Select(port => seen.LoopbackPorts.Contains(port) ? $"{port} (127.0.0.1 only)" : $"{port}")))}" : "")
            + (seen.Networks.Count > 0 ? $", in {string.Join(", ", seen.Networks)}" : "");
        if (seen.Error.Length > 0)
            yield return PlainText.Line($"engine: {seen.Error}", 500);

        if (seen.Probes is [.., var probe])
            yield return PlainText.Line(FormattableString.Invariant($"last probe: exit code {probe.ExitCode}: {probe.Output}"), 500);

        foreach (var reached in seen.Reached)
            yield return PlainText.Line($"from inside its network: {reached.Server.Server} at {reached.Server.Host}:{FormattableString.Invariant($"{reached.Server.Port}")}: {reached.Said}", 400);

        foreach (var happened in seen.Events.TakeLast(EventsShown))
            yield return $"event: {PlainText.Line(happened, 200)}";

        foreach (var line in seen.Log.TakeLast(LogLinesShown))
            yield return $"log: {PlainText.Line(line, 400)}";

        foreach (var missing in seen.Missing)
            yield return $"not seen: {PlainText.Line(missing, 200)}";
    }
}
