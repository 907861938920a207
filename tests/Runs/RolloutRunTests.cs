using System.Text.Json;
using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Tests.Compose;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Runs;

public sealed class RolloutRunTests : IDisposable
{
    private const string Compose =
        """
        name: shop
        x-rollout:
          phases:
            - title: All
              services: [web]
        services:
          web:
            build:
              context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main:services/web
            environment:
              SECRET_KEY: ${WEB_SECRET_KEY}
        """;

    private readonly TemporaryFolder folder = new();
    private readonly MemoryLog log = new();
    private readonly Redactor redactor = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_ready_stack_is_verified_written_as_phases_and_reported()
    {
        var run = Run(Compose, Source("services/web/Dockerfile"));

        await run.VerifyContextsAsync(TestContext.Current.CancellationToken);
        await run.GeneratePhaseComposesAsync(TestContext.Current.CancellationToken);
        await run.ReportAsync(0, Targets(("VerifyContexts", "Succeeded")), TestContext.Current.CancellationToken);

        var report = Report();
        report.GetProperty("run").GetProperty("outcome").GetString().ShouldBe("succeeded");
        report.GetProperty("services")[0].GetProperty("verdict").GetString().ShouldBe("ready");
        File.ReadAllText(folder.File("phases/phase-1.compose.yml")).ShouldContain("${WEB_SECRET_KEY}");
    }

    [Fact]
    public async Task Phases_are_read_back_from_the_files_when_verification_was_skipped()
    {
        var source = Source("services/web/Dockerfile");
        var first = Run(Compose, source);
        await first.VerifyContextsAsync(TestContext.Current.CancellationToken);
        await first.GeneratePhaseComposesAsync(TestContext.Current.CancellationToken);
        var asked = source.Questions.Count;

        await Run(Compose, source).GeneratePhaseComposesAsync(TestContext.Current.CancellationToken);

        source.Questions.Count.ShouldBe(asked);
    }

    [Fact]
    public async Task Without_verification_and_without_phase_files_there_is_nothing_to_deploy_from() =>
        (await Should.ThrowAsync<RolloutException>(() =>
            Run(Compose, Source("services/web/Dockerfile")).GeneratePhaseComposesAsync(TestContext.Current.CancellationToken)))
            .Message.ShouldContain("GeneratePhaseComposes");

    [Fact]
    public async Task A_blocked_service_fails_the_station_and_the_command_names_the_same_stack()
    {
        var run = Run(Compose, Source("services/web/Readme.md"), arguments: " --compose-file other.yml");

        var failed = await Should.ThrowAsync<StationFailedException>(() => run.VerifyContextsAsync(TestContext.Current.CancellationToken));
        failed.Diagnoses.ShouldHaveSingleItem().Failure.ShouldBe(FailureClass.DockerfileMissing);

        await run.ReportAsync(1, Targets(("VerifyContexts", "Failed")), TestContext.Current.CancellationToken);
        var diagnosis = Report().GetProperty("diagnosis")[0];
        diagnosis.GetProperty("class").GetString().ShouldBe("dockerfile-missing");
        diagnosis.GetProperty("nextCommand").GetString().ShouldBe("./build.sh VerifyContexts --compose-file other.yml");
    }

    [Fact]
    public async Task A_finding_accepted_on_the_command_line_does_not_block()
    {
        var run = Run(Compose, Source("services/web/Readme.md"), accepted: [new AcceptedFinding("VC201", "web", "comes with the next push")]);

        await run.VerifyContextsAsync(TestContext.Current.CancellationToken);
        await run.ReportAsync(0, Targets(("VerifyContexts", "Succeeded")), TestContext.Current.CancellationToken);

        Report().GetProperty("services")[0].GetProperty("findings")[0].GetProperty("accepted").GetString().ShouldBe("comes with the next push");
    }

    [Fact]
    public async Task A_wrong_compose_file_is_reported_with_its_class()
    {
        var run = Run(Compose.Replace("services: [web]", "services: [wbe]", StringComparison.Ordinal), Source("services/web/Dockerfile"));

        await Should.ThrowAsync<InvalidInputException>(() => run.VerifyContextsAsync(TestContext.Current.CancellationToken));
        await run.ReportAsync(2, Targets(("VerifyContexts", "Failed")), TestContext.Current.CancellationToken);

        var report = Report();
        report.GetProperty("run").GetProperty("exitCode").GetInt32().ShouldBe(2);
        report.GetProperty("diagnosis").EnumerateArray().ShouldAllBe(diagnosis => diagnosis.GetProperty("class").GetString() == "invalid-compose");
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_fails_a_deployment_and_not_the_report()
    {
        var run = Run(Compose, Source("services/web/Dockerfile"));
        await run.VerifyContextsAsync(TestContext.Current.CancellationToken);

        await Should.ThrowAsync<WorldRefusedException>(() => run.DeployPhaseAsync(1, last: 1, TestContext.Current.CancellationToken));
        await run.ReportAsync(1, Targets(("Preflight", "Succeeded"), ("DeployPhase1", "Failed")), TestContext.Current.CancellationToken);

        Report().GetProperty("diagnosis").EnumerateArray().ShouldHaveSingleItem().GetProperty("class").GetString().ShouldBe("engine-unreachable");
    }

    [Fact]
    public async Task A_report_alone_after_a_killed_run_tells_what_that_run_did()
    {
        var ended = new DeployerProcess("a machine that is gone", 4711, "1");
        using (var journal = new RunJournal(
            folder.File("reports/runs/20261127T100000Z-00000001/journal.jsonl"), new LockHolder("20261127T100000Z-00000001", "alice", "ci-1", ended), redactor, TimeProvider.System, log))
        {
            journal.Begin("shop");
            journal.Done(journal.Doing("CreateContainer", "web"));
            journal.Doing("StartContainer", "web");
        }

        await Run(Compose, Source("services/web/Dockerfile")).ReportAsync(0, [], TestContext.Current.CancellationToken);

        var report = Report();
        report.GetProperty("run").GetProperty("id").GetString().ShouldBe("20261127T100000Z-00000001");
        report.GetProperty("run").GetProperty("exitCode").GetInt32().ShouldBe(137);
        var diagnosis = report.GetProperty("diagnosis").EnumerateArray().ShouldHaveSingleItem();
        diagnosis.GetProperty("class").GetString().ShouldBe("cancelled");
        var cause = diagnosis.GetProperty("cause").GetString()!;
        cause.ShouldContain("by alice on ci-1 was killed");
        cause.ShouldEndWith("begun and perhaps not done: StartContainer web");
        File.Exists(folder.File("reports/runs/20261127T100000Z-00000001/report.json")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_phase_beyond_those_of_the_file_has_nothing_to_do()
    {
        var run = Run(Compose, Source("services/web/Dockerfile"));
        await run.VerifyContextsAsync(TestContext.Current.CancellationToken);

        await run.DeployPhaseAsync(4, last: 4, TestContext.Current.CancellationToken);

        log.Lines.ShouldContain("information: The compose file ends with phase 1: nothing to do.");
    }

    [Fact]
    public async Task The_secrets_of_the_stack_are_known_before_anything_is_said()
    {
        var run = Run(Compose, Source("services/web/Dockerfile"), environment: new() { ["WEB_SECRET_KEY"] = "s3cr3t-canary" });

        await run.VerifyContextsAsync(TestContext.Current.CancellationToken);

        redactor.Redact("the key is s3cr3t-canary").ShouldBe("the key is [REDACTED]");
    }

    private RolloutRun Run(
        string compose,
        IRepositorySource source,
        string arguments = "",
        IReadOnlyList<AcceptedFinding>? accepted = null,
        Dictionary<string, string>? environment = null)
    {
        folder.Write("compose.yml", compose);
        var settings = new RunSettings
        {
            ComposeFiles = [folder.File("compose.yml")],
            Environment = environment ?? [],
            PhasesDirectory = folder.File("phases"),
            ReportsDirectory = folder.File("reports"),
            DeployTo = "docker",
            Gate = new GateSettings(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)),
            KeepRuns = 3,
            CreateMissingNetworks = false,
            Arguments = arguments,
            Accepted = accepted ?? [],
        };
        return new RolloutRun(settings, new NoEngine(source), redactor, TimeProvider.System, log);
    }

    private static MemorySource Source(string file) => MemorySource.With(MemoryRepository.Of(file));

    private static TargetRecord[] Targets(params (string Name, string Status)[] targets) =>
        [.. targets.Select(target => new TargetRecord(target.Name, target.Status))];

    private JsonElement Report() => JsonDocument.Parse(File.ReadAllText(folder.File("reports/report.json"))).RootElement;

    private sealed class NoEngine(IRepositorySource source) : IRunPorts
    {
        public IRepositorySource Source => source;

        public Task<EnginePorts> ConnectAsync(string runId, CancellationToken cancellationToken) =>
            throw new WorldRefusedException(FailureClass.EngineUnreachable, "no engine answers", "start it");
    }
}
