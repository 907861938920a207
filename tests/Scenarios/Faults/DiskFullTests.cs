using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>A real engine whose disk is full: it is named, what ran runs on, and with room again the next run works.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class DiskFullTests(DiskFullTests.Fixture fixture) : IClassFixture<DiskFullTests.Fixture>
{
    private const int Disk = 320;

    private RolloutWorld World => fixture.World;

    private EngineView View => new(fixture.Engine.Client, World.Project);

    [Fact]
    public async Task A_build_that_fills_the_disk_is_named_and_what_ran_runs_on()
    {
        await DeployAsync("1");
        var before = await View.FingerprintAsync();
        await fixture.CommitAsync(FormattableString.Invariant($"RUN dd if=/dev/zero of=/ballast bs=1M count={Disk}\n"));
        var run = (await RunAsync("Deploy")).ShouldEndWith(1);

        var report = await World.ReadReportAsync();
        report.Classes[0].ShouldBe("disk-full", run.Output);
        report.Phases("outcome").ShouldAllBe(outcome => outcome == "not-started");
        (await View.FingerprintAsync()).ShouldBe(before, run.Output);

        await fixture.CommitAsync("RUN echo smaller\n");
        await DeployAsync("1");
    }

    [Fact(Explicit = true)]
    public async Task A_disk_that_somebody_else_filled_is_named_and_with_room_again_the_next_run_works()
    {
        await fixture.CommitAsync("");
        await DeployAsync("1");
        var before = await View.FingerprintAsync();
        await World.WriteAsync(PlainStack.Of(World, "2"));
        var ballast = Path.Combine(fixture.Engine.DataRoot, "ballast");
        try
        {
            Fill(ballast);
            var run = (await RunAsync("Deploy")).ShouldEndWith(1);
            (await World.ReadReportAsync()).Classes[0].ShouldBe("disk-full", run.Output);
            (await View.FingerprintAsync()).ShouldBe(before, run.Output);
        }
        finally
        {
            File.Delete(ballast);
        }

        await DeployAsync("2");
    }

    /// <summary>Writes until there is no room for another byte.</summary>
    private static void Fill(string file)
    {
        using var ballast = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (var size in (int[])[1 << 20, 4096, 1])
            try
            {
                for (var block = new byte[size]; ;)
                    ballast.Write(block);
            }
            catch (IOException)
            {
                // As intended.
            }
    }

    private async Task DeployAsync(string version)
    {
        await World.WriteAsync(PlainStack.Of(World, version));
        (await RunAsync("Deploy")).ShouldEndWith(0);
        (await View.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await View.AllAsync()).ShouldAllBe(container => container.EndsWith(" running", StringComparison.Ordinal) || container.Contains(".kept-", StringComparison.Ordinal));
        (await View.WholeEngineAsync()).ShouldNotContain("phased-rollout.lock.");
    }

    private Task<ProgramRun> RunAsync(params string[] arguments) => World.RunAsync([.. arguments, "--docker-host", fixture.Engine.DockerHost, "--min-healthy-time", "0s"]);

    /// <summary>Three quick services on an engine with a small disk.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PrivateEngineWorld(machine, "disk", Disk);
}
