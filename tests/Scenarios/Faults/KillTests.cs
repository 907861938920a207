using System.Diagnostics;
using System.Globalization;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>kill -9 at any write of a run, then a plain second run: it ends where an undisturbed one ends.</summary>
/// <remarks><c>PHASED_ROLLOUT_TEN</c>: with ten services, those of the seed (<c>1</c>), ten quick ones (<c>plain</c>), or with the shop (<c>shop</c>).
/// The explicit tests change back and forth: one at every write, one at random moments for 5 minutes or <c>PHASED_ROLLOUT_RANDOM_MINUTES</c>.</remarks>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class KillTests(KillTests.Fixture fixture) : IClassFixture<KillTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    private KilledRuns Runs => new(World, "Deploy", "--min-healthy-time", "0s");

    [Fact]
    public Task A_first_deployment_that_was_killed_at_any_write_is_finished_by_the_next_run() => KilledAsync(1, PrepareFirstAsync);

    [Fact]
    public Task A_change_that_was_killed_at_any_write_is_finished_by_the_next_run() => KilledAsync(2, PrepareChangeAsync);

    [Fact(Explicit = true)]
    public async Task Changes_back_and_forth_that_were_killed_at_every_write_are_finished_by_the_next_run()
    {
        var tide = await Tide.BeginAsync(World, World.Good, fixture.Changed, Runs);
        var undisturbed = await tide.TurnAsync();
        var (first, last) = KilledRuns.Range(undisturbed.Writes);
        for (var number = first; number <= last; number++)
        {
            await Runs.KillAtAsync(number, undisturbed);
            undisturbed = await tide.TurnAsync();
        }
    }

    [Fact(Explicit = true)]
    public async Task Changes_that_were_killed_at_random_moments_are_finished_by_the_next_run()
    {
        var tide = await Tide.BeginAsync(World, World.Good, fixture.Changed, Runs);
        var kills = 0;
        for (var began = Stopwatch.StartNew(); began.Elapsed < KilledRuns.RandomTime; kills++)
        {
            var undisturbed = await tide.TurnAsync();
            await Runs.KillAfterAsync(undisturbed.Took * Random.Shared.NextDouble(), undisturbed);
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills at random moments, all converged"));
    }

    private async Task KilledAsync(int count, Func<Task> prepare)
    {
        await prepare();
        var undisturbed = await Runs.UndisturbedAsync();
        foreach (var number in KilledRuns.Sample(undisturbed.Writes, count))
        {
            await prepare();
            await Runs.KillAtAsync(number, undisturbed);
        }
    }

    /// <summary>A target that knows nothing of the project.</summary>
    private async Task PrepareFirstAsync()
    {
        await World.Engine.RemoveAsync();
        await World.WriteAsync(World.Good);
    }

    /// <summary>Version 1 runs, and version 2 is asked for.</summary>
    private async Task PrepareChangeAsync()
    {
        await PrepareFirstAsync();
        await Runs.UndisturbedAsync();
        await World.WriteAsync(fixture.Changed);
    }

    /// <summary>Three services, or more.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "kill")
    {
        internal DemoInput Changed { get; private set; } = null!;

        protected override async Task SetUpAsync()
        {
            await base.SetUpAsync();
            Changed = PlainStack.Of(World, "2");
            switch (Environment.GetEnvironmentVariable("PHASED_ROLLOUT_TEN"))
            {
                case "1":
                    await World.UseSeedAsync(ScenarioCompose.Ten);
                    Changed = World.Good.With("restart: unless-stopped", "restart: always");
                    break;
                case "plain":
                    (World.Good, Changed) = (PlainStack.Ten(World, "1"), PlainStack.Ten(World, "2"));
                    break;
                case "shop":
                    await ShopStack.CommitAsync(World);
                    (World.Good, Changed) = (ShopStack.Of(World, "1"), ShopStack.Of(World, "2"));
                    break;
            }
        }
    }
}
