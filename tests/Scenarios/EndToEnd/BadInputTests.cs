using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>Wrong input: exit code 2, every problem at once as where, what and what would be right, and nothing half-written.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class BadInputTests(BadInputTests.Fixture fixture) : IClassFixture<BadInputTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public Task Malformed_YAML_is_named_with_its_line() =>
        RefuseComposeAsync(World.Good.With("services:\n", "services: [\n"), "compose.yml:");

    [Fact]
    public Task An_empty_file_says_so() => RefuseComposeAsync(World.Good with { Compose = "" }, "compose.yml", "empty");

    [Fact]
    public async Task A_file_that_is_not_there_is_named()
    {
        var missing = Path.Combine(World.Folder, "not-there.yml");
        World.DeleteOutput();

        (await World.RunAsync("VerifyContexts", "--compose-file", missing)).ShouldEndWith(2).ShouldSay("not-there.yml");

        (await World.ReadReportAsync()).Classes.ShouldContain("invalid-compose");
    }

    [Fact]
    public Task All_problems_of_the_phases_are_listed_at_once() =>
        RefuseComposeAsync(
            World.Good
                .With("services: [brain-api]", "services: [brain-api, saleor-api, brain-apu]")
                .With(", amazon-sourcing", ""),
            "brain-apu", "saleor-api", "amazon-sourcing");

    [Fact]
    public Task A_dependency_on_a_later_phase_is_named() =>
        RefuseComposeAsync("dependency-order", World.Good.With("  brain-api:\n", "  brain-api:\n    depends_on: [ai-agents]\n"), "brain-api", "ai-agents", "phase 4");

    [Fact]
    public Task A_file_without_phases_gets_a_block_to_paste() =>
        RefuseComposeAsync(World.Good with { Compose = WithoutPhases(World.Good.Compose) }, "x-rollout:", "phases:", "saleor-api");

    [Fact]
    public Task A_key_outside_the_schema_is_named_with_its_path() =>
        RefuseComposeAsync(World.Good.With("    container_name: ", "    contianer_name: "), "contianer_name", "container_name");

    [Fact]
    public Task A_value_of_the_wrong_type_is_named_with_its_path() =>
        RefuseComposeAsync(World.Good.With("  retries: 3\n", "  retries: [three]\n"), "retries");

    [Theory]
    [InlineData("DeployPhase2", "DeplyPhase2")]
    [InlineData("HealthCheck", "HealthChek")]
    public async Task An_unknown_target_is_answered_with_the_nearest_name(string nearest, string given) =>
        (await RunGoodAsync(given)).ShouldEndWith(2).ShouldSay(given, nearest);

    [Fact]
    public async Task An_unknown_parameter_is_answered_with_the_nearest_name() =>
        (await RunGoodAsync("VerifyContexts", "--compos-file", "x.yml")).ShouldEndWith(2).ShouldSay("compos-file", "compose-file");

    [Theory]
    [InlineData("--min-healthy-time", "soon")]
    [InlineData("--keep-runs", "many")]
    [InlineData("--on-failure", "panic")]
    [InlineData("--deploy-to", "swarm")]
    [InlineData("--github-url", "not a url")]
    [InlineData("--accept", "VC301")]
    public async Task A_value_that_a_parameter_cannot_take_is_refused(string parameter, string value) =>
        (await RunGoodAsync("VerifyContexts", parameter, value)).ShouldEndWith(2).ShouldSay(parameter.TrimStart('-'), value);

    [Fact]
    public async Task Unset_variables_are_named_before_anything_is_deployed()
    {
        await World.WriteAsync(World.Good with { Variables = World.Good.Variables.Where(pair => pair.Key is not ("POSTGRES_PASSWORD" or "OPENAI_API_KEY")).ToDictionary() });
        World.DeleteOutput();

        var run = await World.RunAsync("Deploy");

        run.ShouldEndWith(1).ShouldSay("POSTGRES_PASSWORD", "OPENAI_API_KEY");
        (await World.Engine.AllAsync()).ShouldBeEmpty();
    }

    private async Task<ProgramRun> RunGoodAsync(params string[] arguments)
    {
        await World.WriteAsync(World.Good);
        return await World.RunAsync(arguments);
    }

    private Task RefuseComposeAsync(DemoInput input, params string[] said) => RefuseComposeAsync("invalid-compose", input, said);

    private async Task RefuseComposeAsync(string expected, DemoInput input, params string[] said)
    {
        await World.WriteAsync(input);
        World.DeleteOutput();

        var run = (await World.RunAsync("Deploy")).ShouldEndWith(2).ShouldSay(said);

        var report = await World.ReadReportAsync();
        report.ExitCode.ShouldBe(2);
        report.Classes.Distinct().ShouldBe([expected], run.Output);
        (await World.Engine.AllAsync()).ShouldBeEmpty();
        Directory.Exists(World.Phases).ShouldBeFalse("phase files were written");
        Directory.EnumerateFiles(World.Folder, "*.tmp", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    private static string WithoutPhases(string text)
    {
        var from = text.IndexOf("x-rollout:", StringComparison.Ordinal);
        var to = text.IndexOf("x-service:", StringComparison.Ordinal);
        return text[..from] + text[to..];
    }

    /// <summary>Six services, of which none is ever deployed.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "input");
}
