using System.Globalization;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

/// <summary>A recorded failure with what it is; the format is described in <c>tests/Diagnosis/corpus/README.md</c>.</summary>
internal sealed record CorpusCase(string Name, IReadOnlyDictionary<string, string> Head, string Text)
{
    public string Class => Head["class"];

    public string SubCause => Head["sub-cause"];

    public static IReadOnlyList<CorpusCase> ReadAll(string folder) =>
        [.. Directory.EnumerateFiles(Repository.PathOf("tests", "Diagnosis", folder), "*.txt").Order(StringComparer.Ordinal).Select(Read)];

    public FailureDiagnosis Diagnose() => Head["kind"] switch
    {
        "build" => FromPhase(new BuildFailed("web", "acme/shop@0123:web", "web/Dockerfile", Get("step"), Get("error") ?? "", Text.Split('\n'))),
        "pull" => FromPhase(new PullFailed("web", Head["image"], Text)),
        "refusal" => FromPhase(new OperationRefused("web", "StartContainer web-1", Text)),
        "thrown" => Diagnostician.FromException(new TargetRefusedException("list containers", Text), "Preflight")[0],
        "log" => FromGate(ended: true),
        "running" => FromGate(ended: false),
        var kind => throw new InvalidOperationException($"{Name}: kind '{kind}' is none of build, pull, refusal, thrown, log, running"),
    };

    private static CorpusCase Read(string file)
    {
        var lines = File.ReadAllLines(file);
        var end = Array.IndexOf(lines, "---");
        var head = lines[..end].Select(line => line.Split(": ", 2)).ToDictionary(parts => parts[0].TrimEnd(':'), parts => parts.Length > 1 ? parts[1] : "");
        return new CorpusCase(Path.GetFileNameWithoutExtension(file), head, string.Join('\n', lines[(end + 1)..]));
    }

    private string? Get(string key) => Head.GetValueOrDefault(key);

    private int? Number(string key) => Get(key) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;

    private FailureDiagnosis FromGate(bool ended)
    {
        var service = new Service
        {
            Name = "web",
            Location = new SourceLocation("compose.yml", 1, 1),
            Environment = (Get("env") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => (string?)pair[1]),
            Healthcheck = Get("healthcheck") is { } test ? new Healthcheck(["CMD-SHELL", test], null, null, null, null, false) : null,
            Ports = Get("publish") is { } publish ? [new PortMapping(int.Parse(publish.Split(':')[1], CultureInfo.InvariantCulture), int.Parse(publish.Split(':')[0], CultureInfo.InvariantCulture))] : [],
            HealthUrl = Get("asks") is { } address ? new HealthUrl(new Uri(address)) : null,
            NetworkMode = Get("network-mode"),
            MemoryLimit = Number("memory-limit"),
        };
        HealthTerm[] terms = ended ? [new HealthTerm(HealthTermNames.NoRestart, false, "3 restarts")]
            : Get("asks") is { } asked ? [new HealthTerm($"GET {asked} answers 200", false, Get("answer") ?? "the connection was closed without an answer")]
            : [new HealthTerm(HealthTermNames.Probes, false, "3 fresh probes failed in a row")];
        var evidence = new ContainerEvidence(
            "web", "web-1", ended ? Get("status") ?? "restarting" : "running", ended ? Number("exit") ?? 1 : null, Get("oom") == "true", ended && Get("status") != "exited" ? 3 : 0, Get("engine") ?? "",
            Get("probe") is { } probe ? [new ProbeEvidence(default, Number("probe-exit") ?? 1, probe)] : [],
            PlainText.LastLines(Text, 200, 1 << 20),
            Get("listens") is { } ports ? [.. ports.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(port => int.Parse(port, CultureInfo.InvariantCulture))] : null)
        {
            LoopbackPorts = Get("loopback") is { } local ? [.. local.Split(',').Select(port => int.Parse(port, CultureInfo.InvariantCulture))] : [],
        };
        Service[] others = [.. (Get("later") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(name => new Service { Name = name, Location = service.Location })];
        var health = new ServiceHealth("web", ServiceState.Failed, ended ? "the container restarted 3 times" : "unhealthy: 3 probes in a row failed", terms);
        return Diagnostician.FromPhase(
            new PhaseOutcome(2, PhaseResult.Failed, [], new GateFailed(new GateVerdict([health]), [evidence])), [service, .. others], later: [.. others.Select(other => other.Name)])[0];
    }

    private static FailureDiagnosis FromPhase(DeploymentFailure failure) =>
        Diagnostician.FromPhase(new PhaseOutcome(2, PhaseResult.RolledBack, [], failure), [])[0];
}
