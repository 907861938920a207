using System.Text.Json;
using System.Text.Json.Nodes;
using NJsonSchema;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

public class JsonReportTests
{
    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public async Task Every_way_a_run_ends_fits_the_committed_schema(string run)
    {
        var schema = await ReadSchemaAsync();

        schema.Validate(Render(SampleRuns.All[run])).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_else_happened_stands_with_the_run()
    {
        var report = Render(SampleRuns.Succeeded with { Notes = ["broke the lock of alice"] });

        (await ReadSchemaAsync()).Validate(report).ShouldBeEmpty();
        JsonNode.Parse(report)!["run"]!["notes"]!.AsArray().ShouldHaveSingleItem()!.GetValue<string>().ShouldBe("broke the lock of alice");
    }

    [Theory]
    [InlineData("run", "outcome", "\"done\"")]
    [InlineData("run", "notes", "\"one\"")]
    [InlineData("run", "startedAt", "\"yesterday\"")]
    [InlineData("run", "startedAt", "\"2026-11-23T21:27:05+01:00\"")]
    [InlineData("services/0", "state", "\"Healthy\"")]
    [InlineData("services/1/source", "commit", "\"main\"")]
    [InlineData("services/1/source", "dockerfileFound", "\"yes\"")]
    [InlineData("services/1/findings/0", "class", "\"nonsense\"")]
    [InlineData("services/1/findings/0", "line", "0")]
    [InlineData("phases/0", "outcome", "\"RolledBack\"")]
    [InlineData("repositories/0", "apiRequests", "-1")]
    public async Task The_schema_refuses_a_wrong_value(string path, string key, string value)
    {
        var schema = await ReadSchemaAsync();
        var report = JsonNode.Parse(Render(SampleRuns.Succeeded))!;

        path.Split('/').Aggregate(report, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!)[key] = JsonNode.Parse(value);

        schema.Validate(report.ToJsonString()).ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("", "diagnosis")]
    [InlineData("run", "targets")]
    [InlineData("services/0", "verdict")]
    [InlineData("services/0/source", "dockerfileFound")]
    [InlineData("services/1/findings/0", "accepted")]
    [InlineData("phases/0", "startedAt")]
    public async Task The_schema_refuses_a_missing_key(string path, string key)
    {
        var schema = await ReadSchemaAsync();
        var report = JsonNode.Parse(Render(SampleRuns.Succeeded))!;
        var parent = path.Split('/', StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(report, (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!);

        parent.AsObject().Remove(key).ShouldBeTrue();

        schema.Validate(report.ToJsonString()).ShouldNotBeEmpty();
    }

    [Fact]
    public async Task The_schema_refuses_a_failed_run_without_a_diagnosis()
    {
        var schema = await ReadSchemaAsync();
        var report = JsonNode.Parse(Render(SampleRuns.Blocked))!;

        report["diagnosis"] = new JsonArray();

        schema.Validate(report.ToJsonString()).ShouldNotBeEmpty();
    }

    [Fact]
    public void The_reports_of_a_success_and_a_failure_read_as_reviewed()
    {
        Render(SampleRuns.Succeeded).ShouldBeGolden("Reports", "succeeded", "report.json");
        Render(SampleRuns.BuildFailed).ShouldBeGolden("Reports", "build-failed", "report.json");
    }

    [Theory]
    [InlineData(0, "succeeded")]
    [InlineData(1, "failed")]
    [InlineData(2, "failed")]
    [InlineData(130, "cancelled")]
    [InlineData(143, "cancelled")]
    public void The_outcome_follows_from_the_exit_code(int exitCode, string outcome) =>
        Parse(SampleRuns.Succeeded with { ExitCode = exitCode }).GetProperty("run").GetProperty("outcome").GetString().ShouldBe(outcome);

    [Fact]
    public void A_failed_run_without_a_cause_says_so()
    {
        var diagnosis = Parse(SampleRuns.FailedWithoutCause).GetProperty("diagnosis")[0];

        diagnosis.GetProperty("class").GetString().ShouldBe("unknown");
        diagnosis.GetProperty("cause").GetString().ShouldBe("VerifyContexts failed; no cause could be determined.");
        diagnosis.GetProperty("nextCommand").GetString().ShouldBe("./build.sh VerifyContexts --verbosity verbose");
    }

    [Fact]
    public void A_cancelled_run_says_by_what_and_how_to_go_on()
    {
        var diagnosis = Parse(SampleRuns.Cancelled).GetProperty("diagnosis")[0];

        diagnosis.GetProperty("class").GetString().ShouldBe("cancelled");
        diagnosis.GetProperty("cause").GetString()!.ShouldContain("SIGINT");
        diagnosis.GetProperty("nextCommand").GetString().ShouldBe("./build.sh GeneratePhaseComposes");
    }

    [Fact]
    public void Sources_read_back_from_phase_files_are_reported_as_ready_with_their_commit()
    {
        var service = Service(Parse(SampleRuns.PreflightBlocked), "auth-service");

        service.GetProperty("verdict").GetString().ShouldBe("ready");
        service.GetProperty("source").GetProperty("commit").GetString().ShouldBe(Stack.Commit);
        service.GetProperty("source").GetProperty("dockerfileFound").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public void A_service_that_Preflight_blocks_is_blocked()
    {
        var service = Service(Parse(SampleRuns.PreflightBlocked), "brain-api");

        service.GetProperty("verdict").GetString().ShouldBe("blocked");
        service.GetProperty("findings")[0].GetProperty("rule").GetString().ShouldBe("VC303");
    }

    [Fact]
    public void Findings_of_the_whole_file_and_of_services_outside_it_are_not_lost()
    {
        var record = SampleRuns.PreflightBlocked with
        {
            PreflightFindings = [.. SampleRuns.PreflightBlocked.PreflightFindings, SampleRuns.PreflightBlocked.PreflightFindings[0] with { Service = "nowhere" }],
        };

        Parse(record).GetProperty("findings").EnumerateArray().Select(finding => finding.GetProperty("rule").GetString())
            .ShouldBe(["VC601", "VC303"]);
    }

    [Fact]
    public void The_health_seen_last_wins_over_the_health_after_the_deployment()
    {
        var record = SampleRuns.Succeeded with
        {
            Health = [new("brain-api", PhasedRollout.Deployment.ServiceState.Failed, "GET http://localhost:8001/health: 503", [])],
        };

        Service(Parse(record), "brain-api").GetProperty("state").GetString().ShouldBe("failed");
    }

    [Fact]
    public void A_service_that_nobody_looked_at_is_unknown_rather_than_not_deployed() =>
        Service(Parse(SampleRuns.Blocked), "auth-service").GetProperty("state").GetString().ShouldBe("unknown");

    private static string Render(RunRecord record) => JsonReport.Render(record, new Redactor());

    private static JsonElement Parse(RunRecord record) => JsonDocument.Parse(Render(record)).RootElement;

    private static JsonElement Service(JsonElement report, string name) =>
        report.GetProperty("services").EnumerateArray().Single(service => service.GetProperty("name").GetString() == name);

    private static Task<JsonSchema> ReadSchemaAsync() =>
        JsonSchema.FromFileAsync(Repository.PathOf("docs", "report.schema.json"), TestContext.Current.CancellationToken);
}
