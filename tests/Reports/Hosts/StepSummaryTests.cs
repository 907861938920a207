using PhasedRollout.Reports;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.Hosts;

public class StepSummaryTests
{
    [Fact]
    public void A_failed_build_reads_as_reviewed() =>
        StepSummary.Render(ReportModelBuilder.Build(SampleRuns.BuildFailed, new Redactor())).ShouldBeGolden("Reports", "build-failed", "summary.md");
}
