using System.Globalization;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.EndToEnd;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>The program is told to stop, or killed, while a phase holds its gate.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class CancellationTests(CancellationTests.Fixture fixture) : IClassFixture<CancellationTests.Fixture>
{
    private const string Service = "brain-api";

    private static readonly string Script = $"{ScenarioRepository.PathOf(Service)}/service.sh";

    private static int _commits;

    private RolloutWorld World => fixture.World;

    [Theory]
    [InlineData(Signals.Terminate, 143)]
    [InlineData(Signals.Interrupt, 130)]
    public async Task A_signal_in_the_middle_of_a_phase_brings_back_what_ran_before_and_still_writes_the_report(int signal, int exitCode)
    {
        await World.EnsureGoodAsync();
        var before = await World.Engine.ContainersAsync();
        World.DeleteOutput();
        try
        {
            await using var program = await StartAndHoldAsync();
            program.Signal(signal);
            var run = (await program.EndAsync(TestContext.Current.CancellationToken)).ShouldEndWith(exitCode);

            var after = await World.Engine.ContainersAsync();
            after.Select(container => (container.Service, container.Id)).ShouldBe(before.Select(container => (container.Service, container.Id)), run.Output);
            var report = await World.ReadReportAsync();
            report.Outcome.ShouldBe("cancelled");
            report.ExitCode.ShouldBe(exitCode);
            report.Classes.ShouldContain("cancelled");
            report.Phases("outcome").Skip(2).ShouldAllBe(outcome => outcome == "not-started");
        }
        finally
        {
            await CommitAsync(FixtureFiles.ServiceScript);
        }
    }

    [Fact]
    public async Task A_run_after_a_killed_one_ends_where_an_undisturbed_one_ends()
    {
        await World.EnsureGoodAsync();
        await CommitAsync(FixtureFiles.ServiceScript + "# one\n");
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        var undisturbed = await World.Engine.AllAsync();

        await using (var program = await StartAndHoldAsync())
        {
            program.Signal(Signals.Kill);
            (await program.EndAsync(TestContext.Current.CancellationToken)).ExitCode.ShouldBe(137);
        }

        await CommitAsync(FixtureFiles.ServiceScript + "# two\n");
        (await World.RunAsync("Deploy")).ShouldEndWith(0);

        // One change more, so one version more is kept; of the run that was killed nothing is.
        var kept = undisturbed.Single(container => container.Contains(".kept-1 ", StringComparison.Ordinal));
        (await World.Engine.AllAsync()).ShouldBe([.. undisturbed, kept.Replace(".kept-1 ", ".kept-2 ", StringComparison.Ordinal)], ignoreOrder: true);
        (await World.Engine.ContainersAsync()).ShouldAllBe(container => container.Health == "healthy");
        (await World.ReadReportAsync()).Services("state").Values.ShouldAllBe(state => state == "healthy");
        await CommitAsync(FixtureFiles.ServiceScript);
    }

    /// <summary>Deploys a commit whose service takes a minute to start, and waits until its new container runs.</summary>
    private async Task<RunningProgram> StartAndHoldAsync()
    {
        var old = (await World.Engine.ContainersAsync()).Single(container => container.Service == Service).Id;
        await CommitAsync("#!/bin/sh\ntrap 'exit 0' TERM\nsleep 60 &\nwait\n" + FixtureFiles.ServiceScript);
        var program = World.Start(null, "Deploy");
        try
        {
            await program.WaitForAsync(
                async () => (await World.Engine.ContainersNowAsync()).Any(container => container.Service == Service && container.Id != old),
                "the new container runs", TestContext.Current.CancellationToken);
            return program;
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    private Task<string> CommitAsync(string script) =>
        World.Repository.CommitAsync(string.Create(CultureInfo.InvariantCulture, $"Change {_commits++}"), [(Script, script)]);

    /// <summary>Six services that may take their time to start.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "signals")
    {
        protected override async Task SetUpAsync()
        {
            await base.SetUpAsync();
            World.Good = World.Good.With("  retries: 3\n", "  retries: 3\n  start_period: 90s\n");
        }
    }
}
