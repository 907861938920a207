using PhasedRollout.Deployment;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Tests.Contexts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Runs;

public sealed class RunReporterTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("reports-").FullName;
    private readonly MemoryLog log = new();
    private readonly StringWriter output = new();

    public void Dispose()
    {
        output.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Fact]
    public async Task Where_the_folder_cannot_be_written_the_report_goes_elsewhere_and_the_cause_is_still_told()
    {
        var blocked = Path.Combine(directory, "file");
        await File.WriteAllTextAsync(blocked, "a file, not a folder", TestContext.Current.CancellationToken);
        var fallback = Path.Combine(directory, "fallback");

        var ending = await PublishAsync(Settings(blocked, new ReportOutlets { FallbackDirectory = fallback }));

        log.Lines.Where(line => line.StartsWith("warning", StringComparison.Ordinal)).ShouldSatisfyAllConditions(
            lines => lines.First().ShouldContain(blocked),
            lines => lines.Last().ShouldContain(fallback));
        File.Exists(Path.Combine(fallback, "report.html")).ShouldBeTrue();
        ending.Lines(80, false).ShouldContain($"Report   {Path.Combine(fallback, "report.html")}");
    }

    [Fact]
    public async Task Where_nothing_can_be_written_the_cause_is_still_told()
    {
        var blocked = Path.Combine(directory, "file");
        await File.WriteAllTextAsync(blocked, "a file, not a folder", TestContext.Current.CancellationToken);

        var ending = await PublishAsync(Settings(blocked, new ReportOutlets { FallbackDirectory = blocked }));

        ending.Lines(80, false).ShouldContain("Next     ./build.sh DeployPhase2");
        ending.Lines(80, false).ShouldNotContain(line => line.StartsWith("Report", StringComparison.Ordinal));
    }

    [Fact]
    public async Task On_GitHub_the_annotations_are_printed_and_the_summary_is_appended()
    {
        var summary = Path.Combine(directory, "summary.md");
        await File.WriteAllTextAsync(summary, "before\n", TestContext.Current.CancellationToken);

        await PublishAsync(Settings(directory, new ReportOutlets { Host = CiHost.GitHub, Output = output, StepSummaryFile = summary }));

        output.ToString().ShouldStartWith("::error title=Build failure::");
        File.ReadAllText(summary).ShouldStartWith("before\n## ❌ shop: DEPLOYMENT FAILED");
    }

    [Fact]
    public async Task Elsewhere_nothing_is_printed()
    {
        await PublishAsync(Settings(directory, new ReportOutlets { Output = output, StepSummaryFile = Path.Combine(directory, "summary.md") }));

        output.ToString().ShouldBeEmpty();
        File.Exists(Path.Combine(directory, "summary.md")).ShouldBeFalse();
    }

    [Fact]
    public async Task The_second_good_run_says_what_changed_since_the_first()
    {
        var settings = Settings(directory, new ReportOutlets { KeyFile = Path.Combine(directory, "key") });
        await new RunReporter(settings, new Redactor(), log).PublishAsync(SampleRuns.Succeeded with { Id = "2026-01" }, TestContext.Current.CancellationToken);

        await new RunReporter(settings, new Redactor(), log).PublishAsync(SampleRuns.Succeeded with { Id = "2026-02" }, TestContext.Current.CancellationToken);

        File.ReadAllText(Path.Combine(directory, "report.md")).ShouldContain("The last good run is `2026-01`");
        File.ReadAllText(Path.Combine(directory, "report.html")).ShouldContain("Commits, configuration, images and findings are the same.");
    }

    private Task<RunEnding> PublishAsync(RunSettings settings) =>
        new RunReporter(settings, new Redactor(), log).PublishAsync(SampleRuns.BuildFailed, TestContext.Current.CancellationToken);

    private static RunSettings Settings(string reports, ReportOutlets outlets) => new()
    {
        ComposeFiles = ["phases/compose.yml"],
        Environment = new Dictionary<string, string>(),
        PhasesDirectory = "phases",
        ReportsDirectory = reports,
        DeployTo = "docker",
        Gate = new GateSettings(TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero),
        KeepRuns = 20,
        CreateMissingNetworks = false,
        Outlets = outlets,
    };
}
