using System.Xml.Linq;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Reports;

public class HtmlReportTests
{
    [Fact]
    public void The_reports_of_a_success_and_a_failure_read_as_reviewed()
    {
        Render(SampleRuns.Succeeded).ShouldBeGolden("Reports", "succeeded", "report.html");
        Render(SampleRuns.BuildFailed).ShouldBeGolden("Reports", "build-failed", "report.html");
    }

    [Theory]
    [MemberData(nameof(SampleRuns.Names), MemberType = typeof(SampleRuns))]
    public void Every_report_is_well_formed_and_loads_nothing(string run)
    {
        var document = XDocument.Parse(Render(SampleRuns.All[run]));

        document.Descendants("script").ShouldBeEmpty();
        document.Descendants().Attributes().Select(attribute => attribute.Name.LocalName)
            .ShouldNotContain(name => name == "src" || name == "href" || name == "style" || name.StartsWith("on", StringComparison.Ordinal));
        document.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy")
            .Attribute("content")!.Value.ShouldBe("default-src 'none'; style-src 'unsafe-inline'");
        document.Descendants("style").Single().Value.ShouldNotContain("url(");
    }

    [Fact]
    public void Text_from_outside_stays_text()
    {
        const string hostile = "</style><script>alert('1')</script><img src=x onerror=\"alert(1)\"> & \u001b[31mred\u0000 \u202eflip";
        var record = SampleRuns.Blocked with
        {
            Project = hostile,
            Diagnoses = [new FailureDiagnosis(FailureClass.Unknown, hostile, hostile, [hostile], hostile, hostile)],
        };

        var document = XDocument.Parse(Render(record));

        document.Descendants("script").ShouldBeEmpty();
        document.Descendants("img").ShouldBeEmpty();
        document.Descendants("h1").Single().Value
            .ShouldBe("</style><script>alert('1')</script><img src=x onerror=\"alert(1)\"> & red flip");
    }

    [Fact]
    public void The_causes_come_before_everything_else()
    {
        var sections = XDocument.Parse(Render(SampleRuns.BuildFailed)).Descendants("section").Select(section => (string?)section.Attribute("id"));

        sections.ShouldBe(["causes", "next", "services", "phases", "structure", "errors", "targets"]);
    }

    [Fact]
    public void Every_service_is_a_row_that_names_its_columns_for_a_small_screen()
    {
        var table = XDocument.Parse(Render(SampleRuns.Succeeded)).Descendants("table").Single();
        var columns = table.Descendants("thead").Descendants("th").Skip(1).Select(column => column.Value);

        foreach (var row in table.Element("tbody")!.Elements("tr"))
            row.Elements("td").Select(cell => (string?)cell.Attribute("data-label")).ShouldBe(columns);
    }

    private static string Render(RunRecord record) => HtmlReport.Render(record, new Redactor());
}
