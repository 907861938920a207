using System.Xml.Linq;
using CsCheck;
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
            .ShouldNotContain(name => name == "src" || name == "style" || name.StartsWith("on", StringComparison.Ordinal));
        document.Descendants().Where(element => element.Attribute("href") is not null).ShouldAllBe(element =>
            element.Name.LocalName == "a" && element.Attribute("href")!.Value.StartsWith("https://github.com/acme/platform/", StringComparison.Ordinal));
        document.Descendants("meta").Single(meta => (string?)meta.Attribute("http-equiv") == "Content-Security-Policy")
            .Attribute("content")!.Value.ShouldBe("default-src 'none'; style-src 'unsafe-inline'");
        document.Descendants("style").Single().Value.ShouldNotContain("url(");
    }

    [Fact]
    public void What_else_happened_stands_in_the_banner() =>
        XDocument.Parse(Render(SampleRuns.Succeeded with { Notes = ["broke the lock of <alice>"] }))
            .Descendants("header").Single().Elements("p").Last().Value.ShouldBe("broke the lock of <alice>");

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

        sections.ShouldBe(["causes", "next", "phases", "services", "targets", "structure", "errors"]);
    }

    [Fact]
    public void Every_service_has_a_card_with_its_commit_and_its_log()
    {
        var cards = XDocument.Parse(Render(SampleRuns.BuildFailed)).Descendants("article").Where(card => ((string)card.Attribute("class")!).StartsWith("card ", StringComparison.Ordinal)).ToList();

        cards.Select(card => card.Element("h3")!.Value).ShouldBe(Stack.Rollout.Services.Select(service => service.Name));
        cards[1].Descendants("a").Single().Attribute("href")!.Value.ShouldBe($"https://github.com/acme/platform/tree/{Stack.Commit}/ai/brain");
        cards[1].Descendants("pre").Single().Value.ShouldBe("no matching distribution");
    }

    [Fact]
    public void The_time_axis_shows_what_each_phase_spent_its_time_on()
    {
        var axes = XDocument.Parse(Render(SampleRuns.BuildFailed)).Descendants("svg").Where(svg => (string?)svg.Attribute("class") == "axis").ToList();

        axes.Select(axis => (string?)axis.Attribute("aria-label")).ShouldBe(
        [
            "Phase 1 on the time axis: pull saleor-api 6.0 s, start 1.0 s, gate saleor-api 5.0 s",
            "Phase 2 on the time axis: build auth-service 30 s, build brain-api 41 s, undo 26 s",
        ]);
    }

    [Fact]
    public void Any_text_anywhere_stays_text() => Gen.OneOf(Gen.String, Gen.Int[0, Hostile.Length - 1].Select(index => Hostile[index])).Sample(text =>
    {
        var document = XDocument.Parse(Render(SampleRuns.Everywhere(text)));

        document.Descendants().Select(element => element.Name.LocalName).Distinct().Except(Elements).ShouldBeEmpty();
        document.Descendants().Attributes().Select(attribute => attribute.Name.LocalName).Distinct().Except(AttributeNames).ShouldBeEmpty();
    }, iter: 40);

    [Theory]
    [InlineData("https://github.com/acme/platform.git#main:a b/c", "https://github.com/acme/platform/tree/0123456789abcdef0123456789abcdef01234567/a%20b/c")]
    [InlineData("git@github.acme.example:acme/platform.git#main:x", "https://github.acme.example/acme/platform/tree/0123456789abcdef0123456789abcdef01234567/x")]
    [InlineData("ssh://git@github.com/acme/platform.git", "https://github.com/acme/platform/commit/0123456789abcdef0123456789abcdef01234567")]
    [InlineData("javascript:alert(1)", null)]
    [InlineData("https://evil\"onclick=.com/acme/platform", null)]
    public void A_commit_is_linked_only_where_its_host_is_known(string context, string? url)
    {
        var path = context.Contains(':', StringComparison.Ordinal) && context.Contains('#', StringComparison.Ordinal) ? context.Split(':')[^1] : "";

        RepositoryAddress.Of(new GitHubContext(context, new RepositoryName("acme", "platform"), "main", path), Stack.Commit).ShouldBe(url);
    }

    private static readonly string[] Hostile =
        ["</style><script>alert(1)</script>", "\" onclick=\"alert(1)", "' onmouseover='x", "]]><svg/onload=alert(1)>", "<!-- ", "javascript:alert(1)", "\ufffe\u0000\u001b[31m"];

    private static readonly string[] Elements =
    [
        "html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article", "div", "p", "h1", "h2", "h3", "dl", "dt", "dd", "ol", "ul",
        "li", "strong", "em", "span", "code", "pre", "br", "details", "summary", "a", "svg", "g", "circle", "path", "text", "rect", "line",
    ];

    private static readonly string[] AttributeNames =
    [
        "lang", "charset", "name", "content", "http-equiv", "class", "id", "aria-hidden", "aria-label", "role", "open", "href", "rel", "width", "height", "x", "y",
        "x1", "x2", "y1", "y2", "cx", "cy", "r", "rx", "d", "text-anchor",
    ];

    private static string Render(RunRecord record) => HtmlReport.Render(record, new Redactor());
}
