using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>The disk of a real engine runs full. Explicit: it needs root, and an engine of its own.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class DiskFullTests(DiskFullTests.Fixture fixture) : IClassFixture<DiskFullTests.Fixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    private EngineView View => new(fixture.Engine.Client, World.Project);

    private string Ballast => Path.Combine(fixture.Engine.Data, "ballast");

    [Fact(Explicit = true)]
    public async Task A_disk_that_runs_full_during_a_build_is_named_nothing_is_touched_and_the_next_run_converges_when_there_is_room()
    {
        await DeployAsync("1");
        var before = await View.FingerprintAsync();
        await fixture.CommitAsync("RUN dd if=/dev/zero of=/big bs=1M count=2000\n");

        var run = await EndAsync("Deploy");

        run.ShouldEndWith(1);
        var report = await World.ReadReportAsync();
        report.Classes.ShouldBe(["disk-full"], run.Output);
        report.Diagnoses[0].Evidence.ShouldContain(line => line.Contains("No space left on device", StringComparison.OrdinalIgnoreCase), run.Output);
        (await View.FingerprintAsync()).ShouldBe(before);
        await fixture.CommitAsync("");
        await DeployAsync("2");
    }

    [Fact(Explicit = true)]
    public async Task A_disk_that_is_full_when_a_run_begins_is_named_and_nothing_is_touched()
    {
        await DeployAsync("1");
        var before = await View.FingerprintAsync();
        await World.WriteAsync(Stack("2"));
        await FillAsync();

        var run = await EndAsync("Deploy");

        run.ShouldEndWith(1);
        (await World.ReadReportAsync()).Classes.ShouldContain("disk-full", run.Output);
        (await View.FingerprintAsync()).ShouldBe(before);
        File.Delete(Ballast);
        await DeployAsync("2");
    }

    [Fact(Explicit = true)]
    public async Task A_disk_that_runs_full_at_the_gate_is_named_nothing_is_lost_and_the_next_run_converges_when_there_is_room()
    {
        await DeployAsync("1");
        var before = (await View.ContainersAsync()).Select(container => container.Id).ToArray();
        await World.WriteAsync(Stack("2"));
        await using (var program = Start("Deploy", "--min-healthy-time", "5s"))
        {
            await program.WaitForAsync(
                async () => (await View.AllAsync()).Any(container => container.Contains("-db-1.next-", StringComparison.Ordinal) && container.EndsWith(" running", StringComparison.Ordinal)),
                "the new container is at the gate", Stop);
            await FillAsync();
            var run = await program.EndAsync(Stop);
            run.ShouldEndWith(1);
            (await World.ReadReportAsync()).Classes.ShouldContain("disk-full", run.Output);
        }

        (await View.ContainersAsync()).Select(container => container.Id).Intersect(before).Count().ShouldBe(3, "what ran before runs on");
        File.Delete(Ballast);
        await DeployAsync("2");
    }

    private async Task FillAsync()
    {
        await using var file = File.Create(Ballast);
        var block = new byte[1 << 16];
        try
        {
            while (true)
            {
                await file.WriteAsync(block, Stop);
                await file.FlushAsync(Stop);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private async Task DeployAsync(string version)
    {
        await World.WriteAsync(Stack(version));
        (await EndAsync("Deploy")).ShouldEndWith(0);
        (await View.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await View.AllAsync()).ShouldAllBe(container => !container.Contains(".previous-", StringComparison.Ordinal) && !container.Contains(".next-", StringComparison.Ordinal));
        (await View.WholeEngineAsync()).ShouldNotContain("phased-rollout.lock.");
    }

    private DemoInput Stack(string version) => PlainStack.Of(World, version);

    private async Task<ProgramRun> EndAsync(params string[] arguments)
    {
        await using var program = Start(arguments);
        return await program.EndAsync(Stop);
    }

    private RunningProgram Start(params string[] arguments) => World.Start(null, [.. arguments, "--docker-host", fixture.Engine.DockerHost]);

    /// <summary>Three quick services on an engine with a small disk.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "full")
    {
        internal PrivateEngine Engine { get; private set; } = null!;

        internal Task CommitAsync(string steps) => World.Repository.CommitAsync("The plain stack",
        [
            ("plain/Dockerfile", $"FROM {World.Machine.BaseImage}\n{steps}CMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n"),
        ]);

        protected override async Task SetUpAsync()
        {
            await CommitAsync("");
            Engine = new PrivateEngine(World.Machine.Busybox, "600m");
            await Engine.StartAsync();
            await World.Machine.PrepareAsync(Engine.DockerHost, World.Network);
        }

        protected override async Task TearDownAsync() => await Engine.DisposeAsync();
    }
}
