using System.Text.Json;
using System.Xml.Linq;

namespace PhasedRollout.Tests.Nuke;

[Collection(OneRunAtATime.Name)]
public sealed class PresentationTests : IDisposable
{
    private readonly List<string> opened = [];
    private readonly Running running;

    public PresentationTests() => running = new Running { Open = opened.Add };

    public void Dispose() => running.Dispose();

    [Fact]
    public void Help_says_everything_about_targets_and_parameters() =>
        Shown("--help").ShouldBeGolden("Nuke", "help.txt");

    [Fact]
    public void A_plan_says_what_runs_in_which_order_and_why()
    {
        running.Environment["GITHUB_TOKEN"] = "very secret";
        running.ParametersFile = """{ "DeployTo": "swarm" }""";
        Shown("All", "--plan", "--skip", "Verify", "--compose-profiles", "a,b").ShouldBeGolden("Nuke", "plan.txt");
    }

    [Fact]
    public void A_plan_of_the_default_says_so() =>
        Shown("--plan").ShouldStartWith("Plan for Verify (default): 1 of 7 targets run, in this order.\n\n 1  Verify\n    Check every build context\n    default\n");

    [Fact]
    public void A_plan_for_Mermaid() =>
        Shown("All", "--plan", "--plan-format", "mermaid", "--skip", "Verify").ShouldBeGolden("Nuke", "plan.mmd");

    [Fact]
    public void A_plan_for_programs()
    {
        var json = Shown("All", "--plan", "--plan-format=json", "--skip", "Verify", "--replicas", "2");
        json.ShouldBeGolden("Nuke", "plan.json");
        using var document = JsonDocument.Parse(json);
        document.RootElement.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("target").GetString())
            .ShouldBe(["Verify", "Generate", "Deploy", "HealthCheck", "Report", "All"]);
    }

    [Fact]
    public void A_plan_in_a_browser_is_one_file_that_needs_nothing_else()
    {
        var path = Shown("All", "--plan", "--plan-format", "html", "--text", "<b>&", "--replicas", "2").TrimEnd('\n');
        path.ShouldBe(Path.Combine(running.Root, ".nuke", "temp", "plan.html"));
        opened.ShouldBe([path]);

        var html = File.ReadAllText(path);
        html.ShouldNotContain("http:");
        html.ShouldNotContain("https:");
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<b>");

        // Everything but the void elements of the head is well-formed XML too.
        var body = XElement.Parse(html[html.IndexOf("<body>", StringComparison.Ordinal)..html.IndexOf("</html>", StringComparison.Ordinal)]);
        body.Descendants("rect").Count().ShouldBe(6);
        body.Descendants("li").Select(item => item.Element("strong")!.Value).ShouldBe(["Verify", "Generate", "Deploy", "HealthCheck", "Report", "All"]);
        body.Descendants("g").Count(node => (string?)node.Attribute("class") == "runs").ShouldBe(6);
    }

    [Fact]
    public void A_plan_says_what_is_still_missing_and_is_no_failure()
    {
        var outcome = running.Run<RolloutBuild>("Deploy", "--plan");
        outcome.ExitCode.ShouldBe(0);
        outcome.Output.ShouldContain("\nStill missing:\n  --replicas: required by Deploy but not set;");
    }

    [Fact]
    public void Without_a_default_and_without_a_target_help_is_shown() =>
        running.Run<RolloutBuild>().Output.ShouldStartWith("Usage: ./build.sh");

    [Fact]
    public void The_first_line_can_be_left_out()
    {
        running.Run<RolloutBuild>("Verify").Output.ShouldStartWith($"PhasedRollout.Tests on Terminal in {running.Root}\n");
        running.Run<RolloutBuild>("Verify", "--no-logo").Output.ShouldStartWith("\n╬");
    }

    [Fact]
    public void The_schema_lists_targets_and_parameters()
    {
        Shown("--generate-schema").ShouldBe(".nuke/build.schema.json\n");
        File.ReadAllText(Path.Combine(running.Root, ".nuke", "build.schema.json")).ShouldBeGolden("Nuke", "build.schema.json");
    }

    private string Shown(params string[] words)
    {
        var outcome = running.Run<RolloutBuild>(x => x.Verify, words);
        outcome.Error.ShouldBeEmpty();
        outcome.ExitCode.ShouldBe(0);
        return outcome.Output;
    }
}
