using System.Globalization;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis.Rules;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>What one service that failed its gate shows, from its container, its log, its probes and its network.</summary>
internal static class ServiceSymptom
{
    // What a log says that explains why a health address answers with an error.
    private static readonly string[] Explaining =
        ["migration-failed", "missing-module", "missing-variable", "permission-denied", "read-only", "host-not-allowed"];

    /// <summary>The symptom that decides.</summary>
    public static Symptom Of(ServiceHealth health, ContainerEvidence? seen, Service? service)
    {
        if (health.State == ServiceState.NotDeployed || (seen is null && health is { State: ServiceState.Failed, Terms.Count: 0 }))
        {
            return new Symptom(
                FailureClass.Unknown, $"its container is not there any more: {health.Reason}",
                "see that nothing else removes containers of this project, and deploy it again", "", Diagnostician.CommandFor("Deploy"))
            {
                SubCause = "container-gone",
            };
        }

        if (seen is { OutOfMemory: true } || health.Terms.Any(term => term is { Name: HealthTermNames.Memory, Passed: false }))
            return Killed(health, service);

        if (seen is { Status: "created", Error.Length: > 0 } && Outputs.OfRefusal(health.Service, seen.Error) is { } refused)
            return refused;

        var log = seen is null ? null : Outputs.OfLog(service, health.Service, seen.Log);
        return HasCrashed(health, seen) ? Crashed(health, seen, service, log) : Ailing(health, seen, service, log);
    }

    private static Symptom Killed(ServiceHealth health, Service? service) => new(
        FailureClass.OutOfMemory,
        service?.MemoryLimit is { } limit
            ? string.Create(CultureInfo.InvariantCulture, $"the kernel killed it for its memory: it may use {limit / 1048576.0:0.#} MiB")
            : "the kernel killed it for its memory, and it has no limit of its own: the host has none left",
        service?.MemoryLimit is null
            ? $"free memory on the target, or set services.{health.Service}.mem_limit for what uses it up"
            : $"raise services.{health.Service}.mem_limit (deploy.resources.limits.memory), or let the program need less",
        health.Reason)
    {
        SubCause = "out-of-memory",
        Certainty = Certainty.Certain,
    };

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
        if (log is { SubCause: "port-in-use" } && service?.NetworkMode == "host")
        {
            return new Symptom(FailureClass.PortConflict, $"{ending}: a port of the host that it listens on is taken (network_mode host)",
                "stop what holds the port, or let it listen on another one", log.Line, "ss -ltnp")
            {
                SubCause = "port-in-use",
                Certainty = Certainty.Certain,
            };
        }

        if (log is not null && !(log.SubCause == "unhandled-exception" && Unreached(seen) is not null))
            return log with { What = $"{ending}: {log.What}" };

        if (seen is not null && Unreached(seen) is { } unreached)
            return unreached with { What = $"{ending}: {unreached.What}" };

        if (seen is { ExitCode: 0, RestartCount: 0 })
        {
            return new Symptom(
                FailureClass.CrashLoop,
                "it ended at once with exit code 0: its command does not stay in the foreground, or its work is done",
                "start the program in the foreground; for a job, let another service depend on it with condition service_completed_successfully",
                health.Reason)
            {
                SubCause = "exited-zero",
            };
        }

        var meaning = seen?.ExitCode is { } ended && ExitCodes.Meaning(ended) is { } words ? $": {words}" : "";
        var line = seen is null ? null : OutputReader.LastErrorLine(seen.Log) ?? (seen.Log.Count > 0 ? seen.Log[^1].Trim() : null);
        return new Symptom(
            FailureClass.CrashLoop,
            line is null ? $"{ending}{meaning}; it printed nothing" : $"{ending}{meaning}; its last words: {PlainText.Line(line, 200)}",
            line is null
                ? $"run its command by hand in the image (docker run --rm -it --entrypoint sh {seen?.ContainerName ?? "its image"}'s image); nothing it printed says why it ends"
                : "correct what its last words say",
            line ?? health.Reason)
        {
            SubCause = (seen?.ExitCode is { } exit ? ExitCodes.SubCause(exit) : null) ?? (line is null ? "silent" : "last-words"),
        };
    }

    private static Symptom Ailing(ServiceHealth health, ContainerEvidence? seen, Service? service, Symptom? log)
    {
        var probe = seen?.Probes is [.., var last] ? last.Output : "";
        var probed = Outputs.OfProbe(health.Service, probe);
        if (probed is { SubCause: "probe-command" })
            return probed;

        if (log is { Failure: FailureClass.DatabaseUnreachable or FailureClass.CredentialsRejected or FailureClass.DiskFull or FailureClass.OutOfMemory or FailureClass.LockHeld })
            return log with { What = $"it runs and is not healthy: {log.What}", Certainty = AtMostLikely(log.Certainty) };

        if (seen is not null && Unreached(seen) is { } unreached)
            return unreached with { What = $"it runs and is not healthy: {unreached.What}", Certainty = AtMostLikely(unreached.Certainty) };

        if (Ports.Wrong(health, seen, service, probe) is { } wrong)
            return wrong;

        if (probed is not null)
        {
            return log is not null && Explaining.Contains(log.SubCause)
                ? probed with { What = $"{probed.What}; its log says: {log.What}", Remedy = log.Remedy, Line = log.Line, SubCause = log.SubCause }
                : probed;
        }

        var nothingListens = seen is { ListeningPorts.Count: 0 } && (Ports.Refuses(probe) || health.Terms.Any(term => term.Passed == false && Ports.Refuses(term.Observed)));
        return new Symptom(
            FailureClass.Unhealthy,
            nothingListens ? $"it runs and listens on no port: {health.Reason}"
                : PlainText.Line(probe, 200) is { Length: > 0 } said ? $"{health.Reason}: {said}" : health.Reason,
            nothingListens
                ? "let the program listen on the port of its healthcheck (0.0.0.0, not another address); its last lines show how far it came"
                : $"correct what the probe and the last lines of its log show; give it more time with services.{health.Service}.healthcheck.start_period or --healthy-deadline when it only starts slowly",
            probe)
        {
            SubCause = nothingListens ? "no-listener" : Ports.Refuses(probe) ? "connection-refused" : null,
            Certainty = nothingListens ? Certainty.Certain : Certainty.Likely,
        };
    }

    private static Certainty AtMostLikely(Certainty certainty) => certainty == Certainty.Certain ? Certainty.Likely : certainty;

    // A database of its own connection strings that does not answer from inside its network.
    private static Symptom? Unreached(ContainerEvidence? seen) =>
        seen?.Reached.FirstOrDefault(reached => reached.Outcome != Reach.Answers) is not { } reached ? null : Outputs.OfServer(seen.Service, reached.Said) ?? new Symptom(
            FailureClass.DatabaseUnreachable,
            string.Create(CultureInfo.InvariantCulture, $"{reached.Server.Server} at {reached.Server.Host}:{reached.Server.Port} cannot be reached from its network: {reached.Said}"),
            reached.Outcome == Reach.UnknownHost
                ? $"correct the host in the connection string, or make it resolvable there (networks, extra_hosts: \"{reached.Server.Host}:address\")"
                : ConnectionRules.StartServer,
            reached.Said)
        {
            SubCause = reached.Outcome switch { Reach.UnknownHost => "unknown-host", Reach.Refuses => "connection-refused", _ => "connection-timeout" },
            Host = reached.Server.Host,
        };
}
