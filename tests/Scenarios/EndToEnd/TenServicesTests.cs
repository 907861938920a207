using System.Globalization;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>The main job, done once from nothing; the scenarios look at what it left and change nothing.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class TenServicesTests(TenServicesTests.Deployed deployed) : IClassFixture<TenServicesTests.Deployed>
{
    private static readonly string[][] PhaseServices =
    [
        ["saleor-api"],
        ["brain-api", "auth-service", "wagtail-cms"],
        ["django-crm", "business-directory-backend", "temporal-integration"],
        ["coreldove-backend", "ai-agents", "amazon-sourcing"],
    ];

    private RolloutWorld World => deployed.World;

    [Fact]
    public async Task Deploy_brings_ten_services_from_nothing_to_healthy()
    {
        deployed.Run.ShouldEndWith(0);

        var containers = await World.Engine.ContainersAsync();
        containers.Select(container => container.Service).ShouldBe(ScenarioCompose.Ten, ignoreOrder: true);
        containers.ShouldAllBe(container => container.Health == "healthy" && container.Restarts == 0);
    }

    [Fact]
    public async Task Every_health_address_answers_200_from_outside()
    {
        using var http = new HttpClient();
        var urls = ScenarioCompose.HealthUrls(World.Good.Compose);
        urls.Count.ShouldBe(10);
        foreach (var url in urls)
        {
            using var answer = await http.GetAsync(new Uri(url), TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(200, url);
        }
    }

    [Fact]
    public async Task A_phase_starts_only_when_the_one_before_has_been_healthy()
    {
        var containers = (await World.Engine.ContainersAsync()).ToDictionary(container => container.Service);
        for (var phase = 1; phase < PhaseServices.Length; phase++)
        {
            var before = PhaseServices[phase - 1].Max(service => StartedAt(containers[service]));
            // Healthy for --min-healthy-time, one second, before the next phase touches anything.
            PhaseServices[phase].Min(service => StartedAt(containers[service])).ShouldBeGreaterThan(before + TimeSpan.FromSeconds(1));
        }

        static DateTimeOffset StartedAt(SeenContainer container) => DateTimeOffset.Parse(container.StartedAt, CultureInfo.InvariantCulture);
    }

    [Fact]
    public void The_report_says_that_everything_was_created_and_is_healthy()
    {
        var report = deployed.Report;
        report.Outcome.ShouldBe("succeeded");
        report.ExitCode.ShouldBe(0);
        report.Project.ShouldBe(World.Project);
        report.Diagnoses.ShouldBeEmpty();
        report.Services("state").Values.ShouldAllBe(state => state == "healthy");
        report.Services("change").Values.ShouldAllBe(change => change == "created");
        report.Services("verdict").Values.ShouldAllBe(verdict => verdict == "ready");
        report.Phases("outcome").ShouldBe(["succeeded", "succeeded", "succeeded", "succeeded"]);
        File.Exists(Path.Combine(World.Reports, "report.md")).ShouldBeTrue();
        File.Exists(Path.Combine(World.Reports, "report.html")).ShouldBeTrue();
    }

    [Fact]
    public async Task Deploying_again_touches_and_builds_nothing()
    {
        var before = await World.Engine.FingerprintAsync();

        var again = (await World.RunAsync("Deploy")).ShouldEndWith(0);

        (await World.Engine.FingerprintAsync()).ShouldBe(before);
        var report = await World.ReadReportAsync();
        report.Phases("outcome").ShouldBe(["unchanged", "unchanged", "unchanged", "unchanged"]);
        report.Services("change").Values.ShouldAllBe(change => change == "none");
        report.Services("state").Values.ShouldAllBe(state => state == "healthy");
        again.Output.ShouldNotContain(": building ");
    }

    [Fact]
    public async Task The_phase_files_are_cumulative_pinned_and_the_same_each_time()
    {
        (await World.RunAsync("GeneratePhaseComposes")).ShouldEndWith(0);
        var first = ReadPhaseFiles();
        (await World.RunAsync("GeneratePhaseComposes")).ShouldEndWith(0);
        ReadPhaseFiles().ShouldBe(first);

        first.Count.ShouldBe(4);
        var commit = await World.Repository.HeadAsync("main");
        for (var phase = 1; phase <= 4; phase++)
        {
            var text = first[phase - 1];
            foreach (var (services, number) in PhaseServices.Select((services, index) => (services, index + 1)))
                services.ShouldAllBe(service => text.Contains($"\n  {service}:", StringComparison.Ordinal) == number <= phase, $"phase {phase}");
            text.ShouldContain("${POSTGRES_PASSWORD}");
            text.ShouldNotContain("#main:");
            if (phase > 1)
                text.ShouldContain($"#{commit}:bizosaas-platform/");
        }
    }

    [Fact]
    public async Task HealthCheck_agrees()
    {
        (await World.RunAsync("HealthCheck")).ShouldEndWith(0);

        (await World.ReadReportAsync()).Services("state").Values.ShouldAllBe(state => state == "healthy");
    }

    private List<string> ReadPhaseFiles() =>
        [.. Directory.EnumerateFiles(World.Phases, "phase-*.compose.yml").Order(StringComparer.Ordinal).Select(File.ReadAllText)];

    /// <summary>Ten services, deployed from nothing.</summary>
    public sealed class Deployed(ScenarioMachine machine) : WorldFixture(machine, "ten")
    {
        internal ProgramRun Run { get; private set; } = null!;

        internal ReportFile Report { get; private set; } = null!;

        protected override async Task SetUpAsync()
        {
            await World.UseSeedAsync(ScenarioCompose.Ten);
            DemoCompose.ContainerNames(World.Good.Compose).Count.ShouldBe(10);
            await World.WriteAsync(World.Good);
            Run = await World.RunAsync("Deploy");
            Run.ShouldEndWith(0);
            Report = await World.ReadReportAsync();
        }
    }
}
