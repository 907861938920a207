using CsCheck;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs.Terminal;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Runs.Terminal;

public class EndScreenTests
{
    [Fact]
    public void A_failed_run_ends_with_cause_evidence_fix_next_command_and_report() => Lines(SampleRuns.BuildFailed).ShouldBe(
    [
        "",
        "Cause    The image of brain-api could not be built: step 4 of 7 failed.",
        "         (build-failure, brain-api)",
        "         | Step 4/7 : RUN pip install -r requirements.txt",
        "         | ERROR: No matching distribution found for fastapi==9.9.9",
        "Fix      Correct fastapi==9.9.9 in ai/brain/requirements.txt and push.",
        "Next     ./build.sh DeployPhase2",
        "Report   reports/report.html",
    ]);

    [Fact]
    public void A_good_run_ends_with_two_lines() => Lines(SampleRuns.Succeeded).ShouldBe(
    [
        "",
        "Result   3 of 3 phases passed; 4 of 4 services healthy.",
        "Report   reports/report.html",
    ]);

    [Fact]
    public void Further_causes_are_named_on_one_line() => Lines(SampleRuns.Blocked).ShouldContain("Also     dockerfile-missing (coreldove-backend)");

    [Fact]
    public void It_fits_one_screen_whatever_the_texts() => Gen.Select(Gen.String[0, 3000], Gen.String[0, 400].Array[0, 60]).Sample((text, evidence) =>
    {
        var diagnosis = new FailureDiagnosis(FailureClass.BuildFailure, "brain-api", text, evidence, text, "./build.sh DeployPhase2");
        var lines = Lines(SampleRuns.BuildFailed with { Diagnoses = [diagnosis, .. Enumerable.Repeat(diagnosis with { Failure = FailureClass.Unhealthy }, 30)] });

        lines.Count.ShouldBeLessThanOrEqualTo(20);
        lines.ShouldAllBe(line => line.Length <= 80 && !line.Contains('\n'));
    }, iter: 200);

    [Theory]
    [InlineData(ProgressMode.Auto, true, "xterm", null, ProgressMode.Tty)]
    [InlineData(ProgressMode.Auto, true, "dumb", null, ProgressMode.Plain)]
    [InlineData(ProgressMode.Auto, true, null, null, ProgressMode.Plain)]
    [InlineData(ProgressMode.Auto, true, "xterm", "true", ProgressMode.Plain)]
    [InlineData(ProgressMode.Auto, false, "xterm", null, ProgressMode.Plain)]
    [InlineData(ProgressMode.Tty, false, "dumb", "true", ProgressMode.Tty)]
    [InlineData(ProgressMode.Quiet, true, "xterm", null, ProgressMode.Quiet)]
    public void Live_progress_is_for_a_person_at_a_terminal(ProgressMode asked, bool isTerminal, string? term, string? ci, ProgressMode mode)
    {
        var environment = new Dictionary<string, string>();
        if (term is not null)
            environment["TERM"] = term;
        if (ci is not null)
            environment["CI"] = ci;

        ProgressModes.Resolve(asked, environment, isTerminal).ShouldBe(mode);
    }

    private static IReadOnlyList<string> Lines(RunRecord record) =>
        EndScreen.Lines(ReportModelBuilder.Build(record, new Redactor()), "reports/report.html", 80, isColoured: false);
}
