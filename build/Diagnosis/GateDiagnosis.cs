using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Why services did not pass their gate: those that others depend on come first.</summary>
internal static partial class GateDiagnosis
{
    private const int LogLinesShown = 12;

    // The words of curl, wget, nc, Python and of our own probe. A published port without a listener behind it is accepted and then closed.
    private static readonly string[] Refusals =
        ["refused", "failed to connect", "couldn't connect", "could not connect", "can't connect", "closed without an answer", "connection reset", "reset by peer"];

    /// <summary>One diagnosis for each service that failed, and for each it depends on that shows a cause of its own.</summary>
    public static IReadOnlyList<FailureDiagnosis> Of(GateFailed failure, IReadOnlyList<Service> services, string nextCommand)
    {
        var byName = services.ToDictionary(service => service.Name);
        var evidence = failure.Evidence.GroupBy(item => item.Service).ToDictionary(group => group.Key, group => group.First());
        var failing = failure.Verdict.Services
            .Where(health => health.State is ServiceState.Failed or ServiceState.NotDeployed || (health.State == ServiceState.Unknown && IsAilingDependency(health, failure.Verdict, services, evidence)))
            .ToList();
        return [.. DependencyChain.RootsFirst(failing, health => health.Service, services)
            .Select(health => Diagnose(health, evidence.GetValueOrDefault(health.Service), byName.GetValueOrDefault(health.Service), Blamed(health, failing, services), nextCommand))];
    }

    private static bool IsAilingDependency(ServiceHealth health, GateVerdict verdict, IReadOnlyList<Service> services, Dictionary<string, ContainerEvidence> evidence) =>
        evidence.TryGetValue(health.Service, out var seen)
        && (seen.RestartCount > 0 || seen.OutOfMemory || seen.Status is "restarting" or "exited" or "dead" || seen.Probes is [.., { ExitCode: not 0 }])
        && verdict.Services.Any(other => other.State == ServiceState.Failed && DependencyChain.DependsOn(other.Service, health.Service, services));

    private static string? Blamed(ServiceHealth health, IReadOnlyList<ServiceHealth> failing, IReadOnlyList<Service> services) =>
        failing.FirstOrDefault(other => other.Service != health.Service && DependencyChain.DependsOn(health.Service, other.Service, services)
            && !DependencyChain.DependsOn(other.Service, health.Service, services))?.Service;

    private static FailureDiagnosis Diagnose(ServiceHealth health, ContainerEvidence? seen, Service? service, string? blamed, string nextCommand)
    {
        var symptom = Classify(health, seen, service);
        var cause = $"{health.Service}: {symptom.What}" + (blamed is null ? "" : $"; it depends on {blamed}, which failed too");
        return new FailureDiagnosis(
            symptom.Failure,
            health.Service,
            PlainText.Line(cause, 500),
            [.. Evidence(health, seen, symptom)],
            symptom.Remedy,
            symptom.NextCommand ?? nextCommand);
    }

    private static Symptom Classify(ServiceHealth health, ContainerEvidence? seen, Service? service)
    {
        if (health.State == ServiceState.NotDeployed)
            return new Symptom(FailureClass.Unknown, $"its container is not there any more: {health.Reason}", "see that nothing else removes containers of this project, and deploy it again", "");

        if (seen is { OutOfMemory: true } || health.Terms.Any(term => term is { Name: HealthTermNames.Memory, Passed: false }))
        {
            return new Symptom(
                FailureClass.OutOfMemory,
                service?.MemoryLimit is { } limit
                    ? string.Create(CultureInfo.InvariantCulture, $"the kernel killed it for its memory: it may use {limit / 1048576.0:0.#} MiB")
                    : "the kernel killed it for its memory, and it has no limit of its own: the host has none left",
                service?.MemoryLimit is null ? "free memory on the target, or set mem_limit for what uses it up" : "raise mem_limit (deploy.resources.limits.memory), or let the program need less",
                health.Reason);
        }

        if (seen is { Status: "created", Error.Length: > 0 } && EngineError.Read(seen.Error) is { } refused)
            return refused;

        var log = seen is null ? null : ApplicationLog.Read(seen.Log, DependencyChain.DatabaseAddresses(service));
        return HasCrashed(health, seen) ? Crashed(health, seen, service, log) : Ailing(health, seen, service, log);
    }

    private static bool HasCrashed(ServiceHealth health, ContainerEvidence? seen) =>
        seen is { Status: "exited" or "restarting" or "dead" }
        || (seen is { RestartCount: > 0 } && health.Terms.Any(term => term is { Name: HealthTermNames.NoRestart, Passed: false }));

    private static Symptom Crashed(ServiceHealth health, ContainerEvidence? seen, Service? service, Symptom? log)
    {
        var ending = seen switch
        {
            null => "its container ended",
            { RestartCount: > 0 } => string.Create(CultureInfo.InvariantCulture, $"it restarted {PlainText.Count(seen.RestartCount, "time")}{(seen.ExitCode is { } code ? $", exit code {code}" : "")}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"it exited with code {seen.ExitCode}"),
        };
        if (log is { Failure: FailureClass.CrashLoop } && service?.NetworkMode == "host" && log.Line.Contains("in use", StringComparison.OrdinalIgnoreCase))
            return new Symptom(FailureClass.PortConflict, $"{ending}: a port of the host that it listens on is taken (network_mode host)", "stop what holds the port, or let it listen on another one", log.Line, "ss -ltnp");

        if (log is not null)
            return log with { What = $"{ending}: {log.What}" };

        if (seen is { ExitCode: 0, RestartCount: 0 })
        {
            return new Symptom(
                FailureClass.CrashLoop,
                "it ended at once with exit code 0: its command does not stay in the foreground, or its work is done",
                "start the program in the foreground; for a job, let another service depend on it with condition service_completed_successfully",
                health.Reason);
        }

        var meaning = seen?.ExitCode switch
        {
            126 => ": its command is not executable",
            127 => ": its command is not in the image",
            137 => ": somebody or the kernel killed it (SIGKILL)",
            139 => ": it crashed (segmentation fault)",
            143 => ": somebody stopped it (SIGTERM)",
            _ => "",
        };
        var line = seen is null ? null : ApplicationLog.LastErrorLine(seen.Log) ?? (seen.Log.Count > 0 ? seen.Log[^1].Trim() : null);
        return new Symptom(
            FailureClass.CrashLoop,
            line is null ? $"{ending}{meaning}; it printed nothing" : $"{ending}{meaning}; its last words: {PlainText.Line(line, 200)}",
            line is null ? "run its command by hand in the image; nothing it printed says why it ends" : "correct what its last words say",
            line ?? health.Reason);
    }

    private static Symptom Ailing(ServiceHealth health, ContainerEvidence? seen, Service? service, Symptom? log)
    {
        var probe = seen?.Probes is [.., var last] ? last.Output : "";
        if (MissingProgram().Match(probe) is { Success: true } missing)
        {
            var program = missing.Groups["name"].Value;
            return new Symptom(
                FailureClass.Unhealthy,
                $"its healthcheck cannot run: the image has no {program}",
                $"install {program} in the image, or write the healthcheck with a program that it has",
                probe);
        }

        if (log is { Failure: FailureClass.DatabaseUnreachable or FailureClass.CredentialsRejected or FailureClass.DiskFull or FailureClass.OutOfMemory })
            return log with { What = $"it runs and is not healthy: {log.What}" };

        if (seen?.ListeningPorts is { Count: > 0 } listening && WrongPort(probe, health, listening, service) is { } asked)
        {
            var ports = string.Join(", ", listening.Select(port => port.ToString(CultureInfo.InvariantCulture)));
            return new Symptom(
                FailureClass.WrongPort,
                $"it listens on port {ports}, and is asked on port {asked}",
                $"let the program listen on {asked}, or change the port in healthcheck and ports to {ports}",
                probe.Length > 0 ? probe : health.Reason);
        }

        var nothingListens = seen is { ListeningPorts.Count: 0 } && (Refuses(probe) || health.Terms.Any(term => term.Passed == false && Refuses(term.Observed)));
        return new Symptom(
            FailureClass.Unhealthy,
            nothingListens ? $"it runs and listens on no port: {health.Reason}" : health.Reason,
            nothingListens ? "let the program listen on the port of its healthcheck (0.0.0.0, not another address); its last lines show how far it came" : "correct what the probe and the last lines of its log show; give it more time with start_period or --healthy-deadline when it only starts slowly",
            probe);
    }

    // The port that is asked and on which nothing listens; null when it is one that the process listens on.
    private static int? WrongPort(string probe, ServiceHealth health, IReadOnlyList<int> listening, Service? service)
    {
        if (Refuses(probe))
        {
            var asked = AskedPort().Match(string.Join(' ', service?.Healthcheck?.Test ?? [])) is { Success: true } match ? PortOf(match)
                : RefusedPort().Match(probe) is { Success: true } said ? PortOf(said) : null;
            if (asked is { } port && !listening.Contains(port))
                return port;
        }

        var addressRefused = health.Terms.Any(term => term.Passed == false && term.Name.StartsWith("GET ", StringComparison.Ordinal) && Refuses(term.Observed));
        return addressRefused
            && service?.Ports.FirstOrDefault(mapping => mapping.Protocol == "tcp" && mapping.HostPort == service.HealthUrl?.Url.Port) is { } mapping
            && !listening.Contains(mapping.ContainerPort)
            ? mapping.ContainerPort
            : null;
    }

    private static int? PortOf(Match match) =>
        match.Groups["port"] is { Success: true } port ? int.Parse(port.Value, CultureInfo.InvariantCulture) : match.Value.StartsWith("https", StringComparison.Ordinal) ? 443 : 80;

    private static bool Refuses(string text) =>
        Refusals.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Evidence(ServiceHealth health, ContainerEvidence? seen, Symptom symptom)
    {
        yield return PlainText.Line($"gate: {health.Reason}", 500);
        if (symptom.Line.Length > 0 && symptom.Line != health.Reason)
            yield return PlainText.Line($"decisive: {symptom.Line}", 500);

        if (seen is null)
            yield break;

        yield return $"container {seen.ContainerName}: {seen.Status ?? "not seen"}"
            + (seen.ExitCode is { } code ? FormattableString.Invariant($", exit code {code}") : "")
            + $", {PlainText.Count(seen.RestartCount, "restart")}"
            + (seen.ListeningPorts is { } ports ? $", listens on {(ports.Count == 0 ? "no port" : string.Join(", ", ports))}" : "");
        if (seen.Error.Length > 0)
            yield return PlainText.Line($"engine: {seen.Error}", 500);

        if (seen.Probes is [.., var probe])
            yield return PlainText.Line(FormattableString.Invariant($"last probe: exit code {probe.ExitCode}: {probe.Output}"), 500);

        foreach (var line in seen.Log.TakeLast(LogLinesShown))
            yield return $"log: {PlainText.Line(line, 400)}";
    }

    [GeneratedRegex(@"exec: ""?(?<name>[^"":]+)""?: (?:stat [^:]*: no such file or directory|executable file not found|no such file or directory)|(?:^|: )(?<name>[\w./-]+): (?:command )?not found", RegexOptions.IgnoreCase)]
    private static partial Regex MissingProgram();

    [GeneratedRegex(@"https?://[^/\s:""']+(?::(?<port>\d{1,5}))?|\bnc\b(?: -\w+)* \S+ (?<port>\d{1,5})\b")]
    private static partial Regex AskedPort();

    [GeneratedRegex(@"port (?<port>\d{1,5})|:(?<port>\d{2,5})\b")]
    private static partial Regex RefusedPort();
}
