using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary><c>--on-failure stop</c>: the wreck stays for whoever looks at it, and neither a deployment nor a rollback stumbles over it.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class StopOnFailureTests(StopOnFailureTests.Fixture fixture) : IClassFixture<StopOnFailureTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Theory]
    [InlineData("First", true)]
    [InlineData("Second", false)]
    public async Task The_wreck_stays_is_reported_and_is_in_nobody_s_way(string phase, bool rollsBack)
    {
        await World.WriteAsync(PlainStack.Of(World, "good"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        var before = (await World.Engine.ContainersAsync()).ToDictionary(container => container.Service, container => container.Id);

        await World.WriteAsync(Broken(phase));
        var service = phase == "First" ? "api" : "web";
        (await World.RunAsync("Deploy", "--on-failure", "stop", "--healthy-deadline", "4s")).ShouldEndWith(1);
        var report = await World.ReadReportAsync();
        report.Phases("outcome").ShouldBe(phase == "First" ? ["failed", "not-started"] : ["succeeded", "failed"]);
        report.Diagnoses[0].Evidence.ShouldContain($"undo: {service}: left as the failure left it (--on-failure stop)");
        string[] wreck = phase == "First" ? [$"-{service}-1 running", $"-{service}-1.trial-"] : [$"-{service}-1 running", $"-{service}-1.previous-"];
        var left = await World.Engine.AllAsync();
        foreach (var part in wreck)
            left.ShouldContain(container => container.Contains(part, StringComparison.Ordinal));

        if (rollsBack)
        {
            (await World.RunAsync("Rollback")).ShouldEndWith(0);
            var after = await World.Engine.ContainersAsync();
            after.Select(container => (container.Service, container.Health)).ShouldContain((service, "healthy"));
            after.Single(container => container.Service == "db").Id.ShouldBe(before["db"]);
        }

        await World.WriteAsync(PlainStack.Of(World, "mended"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await World.Engine.AllAsync()).ShouldAllBe(container => !container.Contains(".previous-", StringComparison.Ordinal)
            && !container.Contains(".trial-", StringComparison.Ordinal) && !container.Contains(".next-", StringComparison.Ordinal));
        (await World.Engine.WholeEngineAsync()).ShouldNotContain($"phased-rollout.lock.{World.Project}");
    }

    private DemoInput Broken(string phase)
    {
        const string never = "    healthcheck: { test: [\"CMD\", \"false\"], interval: 1s, timeout: 5s, retries: 2 }\n";
        var stack = PlainStack.Of(World, "broken");
        return phase == "First" ? stack.With("  api: *service\n", "  api:\n    <<: *service\n" + never) : stack.With("    depends_on: [api]\n", "    depends_on: [api]\n" + never);
    }

    /// <summary>Three quick services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "stop");
}
