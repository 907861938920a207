using CsCheck;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>Kill it anywhere, run it again, and it ends where an undisturbed run ends.</summary>
public class CrashTests
{
    private static readonly string[] Names = ["web", "api", "db"];

    // What a service was before: not there, running or stopped; made by an older version of the file or by docker compose; or as asked already.
    private static readonly Gen<Before> AnyBefore = Gen.Enum<Before>();

    private static readonly Gen<World> AnyWorld = Gen.Select(AnyBefore, AnyBefore, AnyBefore, Gen.Bool.Array[6], Gen.Bool, Gen.Int[0, 60], Gen.Int[0, 60],
        (web, api, db, flags, depends, death, second) => new World([web, api, db], flags[..3], depends, death, second) { Beside = flags[3..] });

    [Fact]
    public async Task A_killed_run_that_is_run_again_ends_where_an_undisturbed_run_ends() =>
        await AnyWorld.SampleAsync(async world =>
        {
            var undisturbed = await RunAsync(world);
            var disturbed = await RunAsync(world, world.Death, world.SecondDeath);
            disturbed.ShouldBe(undisturbed);
        }, iter: 1500, threads: 1);

    [Fact]
    public async Task A_phase_that_fails_its_gate_leaves_what_ran_before_running() =>
        await AnyWorld.Where(world => world.Passes.Contains(false)).SampleAsync(async world =>
        {
            var target = Start(world);
            var before = target.Picture;
            var outcome = await DeployAsync(target, world, "run-1");

            // What was as asked already has nothing to go back to; its gate failing changes nothing either.
            if (!world.Before.Any(kind => kind is Before.AsAskedStopped))
                target.Picture.ShouldBe(before);
            outcome.Result.ShouldBeOneOf(PhaseResult.RolledBack, PhaseResult.Failed);
        }, iter: 500, threads: 1);

    [Fact]
    public async Task A_service_that_is_replaced_beside_its_old_container_answers_at_every_moment_wherever_the_run_is_killed() =>
        await AnyWorld.SampleAsync(async world =>
        {
            var alone = world with { Depends = false };
            var silent = new List<string>();
            await RunAsync(alone, target => target.Witness = write => silent.AddRange(Names
                .Where((name, index) => alone.Beside[index] && alone.Before[index] is Before.Older or Before.MadeByCompose or Before.AsAsked)
                .Where(name => !target.Containers.Any(container => container is { IsRunning: true, Beside: null or { IsTrial: false } } && container.Service == name))
                .Select(name => $"{name} after {write}")), world.Death, world.SecondDeath);
            silent.ShouldBeEmpty();
        }, iter: 1500, threads: 1);

    [Fact]
    public async Task Nobody_is_sent_to_a_version_that_never_becomes_healthy()
    {
        var world = new World([Before.Older, Before.Absent, Before.Absent], [false, true, true], false, 0, 0) { Beside = [true, false, false] };
        var target = Start(world);
        var before = target.Containers.Single();

        var outcome = await DeployAsync(target, world, "run-1");

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        outcome.Services.Single(service => service.Service == "web").Downtime.ShouldBe(TimeSpan.Zero);
        outcome.Failure.ShouldBeOfType<GateFailed>().Undo.ShouldContain(sentence => sentence.StartsWith("web: ran all along", StringComparison.Ordinal));
        target.Containers.ShouldHaveSingleItem().ShouldBe(before);
        target.Writes.ShouldNotContain(write => write.Contains(".next-", StringComparison.Ordinal));
        target.Writes.ShouldNotContain("stop shop-web-1");
    }

    [Fact]
    public async Task A_refused_hand_over_leaves_the_old_container_under_its_name()
    {
        var world = new World([Before.Older, Before.Absent, Before.Absent], [true, true, true], false, 0, 0) { Beside = [true, false, false] };
        var target = Start(world);
        var before = target.Picture;
        target.Refuses = write => write.StartsWith("rename shop-web-1.next-", StringComparison.Ordinal);

        (await DeployAsync(target, world, "run-1")).Result.ShouldBe(PhaseResult.RolledBack);

        target.Picture.ShouldBe(before);
    }

    [Fact]
    public async Task A_trial_that_somebody_removes_passes_no_gate()
    {
        var world = new World([Before.Older, Before.Absent, Before.Absent], [true, true, true], false, 0, 0) { Beside = [true, false, false] };
        var target = Start(world);
        var before = target.Picture;
        target.Witness = write =>
        {
            if (write.StartsWith("start shop-web-1.trial-", StringComparison.Ordinal))
                target.Forget(write["start ".Length..]);
        };

        (await DeployAsync(target, world, "run-1")).Failure.ShouldBeOfType<GateFailed>().Verdict.Services.ShouldHaveSingleItem()
            .Reason.ShouldBe("its container is gone");

        target.Picture.ShouldBe(before);
    }

    [Fact]
    public async Task Deploying_twice_writes_nothing_the_second_time() =>
        await AnyWorld.SampleAsync(async world =>
        {
            var all = world with { Passes = [true, true, true] };
            var target = Start(all);
            await DeployAsync(target, all, "run-1");
            target.Writes.Clear();

            (await DeployAsync(target, all, "run-2")).Result.ShouldBe(PhaseResult.Unchanged);
            target.Writes.ShouldBeEmpty();
        }, iter: 300, threads: 1);

    [Fact]
    public async Task A_cycle_that_was_accepted_does_not_keep_a_phase_from_starting()
    {
        var rollout = Stacks.Rollout("shop",
            [Stacks.Image("a") with { DependsOn = [new ServiceDependency("b", DependencyCondition.Started)] },
             Stacks.Image("b") with { DependsOn = [new ServiceDependency("a", DependencyCondition.Started)] }]);
        var target = new MemoryTarget().WithImage("acme/web:1");
        var outcome = await new PhasedDeployment(target, new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), TimeProvider.System, new RecordingLog())
            .DeployAsync(rollout, Stacks.Phases(rollout), 1, TestContext.Current.CancellationToken);

        outcome.Result.ShouldBe(PhaseResult.Succeeded);
    }

    [Fact]
    public async Task A_refused_start_goes_back_and_a_refused_return_is_said()
    {
        var world = new World([Before.Older, Before.Absent, Before.Older], [true, true, true], false, 0, 0);
        var target = Start(world);
        var before = target.Picture;
        target.Refuses = write => write == "start shop-web-1";
        var outcome = await DeployAsync(target, world, "run-1");

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        outcome.Failure.ShouldBeOfType<OperationRefused>().Operation.ShouldBe("StartContainer shop-web-1");
        target.Picture.ShouldBe(before);

        target.Refuses = write => write.StartsWith("start shop-", StringComparison.Ordinal);
        var stuck = await DeployAsync(target, world, "run-2");
        stuck.Result.ShouldBe(PhaseResult.Failed);
        stuck.Failure.ShouldNotBeNull().Undo.ShouldContain(sentence => sentence.StartsWith("web: could not go back", StringComparison.Ordinal));
    }

    private static Task<string> RunAsync(World world, params int[] deaths) => RunAsync(world, _ => { }, deaths);

    private static async Task<string> RunAsync(World world, Action<MemoryTarget> watch, params int[] deaths)
    {
        var target = Start(world);
        watch(target);
        var run = 0;
        foreach (var death in deaths)
        {
            target.DiesAfter = target.Writes.Count + death;
            try
            {
                await DeployAsync(target, world, $"run-{++run}");
            }
            catch (DeployerDiedException)
            {
                // As intended.
            }
        }

        target.DiesAfter = null;
        await DeployAsync(target, world, $"run-{++run}");
        return target.Picture;
    }

    private static Task<PhaseOutcome> DeployAsync(MemoryTarget target, World world, string run)
    {
        var rollout = world.Rollout;
        var wanted = Names.Select((name, index) => (name, passes: world.Passes[index])).ToDictionary(pair => pair.name, pair => pair.passes);
        // The gate judges the new containers; the old ones were healthy when they ran.
        var gate = new FakeGate(service => wanted[service.Service.Name]
            || target.Containers.Single(container => container.Id == service.ContainerId).ImageId != "sha256:new");
        return new PhasedDeployment(target, new MemoryRepository(), gate, new FakeEvidence(), Stacks.Settings(run), TimeProvider.System, new RecordingLog())
            .DeployAsync(rollout, Stacks.Phases(rollout), 1, CancellationToken.None);
    }

    private static MemoryTarget Start(World world)
    {
        var target = new MemoryTarget().WithImage("acme/web:1", "sha256:new").WithNetwork("shop_default");
        var rollout = world.Rollout;
        var phase = Stacks.Phases(rollout)[0];
        foreach (var (service, kind) in phase.Services.OrderBy(service => Array.IndexOf(Names, service.Service.Name)).Zip(world.Before))
        {
            var asked = WantedService.From(rollout, 1, service, new PreparedImage("acme/web:1", "sha256:new", "sha256:new"), Stacks.Settings("run-0"));
            var older = WantedService.From(rollout, 1, service, new PreparedImage("acme/web:0", "sha256:old", "sha256:old"), Stacks.Settings("run-0"));
            if (kind == Before.Absent)
                continue;

            target.WithContainer(new DeployedContainer
            {
                Id = $"old-{service.Service.Name}",
                Name = asked.Container.Name,
                State = kind is Before.OlderStopped or Before.AsAskedStopped ? "exited" : "running",
                ExitCode = kind is Before.OlderStopped or Before.AsAskedStopped ? 137 : null,
                ImageId = kind is Before.AsAsked or Before.AsAskedStopped ? "sha256:new" : "sha256:old",
                Labels = kind switch
                {
                    Before.AsAsked or Before.AsAskedStopped => asked.Container.Labels,
                    Before.MadeByCompose => asked.Container.Labels.Where(label => !label.Key.StartsWith("phased-rollout", StringComparison.Ordinal)).ToDictionary(),
                    _ => older.Container.Labels,
                },
            });
        }

        return target;
    }

    public enum Before
    {
        Absent,
        Older,
        OlderStopped,
        MadeByCompose,
        AsAsked,
        AsAskedStopped,
    }

    private sealed record World(Before[] Before, bool[] Passes, bool Depends, int Death, int SecondDeath)
    {
        /// <summary>Which of the services are replaced beside their old containers.</summary>
        public bool[] Beside { get; init; } = [false, false, false];

        public Rollout Rollout => Stacks.Rollout("shop", [.. Names.Select((name, index) => Stacks.Image(name) with
        {
            Restart = "always",
            Ports = Beside[index] ? [] : [new PortMapping(8000, 8000 + index)],
            DependsOn = Depends && name == "web" ? [new ServiceDependency("db", DependencyCondition.Started)] : [],
        })]);

        public override string ToString() =>
            $"{string.Join(',', Before)} beside {string.Join(',', Beside)} passes {string.Join(',', Passes)} depends {Depends} dies after {Death}, {SecondDeath}";
    }
}
