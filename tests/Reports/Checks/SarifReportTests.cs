using System.Text.Json;
using NJsonSchema;
using PhasedRollout.Compose;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Checks;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.Checks;

public class SarifReportTests
{
    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public async Task Every_way_a_run_ends_is_what_SARIF_requires(string run)
    {
        var schema = await JsonSchema.FromFileAsync(
            Repository.PathOf("tests", "Reports", "Checks", "sarif-2.1.0.required.json"), TestContext.Current.CancellationToken);

        schema.Validate(Render(SampleRuns.All[run])).ShouldBeEmpty();
    }

    [Fact]
    public void The_findings_of_a_blocked_run_read_as_reviewed() => Render(SampleRuns.Blocked).ShouldBeGolden("Reports", "Checks", "blocked.sarif");

    [Fact]
    public void Every_result_points_to_its_rule()
    {
        var run = Parse(SampleRuns.Blocked);
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");

        foreach (var result in run.GetProperty("results").EnumerateArray())
            rules[result.GetProperty("ruleIndex").GetInt32()].GetProperty("id").GetString().ShouldBe(result.GetProperty("ruleId").GetString());
        run.GetProperty("results").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void An_accepted_finding_is_suppressed_with_its_reason()
    {
        var suppression = Parse(WithFinding(Finding with { Accepted = "behind the proxy" })).GetProperty("results")[0].GetProperty("suppressions")[0];

        suppression.GetProperty("justification").GetString().ShouldBe("behind the proxy");
    }

    [Fact]
    public void A_finding_whose_reason_stands_in_a_Dockerfile_is_placed_at_the_key_of_the_compose_file()
    {
        var service = Stack.Rollout["brain-api"] with
        {
            Location = new SourceLocation("phases/compose.yml", 20, 3),
            Locations = new Dictionary<string, SourceLocation> { ["build"] = new("phases/compose.yml", 22, 5) },
        };
        var rollout = Stack.Rollout with { Services = [service], Phases = [new PhaseDefinition(1, "one", ["brain-api"])] };
        var record = SampleRuns.Succeeded with
        {
            Rollout = rollout,
            Verified = Stack.Verify(rollout, Finding with { File = "ai/brain/Dockerfile", Line = 7 }),
        };

        var result = Parse(record).GetProperty("results")[0];

        var place = result.GetProperty("locations")[0].GetProperty("physicalLocation");
        place.GetProperty("artifactLocation").GetProperty("uri").GetString().ShouldBe("phases/compose.yml");
        place.GetProperty("region").GetProperty("startLine").GetInt32().ShouldBe(22);
        result.GetProperty("relatedLocations")[0].GetProperty("message").GetProperty("text").GetString()!.ShouldContain("ai/brain/Dockerfile, line 7");
    }

    [Fact]
    public void The_fingerprint_stays_when_only_lines_move()
    {
        string Print(int line) => Parse(WithFinding(Finding with { Line = line })).GetProperty("results")[0].GetProperty("partialFingerprints").GetRawText();

        Print(31).ShouldBe(Print(99));
    }

    [Theory]
    [InlineData("phases/compose.yml", "phases/compose.yml", true)]
    [InlineData("my stack/compose#1.yml", "my%20stack/compose%231.yml", true)]
    [InlineData("/srv/other/compose.yml", "file:///srv/other/compose.yml", false)]
    [InlineData("C:/stack/compose.yml", "file:///C%3A/stack/compose.yml", false)]
    public void Paths_become_URI_references(string file, string uri, bool isRelative)
    {
        FileAddress.Of(file).ShouldBe(uri);
        FileAddress.IsWhole(file).ShouldBe(!isRelative);
    }

    private static Finding Finding { get; } = new("VC203", FailureClass.BuildFailure, Certainty.Certain, "COPY app.py: there is no app.py",
        "services/brain-api/build/context", "COPY main.py")
    { Service = "brain-api", File = "phases/compose.yml", Line = 31 };

    private static RunRecord WithFinding(Finding finding) => SampleRuns.Succeeded with { Verified = Stack.Verify(Stack.Rollout, finding) };

    private static string Render(RunRecord record) => SarifReport.Render(ReportModelBuilder.Build(record, new Redactor()));

    private static JsonElement Parse(RunRecord record) => JsonDocument.Parse(Render(record)).RootElement.GetProperty("runs")[0];
}
