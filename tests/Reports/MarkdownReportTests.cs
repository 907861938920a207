using System.Text.RegularExpressions;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

public class MarkdownReportTests
{
    [Fact]
    public void The_reports_of_a_success_and_a_failure_read_as_reviewed()
    {
        Render(SampleRuns.Succeeded).ShouldBeGolden("Reports", "succeeded", "report.md");
        Render(SampleRuns.BuildFailed).ShouldBeGolden("Reports", "build-failed", "report.md");
    }

    [Fact]
    public void What_else_happened_stands_below_the_status() =>
        Render(SampleRuns.Succeeded with { Notes = ["broke the lock of <alice>"] })
            .ShouldBe(Render(SampleRuns.Succeeded).Replace("\n\nRun `", "\n\n- broke the lock of &lt;alice&gt;\n\nRun `", StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Every_run_has_the_sections_of_a_diagnosis_in_their_order(string run)
    {
        Render(SampleRuns.All[run]).Split('\n').Where(line => line.StartsWith('#') && !line.StartsWith("####", StringComparison.Ordinal))
            .Select(line => line.Split(':')[0])
            .ShouldBe(
            [
                "# Deployment Diagnosis Report",
                "## Date",
                "## Current Status",
                "### Root Cause Analysis",
                "### Verified Repository Structure",
                "### Service-by-Service Analysis",
                "### Incremental Deployment Strategy",
                "### Next Steps",
                "### Common Deployment Errors in This Run",
                "## Resolution Status",
            ]);
    }

    [Theory]
    [InlineData("succeeded", "DEPLOYMENT SUCCEEDED", "RESOLVED")]
    [InlineData("blocked", "DEPLOYMENT FAILED", "OPEN")]
    [InlineData("unknown-context", "VERIFICATION SUCCEEDED", "IN PROGRESS")]
    [InlineData("cancelled", "GENERATION OF THE PHASE FILES CANCELLED", "INTERRUPTED")]
    public void The_status_says_what_the_run_was_about_and_how_it_ended(string run, string status, string resolution)
    {
        var report = Render(SampleRuns.All[run]);

        report.ShouldContain($"## Current Status: {status}\n");
        report.ShouldEndWith($"## Resolution Status: {resolution}\n");
    }

    [Fact]
    public void A_missing_path_is_shown_beside_what_would_be_right() =>
        Render(SampleRuns.Blocked).ShouldContain(
            """
            #### brain-api Path Issue:

            ```text
            ❌ Path in compose: ai/brain
               'ai/brain' is not in acme/platform at 0123456
            ✅ https://github.com/acme/platform.git#main:platform/ai/brain
            ```
            """);

    [Fact]
    public void The_first_next_step_is_the_command_of_the_first_diagnosis() =>
        Section(Render(SampleRuns.BuildFailed), "### Next Steps").ShouldStartWith(
            """
            1. Correct fastapi==9.9.9 in ai/brain/requirements.txt and push.

               ```sh
               ./build.sh DeployPhase2
               ```
            """);

    [Fact]
    public void The_six_common_errors_are_told_apart_into_seen_not_seen_and_not_checked()
    {
        var errors = Section(Render(SampleRuns.Blocked), "### Common Deployment Errors in This Run");

        errors.ShouldContain("1. **Build Context Not Found**: the repository, ref or path of a context does not exist on GitHub: ❌ seen (`brain-api`)\n");
        errors.ShouldContain("4. **Port Conflicts**: another container or process already uses the port: ❓ not checked in this run\n");
        Section(Render(SampleRuns.Succeeded), "### Common Deployment Errors in This Run").ShouldNotContain("❌");
    }

    [Fact]
    public void A_kind_of_failure_beyond_the_six_is_added_to_them() =>
        Section(Render(SampleRuns.InvalidCompose), "### Common Deployment Errors in This Run").ShouldContain("7. **Invalid compose**");

    [Fact]
    public void Text_from_outside_never_becomes_markup()
    {
        const string hostile = "a | b `c` <script>alert(1)</script> [x](javascript:1) @octocat\n# heading\n```\n~~~";
        var evil = new FailureDiagnosis(FailureClass.Unknown, hostile, hostile, [hostile], hostile, hostile);
        var plain = new FailureDiagnosis(FailureClass.Unknown, "a", "a", ["a"], "a", "a");

        var report = Render(SampleRuns.Succeeded with { ExitCode = 1, Project = hostile, Diagnoses = [evil] });
        var harmless = Render(SampleRuns.Succeeded with { ExitCode = 1, Project = "a", Diagnoses = [plain] });

        Outline(report).ShouldBe(Outline(harmless));
        WithoutCode(report).ShouldNotContain("<script");
        WithoutCode(report).ShouldNotContain(" @octocat");
    }

    [Fact]
    public void A_table_row_keeps_its_cells_whatever_a_service_is_called()
    {
        var service = Stack.Built("a|b`|`c", "x|y`", 8001);
        var rollout = Stack.Rollout with { Services = [service], Phases = [new PhaseDefinition(1, "t", [service.Name])] };

        var row = Render(SampleRuns.Cancelled with { Verified = Stack.Verify(rollout) }).Split('\n').Single(line => line.StartsWith("| 1. ", StringComparison.Ordinal));

        row.Replace("\\|", "", StringComparison.Ordinal).Count(character => character == '|').ShouldBe(8);
    }

    [Theory]
    [InlineData("plain words", "plain words")]
    [InlineData("DATABASE_URL is _not_ set", @"DATABASE_URL is \_not\_ set")]
    [InlineData("# heading", @"\# heading")]
    [InlineData("12. item", @"12\. item")]
    [InlineData("- item", @"\- item")]
    [InlineData("--- ", @"\---")]
    [InlineData("    code", "code")]
    [InlineData("a & b < c", "a &amp; b &lt; c")]
    [InlineData("me@example.org, @you", "me@example.org, &#64;you")]
    public void Prose_is_escaped_only_where_it_must_be(string text, string markdown) => Markdown.Text(text).ShouldBe(markdown);

    [Theory]
    [InlineData("plain", "`plain`")]
    [InlineData("a`b", "``a`b``")]
    [InlineData("``", "``` `` ```")]
    [InlineData("", "")]
    public void A_code_span_is_fenced_longer_than_what_it_holds(string text, string markdown) => Markdown.Code(text).ShouldBe(markdown);

    [Fact]
    public void A_code_block_is_fenced_longer_than_what_it_holds() =>
        Markdown.Block(["```", "x"]).ShouldBe("````text\n```\nx\n````\n");

    private static string Render(RunRecord record) => MarkdownReport.Render(record, new Redactor());

    private static string Section(string report, string heading)
    {
        var start = report.IndexOf(heading + "\n\n", StringComparison.Ordinal) + heading.Length + 2;
        var end = report.IndexOf("\n#", start, StringComparison.Ordinal);
        return report[start..end];
    }

    // Headings, list items and table rows outside code, without their text.
    private static string Outline(string report) => string.Join('\n', WithoutCode(report).Split('\n')
        .Select(line => line.TrimStart())
        .Select(line => line switch
        {
            ['#', ..] => line.Split(' ')[0],
            ['|', ..] => "|",
            ['-', ' ', ..] => "-",
            [>= '0' and <= '9', '.', ..] => "1.",
            _ => "",
        })
        .Where(mark => mark.Length > 0));

    private static string WithoutCode(string report)
    {
        List<string> lines = [];
        string? fence = null;
        foreach (var line in report.Split('\n').Select(line => line.Trim()))
        {
            if (fence is null && line.StartsWith("```", StringComparison.Ordinal))
                fence = new string('`', line.TakeWhile(character => character == '`').Count());
            else if (fence is not null && line == fence)
                fence = null;
            else if (fence is null)
                lines.Add(line);
        }

        fence.ShouldBeNull("a code block is not closed");
        return Regex.Replace(string.Join('\n', lines), @"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)", "code");
    }
}
