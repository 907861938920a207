using Docker.DotNet.Models;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>A real engine is killed and started again in the middle of a run. Explicit: it needs root, and time that not every run has.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class EngineRestartTests(EngineRestartTests.Fixture fixture) : IClassFixture<EngineRestartTests.Fixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    private EngineView View => new(fixture.Engine.Client, World.Project);

    [Fact(Explicit = true)]
    public async Task An_engine_that_crashes_in_the_middle_of_a_gate_loses_nothing_and_the_next_run_converges()
    {
        await DeployAsync("1");
        await DeployAsync("2");
        var before = await IdsAsync();
        await World.WriteAsync(Stack("3"));
        await using (var program = Start("Deploy", "--min-healthy-time", "6s"))
        {
            await program.WaitForAsync(
                async () => (await View.AllAsync()).Any(container => container.Contains("-db-1.previous-", StringComparison.Ordinal) && container.EndsWith(" exited", StringComparison.Ordinal)),
                "the new container is at the gate", Stop);
            await fixture.Engine.CrashAsync();
            var run = await program.EndAsync(Stop);
            run.ExitCode.ShouldBe(1, run.Output);
            (await World.ReadReportAsync()).Classes[0].ShouldBe("engine-unreachable", run.Output);
            run.ShouldSay("db: runs again as before", "api: runs again as before");
        }

        (await IdsAsync()).ShouldBe(before, "what ran, and what a rollback needs");
        (await View.AllAsync()).Count(container => container.Contains(".kept-", StringComparison.Ordinal) && container.EndsWith(" created", StringComparison.Ordinal)).ShouldBe(3);
        await DeployAsync("3");
    }

    [Fact(Explicit = true)]
    public async Task An_engine_that_crashes_in_the_middle_of_a_build_is_named_before_anything_was_touched()
    {
        await DeployAsync("1");
        var before = await IdsAsync();
        await fixture.CommitAsync("RUN echo building && sleep 20.125\n");
        await using (var program = Start("Deploy"))
        {
            await program.WaitForAsync(
                () => Task.FromResult(HostProcesses.Runs("sleep 20.125")),
                "a build step runs", Stop);
            await fixture.Engine.CrashAsync();
            var run = await program.EndAsync(Stop);
            run.ExitCode.ShouldBe(1, run.Output);
            (await World.ReadReportAsync()).Classes[0].ShouldBe("engine-unreachable", run.Output);
        }

        (await IdsAsync()).ShouldBe(before);
        await fixture.CommitAsync("");
        await DeployAsync("1");
    }

    /// <summary>Every container of the project, also those that do not run: an engine that finds processes of "unless-stopped" containers alive
    /// stops them for good (moby 20.10, daemon.restore); the next run starts them.</summary>
    private async Task<IReadOnlyList<string>> IdsAsync() =>
    [
        .. (await fixture.Engine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, Stop))
            .Select(container => $"{container.Names[0]} {container.ID}").Where(container => container.StartsWith($"/{World.Project}-", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private async Task DeployAsync(string version)
    {
        await World.WriteAsync(Stack(version));
        await using var program = Start("Deploy");
        (await program.EndAsync(Stop)).ShouldEndWith(0);
        (await View.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await View.AllAsync()).ShouldAllBe(container => !container.Contains(".previous-", StringComparison.Ordinal) && !container.Contains(".beside-", StringComparison.Ordinal));
        (await View.WholeEngineAsync()).ShouldNotContain("phased-rollout.lock.");
        foreach (var container in await View.ContainersAsync())
            (await fixture.Engine.Client.Containers.InspectContainerAsync(container.Id, Stop)).Config!.Env.ShouldContain($"VERSION={version}");
    }

    private RunningProgram Start(params string[] arguments) => World.Start(null, [.. arguments, "--docker-host", fixture.Engine.DockerHost]);

    // One that comes back with the engine whatever it was told, and two that stay stopped when they were.
    private DemoInput Stack(string version) => PlainStack.Of(World, version)
        .With("  stop_signal: SIGKILL\n", "  stop_signal: SIGKILL\n  restart: unless-stopped\n")
        .With("  db: *service\n", "  db:\n    <<: *service\n    restart: always\n    volumes: [\"data:/data\"]\n")
        .With("networks:\n  " + World.Network, "volumes:\n  data: {}\nnetworks:\n  " + World.Network);

    /// <summary>Three quick services on an engine of their own.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PrivateEngineWorld(machine, "restart");
}
