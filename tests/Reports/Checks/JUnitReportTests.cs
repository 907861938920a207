using System.Xml.Linq;
using CsCheck;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Checks;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports.Checks;

public class JUnitReportTests
{
    [Fact]
    public void A_failed_build_reads_as_reviewed() => Render(SampleRuns.BuildFailed).ShouldBeGolden("Reports", "build-failed", "junit.xml");

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void A_run_has_a_failure_exactly_when_it_failed_and_the_counts_are_right(string run)
    {
        var suites = XDocument.Parse(Render(SampleRuns.All[run])).Root!;

        (suites.Descendants("failure").Any()).ShouldBe(SampleRuns.All[run].ExitCode != 0);
        foreach (var counted in suites.DescendantsAndSelf().Where(element => element.Attribute("tests") is not null))
        {
            ((int)counted.Attribute("tests")!).ShouldBe(counted.Descendants("testcase").Count());
            ((int)counted.Attribute("failures")!).ShouldBe(counted.Descendants("failure").Count());
            ((int)counted.Attribute("skipped")!).ShouldBe(counted.Descendants("skipped").Count());
        }
    }

    [Fact]
    public void Any_text_stays_text() => Gen.String.Sample(text =>
    {
        var record = SampleRuns.BuildFailed with
        {
            Project = text,
            Diagnoses = [new FailureDiagnosis(FailureClass.BuildFailure, "brain-api", text, [text], text, text)],
        };

        var document = XDocument.Parse(Render(record));

        document.Descendants().Select(element => element.Name.LocalName).Distinct().Order(StringComparer.Ordinal)
            .ShouldBe(["failure", "skipped", "system-out", "testcase", "testsuite", "testsuites"]);
    }, iter: 60);

    private static string Render(RunRecord record) => JUnitReport.Render(ReportModelBuilder.Build(record, new Redactor()));
}
