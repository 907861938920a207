using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Phases;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

/// <summary>Records of runs that ended in every way a run can.</summary>
internal static class SampleRuns
{
    private static readonly DateTimeOffset Start = new(2026, 11, 23, 21, 27, 5, TimeSpan.Zero);

    public static RunRecord Succeeded { get; } = Record(0, [("VerifyContexts", "Succeeded"), ("GeneratePhaseComposes", "Succeeded"),
        ("Preflight", "Succeeded"), ("DeployPhase1", "Succeeded"), ("DeployPhase2", "Succeeded"), ("DeployPhase3", "Succeeded"),
        ("Deploy", "Succeeded"), ("Report", "Succeeded")]) with
    {
        Verified = Stack.Verify(Stack.Rollout,
            new Finding("VC103", FailureClass.BuildContextNotFound, Certainty.Hint, "'main' is both a branch and a tag",
                "services/brain-api/build/context", "write refs/heads/main")
            { Service = "brain-api", File = "phases/compose.yml", Line = 31 }),
        PhaseOutcomes =
        [
            Passed(1, 0, 12, Healthy("saleor-api", ServiceChange.None)) with
            {
                Outcome = new PhaseOutcome(1, PhaseResult.Unchanged, [Healthy("saleor-api", ServiceChange.None)], null),
            },
            Passed(2, 12, 95, Healthy("brain-api", ServiceChange.Created), Healthy("auth-service", ServiceChange.Replaced)),
            Passed(3, 95, 110, Healthy("coreldove-backend", ServiceChange.Created)),
        ],
    };

    public static RunRecord Blocked { get; } = Record(1, [("VerifyContexts", "Failed"), ("GeneratePhaseComposes", "NotRun"),
        ("Preflight", "NotRun"), ("DeployPhase1", "NotRun"), ("Report", "Succeeded")]) with
    {
        Verified = Stack.Verify(Stack.Rollout,
            new Finding("VC201", FailureClass.DockerfileMissing, Certainty.Certain,
                "shop/coreldove exists at 0123456 and holds no Dockerfile", "services/coreldove-backend/build/dockerfile",
                "dockerfile: Containerfile")
            { Service = "coreldove-backend", File = "phases/compose.yml", Line = 52 },
            new Finding("VC105", FailureClass.BuildContextNotFound, Certainty.Certain,
                "'ai/brain' is not in acme/platform at 0123456", "services/brain-api/build/context",
                "https://github.com/acme/platform.git#main:platform/ai/brain")
            { Service = "brain-api", File = "phases/compose.yml", Line = 31 }),
        Diagnoses =
        [
            new FailureDiagnosis(FailureClass.BuildContextNotFound, "brain-api", "The build context ai/brain does not exist in acme/platform.",
                ["GET repos/acme/platform/git/trees/0123456?recursive=1: 12 entries, none is ai/brain", "nearest: platform/ai/brain"],
                "Write context: https://github.com/acme/platform.git#main:platform/ai/brain", "./build.sh VerifyContexts"),
            new FailureDiagnosis(FailureClass.DockerfileMissing, "coreldove-backend", "shop/coreldove has no Dockerfile.",
                [], "Write dockerfile: Containerfile", "./build.sh VerifyContexts"),
        ],
    };

    public static RunRecord UnknownContext { get; } = Record(0, [("VerifyContexts", "Succeeded"), ("Report", "Succeeded")]) with
    {
        Verified = Stack.Verify(Stack.Rollout with
        {
            Services =
            [
                .. Stack.Rollout.Services.Take(3),
                Stack.Rollout["coreldove-backend"] with
                {
                    Build = new BuildDefinition("https://gitlab.com/acme/shop.git", "Dockerfile")
                    {
                        Reference = new OtherContext("https://gitlab.com/acme/shop.git", "a git repository on gitlab.com"),
                    },
                },
            ],
        }),
    };

    public static RunRecord BuildFailed { get; } = Record(1, [("VerifyContexts", "Succeeded"), ("GeneratePhaseComposes", "Succeeded"),
        ("Preflight", "Succeeded"), ("DeployPhase1", "Succeeded"), ("DeployPhase2", "Failed"), ("DeployPhase3", "NotRun"),
        ("Report", "Succeeded")]) with
    {
        Verified = Stack.Verified,
        PhaseOutcomes =
        [
            Passed(1, 0, 12, Healthy("saleor-api", ServiceChange.Created)),
            new PhaseRecord(
                new PhaseOutcome(
                    2,
                    PhaseResult.RolledBack,
                    [
                        new ServiceOutcome("brain-api", ServiceChange.None, null, null),
                        Healthy("auth-service", ServiceChange.RolledBack),
                    ],
                    new BuildFailed("brain-api", "acme/platform@0123456:ai/brain", "ai/brain/Dockerfile", "Step 4/7 : RUN pip install",
                        "The command '/bin/sh -c pip install' returned a non-zero code: 1", ["no matching distribution"])
                    {
                        Undo = ["auth-service: the container that ran before is started again"],
                    }),
                Start.AddSeconds(12),
                Start.AddSeconds(80)),
        ],
        Steps =
        [
            Step(StepKind.Pull, "saleor-api", null, 0, 6),
            Step(StepKind.Start, null, 1, 6, 7),
            Step(StepKind.Gate, null, 1, 7, 12),
            Step(StepKind.Gate, "saleor-api", null, 7, 12),
            Step(StepKind.Gate, "saleor-api", null, 12, 13),
            Step(StepKind.Build, "auth-service", null, 13, 43),
            Step(StepKind.Build, "brain-api", null, 13, 54),
            Step(StepKind.Undo, null, 2, 54, 80),
        ],
        Diagnoses =
        [
            new FailureDiagnosis(FailureClass.BuildFailure, "brain-api", "The image of brain-api could not be built: step 4 of 7 failed.",
                ["Step 4/7 : RUN pip install -r requirements.txt", "ERROR: No matching distribution found for fastapi==9.9.9"],
                "Correct fastapi==9.9.9 in ai/brain/requirements.txt and push.", "./build.sh DeployPhase2"),
        ],
    };

    public static RunRecord PreflightBlocked { get; } = Record(1, [("VerifyContexts", "Skipped"), ("GeneratePhaseComposes", "Skipped"),
        ("Preflight", "Failed"), ("DeployPhase1", "NotRun"), ("Report", "Succeeded")]) with
    {
        Phases = PhasePlanner.Plan(Stack.Verified),
        PreflightFindings =
        [
            new Finding("VC303", FailureClass.PortConflict, Certainty.Certain, "port 8001 is held by process 4711 (python3)",
                "services/brain-api/ports/0", "stop it, or publish another port") { Service = "brain-api", Evidence = ["tcp 0.0.0.0:8001 LISTEN"] },
            new Finding("VC601", FailureClass.NetworkMissing, Certainty.Certain, "network dokploy-network does not exist",
                "networks/dokploy-network", "docker network create dokploy-network") { NextCommand = "docker network create dokploy-network" },
        ],
        Diagnoses =
        [
            new FailureDiagnosis(FailureClass.NetworkMissing, null, "The external network dokploy-network does not exist.",
                ["GET /networks/dokploy-network: 404"], "Create it.", "docker network create dokploy-network"),
        ],
    };

    public static RunRecord InvalidCompose { get; } = Record(2, [("VerifyContexts", "Failed"), ("Report", "Succeeded")]) with
    {
        Rollout = null,
        Project = null,
        Diagnoses =
        [
            new FailureDiagnosis(FailureClass.InvalidCompose, null, "phases/compose.yml is not a valid compose file.",
                ["phases/compose.yml:3:5: services/web/prots: unknown key; did you mean 'ports'?"], "Write ports.", "./build.sh VerifyContexts"),
        ],
    };

    public static RunRecord Cancelled { get; } = Record(130, [("VerifyContexts", "Succeeded"), ("GeneratePhaseComposes", "Aborted"),
        ("Report", "Succeeded")]) with
    { Verified = Stack.Verified };

    public static RunRecord FailedWithoutCause { get; } = Record(1, [("VerifyContexts", "Failed"), ("Report", "Succeeded")]);

    public static TheoryData<string> Names => [.. All.Keys];

    public static IReadOnlyDictionary<string, RunRecord> All { get; } = new Dictionary<string, RunRecord>
    {
        ["succeeded"] = Succeeded,
        ["blocked"] = Blocked,
        ["unknown-context"] = UnknownContext,
        ["build-failed"] = BuildFailed,
        ["preflight-blocked"] = PreflightBlocked,
        ["invalid-compose"] = InvalidCompose,
        ["cancelled"] = Cancelled,
        ["failed-without-cause"] = FailedWithoutCause,
    };

    /// <summary>A failed run whose texts do what they can.</summary>
    public static RunRecord Hostile { get; } = Everywhere(
        "</style><script>alert(1)</script><img src=x onerror=alert(1)> \"' & \u001b[31m \u202e " + new string('x', 400) + "\n" + string.Concat(Enumerable.Repeat("line ", 200)));

    /// <summary>A failed run with <paramref name="text"/> in every place that comes from outside.</summary>
    public static RunRecord Everywhere(string text)
    {
        var finding = new Finding(text, FailureClass.BuildFailure, Certainty.Certain, text, text, text)
        { Service = "brain-api", File = text, Line = 3, Evidence = [text], NextCommand = text, Accepted = text };
        var health = new ServiceHealth("auth-service", ServiceState.Failed, text, [new HealthTerm(text, false, text)]);
        return BuildFailed with
        {
            Project = text,
            ComposeFile = text,
            DeployTo = text,
            Targets = [new TargetRecord(text, "Succeeded"), new TargetRecord("Deploy", text) { After = [text] }],
            Verified = Stack.Verify(Stack.Rollout with { Phases = [.. Stack.Rollout.Phases.Select(phase => phase with { Title = text })] }, finding, finding with { Service = null }),
            Health = [health],
            PhaseOutcomes =
            [
                new PhaseRecord(
                    new PhaseOutcome(2, PhaseResult.RolledBack, [new ServiceOutcome("auth-service", ServiceChange.Created, health, text)],
                        new GateFailed(new GateVerdict([health]), [new ContainerEvidence("auth-service", text, text, 1, false, 0, text, [], [text, text], null)]) { Undo = [text] }),
                    Start, Start.AddSeconds(9)),
            ],
            Diagnoses = [new FailureDiagnosis(FailureClass.Unhealthy, text, text, [text, text], text, text)],
        };
    }

    private static RunRecord Record(int exitCode, (string Name, string Status)[] targets) => new()
    {
        Id = "20261123T212705Z-1f2e",
        StartedAt = Start,
        FinishedAt = Start.AddSeconds(115),
        DeployTo = "docker",
        ExitCode = exitCode,
        Targets = [.. targets.Select(target => new TargetRecord(target.Name, target.Status))],
        ComposeFile = "phases/compose.yml",
        Project = "shop",
        Rollout = Stack.Rollout,
    };

    private static StepRecord Step(StepKind kind, string? service, int? phase, int from, int to) =>
        new(new RunStep(kind, service) { Phase = phase }, Start.AddSeconds(from), Start.AddSeconds(to));

    private static PhaseRecord Passed(int phase, int from, int to, params ServiceOutcome[] services) => new(
        new PhaseOutcome(phase, PhaseResult.Succeeded, services, null), Start.AddSeconds(from), Start.AddSeconds(to));

    private static ServiceOutcome Healthy(string service, ServiceChange change) => new(
        service,
        change,
        new ServiceHealth(service, ServiceState.Healthy, "healthy for 10 s",
        [
            new HealthTerm("container running", true, "running since 21:27:20"),
            new HealthTerm("fresh probes", true, "3 passed"),
        ]),
        "sha256:4a5b");
}
