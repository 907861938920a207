using System.Text.Json;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Checks;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.Checks;

public class CodeQualityReportTests
{
    [Fact]
    public void Every_open_finding_is_an_issue_at_its_line()
    {
        var issues = JsonDocument.Parse(Render(SampleRuns.Blocked)).RootElement;

        issues.EnumerateArray().Select(issue => (
                issue.GetProperty("check_name").GetString(),
                issue.GetProperty("severity").GetString(),
                issue.GetProperty("location").GetProperty("path").GetString(),
                issue.GetProperty("location").GetProperty("lines").GetProperty("begin").GetInt32()))
            .ShouldBe([("VC105", "blocker", "phases/compose.yml", 31), ("VC201", "blocker", "phases/compose.yml", 52)]);
        issues.EnumerateArray().Select(issue => issue.GetProperty("fingerprint").GetString()).Distinct().Count().ShouldBe(2);
    }

    [Fact]
    public void An_accepted_finding_is_no_issue()
    {
        var verified = SampleRuns.Blocked.Verified!;
        var record = SampleRuns.Blocked with
        {
            Verified = verified with
            {
                Services = [.. verified.Services.Select(service => service with { Findings = [.. service.Findings.Select(finding => finding with { Accepted = "yes" })] })],
            },
        };

        Render(record).ShouldBe("[]\n");
    }

    private static string Render(RunRecord record) => CodeQualityReport.Render(ReportModelBuilder.Build(record, new Redactor()));
}
