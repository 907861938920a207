using PhasedRollout.Reports;
using PhasedRollout.Reports.History;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.History;

public sealed class RunChangesTests : IDisposable
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, ConfigurationPrint.KeyLength).Select(number => (byte)number)];

    private readonly string directory = Directory.CreateTempSubdirectory("reports-").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public async Task A_run_that_is_the_same_says_so()
    {
        await WriteAsync(With("2026-01", Stack.Rollout));

        var changes = Compare(With("2026-02", Stack.Rollout))!;

        changes.Since.ShouldBe("2026-01");
        changes.IsEmpty.ShouldBeTrue();
        changes.ConfigurationCompared.ShouldBeTrue();
    }

    [Fact]
    public async Task Changed_variables_are_named_and_their_values_are_nowhere()
    {
        await WriteAsync(With("2026-01", WithEnvironment(("PORT", "8001"), ("JWT_SECRET_KEY", "hunter2-old"), ("GONE", "x"))));

        var changes = Compare(With("2026-02", WithEnvironment(("PORT", "8001"), ("JWT_SECRET_KEY", "hunter2-new"), ("FRESH", "y"))))!;

        changes.Configuration.ShouldBe(
        [
            new ConfigurationChange("brain-api", "environment/FRESH", "added"),
            new ConfigurationChange("brain-api", "environment/GONE", "removed"),
            new ConfigurationChange("brain-api", "environment/JWT_SECRET_KEY", "changed"),
        ]);
        Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).ShouldAllBe(file => !File.ReadAllText(file).Contains("hunter2"));
    }

    [Fact]
    public async Task With_another_key_only_names_are_compared()
    {
        await WriteAsync(With("2026-01", WithEnvironment(("PORT", "8001"))));

        var changes = Compare(With("2026-02", WithEnvironment(("PORT", "9999"), ("FRESH", "y")), key: new byte[ConfigurationPrint.KeyLength]))!;

        changes.ConfigurationCompared.ShouldBeFalse();
        changes.Configuration.ShouldBe([new ConfigurationChange("brain-api", "environment/FRESH", "added")]);
    }

    [Fact]
    public async Task Another_commit_has_a_compare_link()
    {
        const string Next = "fedcba9876543210fedcba9876543210fedcba98";
        await WriteAsync(With("2026-01", Stack.Rollout));
        var now = With("2026-02", Stack.Rollout);

        var changes = Compare(now with { Verified = now.Verified! with { Repositories = [now.Verified.Repositories[0] with { Commit = Next }] } })!;

        changes.Commits.ShouldHaveSingleItem().CompareUrl.ShouldBe($"https://github.com/acme/platform/compare/{Stack.Commit}...{Next}");
    }

    [Fact]
    public async Task Findings_that_are_new_and_gone_are_told_apart()
    {
        await WriteAsync(SampleRuns.Succeeded with { Id = "2026-01" });
        var other = new Finding("VC402", FailureClass.WrongPort, Certainty.Likely, "listens elsewhere", "services/auth-service/ports", "8006") { Service = "auth-service" };

        var changes = Compare(SampleRuns.Succeeded with { Id = "2026-02", Verified = Stack.Verify(Stack.Rollout, other) })!;

        changes.NewFindings.Select(finding => finding.Rule).ShouldBe(["VC402"]);
        changes.GoneFindings.Select(finding => finding.Rule).ShouldBe(["VC103"]);
    }

    [Fact]
    public async Task The_last_good_run_is_the_newest_that_succeeded_for_the_same_project_and_place()
    {
        await WriteAsync(SampleRuns.Succeeded with { Id = "2026-01" });
        await WriteAsync(SampleRuns.Succeeded with { Id = "2026-02", Project = "another" });
        await WriteAsync(SampleRuns.Succeeded with { Id = "2026-03", DeployTo = "swarm" });
        await WriteAsync(SampleRuns.BuildFailed with { Id = "2026-04" });

        Compare(SampleRuns.Succeeded with { Id = "2026-05" })!.Since.ShouldBe("2026-01");
    }

    [Fact]
    public async Task What_is_no_report_of_ours_is_passed_over()
    {
        foreach (var (name, text) in (IEnumerable<(string, string)>)[("a", "{"), ("b", "[]"), ("c", "{\"schema\":\"other\"}"), ("d", "{\"schema\":\"phased-rollout/report/1\"}"), ("e", "")])
        {
            Directory.CreateDirectory(Path.Combine(directory, "runs", name));
            await File.WriteAllTextAsync(Path.Combine(directory, "runs", name, "report.json"), text, TestContext.Current.CancellationToken);
        }

        RunHistory.Read(directory, new ReportText(new Redactor())).ShouldBeEmpty();
        Compare(SampleRuns.Succeeded).ShouldBeNull();
    }

    [Fact]
    public async Task The_index_names_every_run_its_outcome_and_its_cause()
    {
        await WriteAsync(SampleRuns.Succeeded with { Id = "2026-01" });
        await WriteAsync(SampleRuns.BuildFailed with { Id = "2026-02" });

        var index = System.Xml.Linq.XDocument.Parse(File.ReadAllText(Path.Combine(directory, "index.html")));

        index.Descendants("h2").Select(heading => heading.Element("a")!.Attribute("href")!.Value).ShouldBe(["runs/2026-02/report.html", "runs/2026-01/report.html"]);
        index.Descendants("li").First().Value.ShouldContain("The image of brain-api could not be built");
    }

    private static Rollout WithEnvironment(params (string Name, string? Value)[] variables) => Stack.Rollout with
    {
        Services = [.. Stack.Rollout.Services.Select(service => service.Name == "brain-api"
            ? service with { Environment = variables.ToDictionary(variable => variable.Name, variable => variable.Value) }
            : service)],
    };

    private static RunRecord With(string id, Rollout rollout, byte[]? key = null) => SampleRuns.Succeeded with
    {
        Id = id,
        Rollout = rollout,
        Verified = Stack.Verify(rollout),
        Configuration = ConfigurationPrint.Of(rollout, new Dictionary<string, string>(), key ?? Key),
    };

    private RunChanges? Compare(RunRecord record)
    {
        var model = ReportModelBuilder.Build(record, new Redactor());
        return RunHistory.LastGood(RunHistory.Read(directory, new ReportText(new Redactor())), model) is { } good ? RunChanges.Between(good, model) : null;
    }

    private Task<ReportFiles> WriteAsync(RunRecord record) => ReportWriter.WriteAsync(record, directory, new Redactor(), 20, TestContext.Current.CancellationToken);
}
