using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Locking;

/// <summary>One deployer at a time; a dead one is in nobody's way for longer than its lease.</summary>
public class DeploymentLockTests
{
    private readonly FakeTimeProvider clock = new();
    private readonly MemoryProcesses processes = new();
    private readonly RecordingLog log = new();
    private readonly MemoryLocks locks;

    public DeploymentLockTests() => locks = new MemoryLocks(clock);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Of_two_deployers_the_second_is_refused_and_told_who_holds_the_lock_and_what_to_type()
    {
        await Lock("run-1").AcquireAsync("shop", Stop);

        var refused = await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2").AcquireAsync("shop", Stop));

        refused.Failure.ShouldBe(FailureClass.LockHeld);
        refused.Message.ShouldContain("alice on ci-1 (run run-1), since 2000-01-01 00:00:00 UTC");
        refused.Remedy.ShouldContain("--break-lock run-1");
        locks.RunThatHolds.ShouldBe("run-1");
    }

    [Fact]
    public async Task Of_many_at_the_same_moment_exactly_one_holds_it()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(run => Task.Run(async () =>
        {
            try
            {
                await Lock($"run-{run}").AcquireAsync("shop", Stop);
                return true;
            }
            catch (WorldRefusedException)
            {
                return false;
            }
        }, Stop)));

        outcomes.Count(held => held).ShouldBe(1);
    }

    [Fact]
    public async Task It_is_taken_once_a_run_and_free_again_after_the_release()
    {
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        await first.AcquireAsync("shop", Stop);
        await first.EnsureHeldAsync(Stop);
        await first.ReleaseAsync();
        await first.ReleaseAsync();

        locks.RunThatHolds.ShouldBeNull();
        await Lock("run-2").AcquireAsync("shop", Stop);
        locks.RunThatHolds.ShouldBe("run-2");
    }

    [Fact]
    public async Task A_release_that_is_refused_is_tried_again()
    {
        var refusals = 2;
        locks.Change = (what, act) => what == "unlock" && refusals-- > 0 ? throw Refused(what) : Task.FromResult(act());
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        var released = first.ReleaseAsync();
        while (!released.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await released;
        locks.RunThatHolds.ShouldBeNull();
    }

    [Fact]
    public async Task A_lock_whose_answer_was_lost_is_known_again()
    {
        locks.Change = (what, act) => act() ? throw Refused(what) : Task.FromResult(false);
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        locks.RunThatHolds.ShouldBe("run-1");

        locks.Change = (_, act) => Task.FromResult(act());
        await first.EnsureHeldAsync(Stop);
        await first.ReleaseAsync();
        locks.RunThatHolds.ShouldBeNull();
    }

    [Fact]
    public async Task A_lock_that_could_not_be_taken_is_nobodys()
    {
        locks.Change = (what, _) => throw Refused(what);
        (await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-1").AcquireAsync("shop", Stop))).Message.ShouldContain("the layer store is on fire");
        locks.RunThatHolds.ShouldBeNull();
    }

    [Fact]
    public async Task A_holder_that_lives_keeps_it_for_ever()
    {
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        for (var second = 0; second < 600; second += 5)
            clock.Advance(TimeSpan.FromSeconds(5));

        locks.Renewals.ShouldBe(40);
        await first.EnsureHeldAsync(Stop);
        await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2").AcquireAsync("shop", Stop));
    }

    [Fact]
    public async Task A_holder_that_fell_silent_loses_it_after_its_lease_and_not_before()
    {
        await Dead("run-1");
        clock.Advance(TimeSpan.FromSeconds(60));
        await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2").AcquireAsync("shop", Stop));

        clock.Advance(TimeSpan.FromSeconds(1));
        List<string> broken = [];
        var second = Lock("run-2");
        second.Broken = broken.Add;
        await second.AcquireAsync("shop", Stop);

        locks.RunThatHolds.ShouldBe("run-2");
        broken.ShouldHaveSingleItem().ShouldBe("broke the lock of alice on ci-1 (run run-1), since 2000-01-01 00:00:00 UTC: its holder gave no sign of life for 61 s");
        log.Lines.ShouldContain($"warning: {broken[0]}");
    }

    [Fact]
    public async Task A_process_of_this_machine_that_ended_loses_it_at_once()
    {
        var process = new DeployerProcess("this-machine", 4711, "99");
        await Dead("run-1", process);
        await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2").AcquireAsync("shop", Stop));

        processes.Ended.Add(process);
        await Lock("run-2").AcquireAsync("shop", Stop);

        locks.RunThatHolds.ShouldBe("run-2");
    }

    [Fact]
    public async Task A_lock_that_may_live_is_broken_only_with_its_holders_run_id()
    {
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);

        (await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2", new LockSettings { BreakRun = "run-0" }).AcquireAsync("shop", Stop)))
            .Message.ShouldContain("--break-lock names run run-0, which does not hold it");
        await Lock("run-3", new LockSettings { BreakRun = "run-1" }).AcquireAsync("shop", Stop);

        locks.RunThatHolds.ShouldBe("run-3");
        clock.Advance(TimeSpan.FromSeconds(3));
        var lost = await Should.ThrowAsync<WorldRefusedException>(() => first.EnsureHeldAsync(Stop));
        lost.Failure.ShouldBe(FailureClass.LockHeld);
        lost.Message.ShouldContain("stopped before its next operation: somebody removed it");
        lost.Evidence.ShouldHaveSingleItem().ShouldContain("run-3");

        await first.ReleaseAsync();
        locks.RunThatHolds.ShouldBe("run-3");
    }

    [Fact]
    public async Task A_holder_that_cannot_renew_gives_up_before_anybody_else_may_take_it()
    {
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        locks.IsSilent = true;
        for (var second = 0; second < 51; second++)
            clock.Advance(TimeSpan.FromSeconds(1));
        locks.IsSilent = false;

        (await Should.ThrowAsync<WorldRefusedException>(() => first.EnsureHeldAsync(Stop))).Message.ShouldContain("it could not be renewed in time");
        await Should.ThrowAsync<WorldRefusedException>(() => Lock("run-2").AcquireAsync("shop", Stop));
    }

    [Fact]
    public async Task Whoever_waits_gets_it_when_it_becomes_free()
    {
        var first = Lock("run-1");
        await first.AcquireAsync("shop", Stop);
        var waiting = Lock("run-2", new LockSettings { Wait = TimeSpan.FromMinutes(5) }).AcquireAsync("shop", Stop);
        clock.Advance(TimeSpan.FromSeconds(30));
        waiting.IsCompleted.ShouldBeFalse();

        await first.ReleaseAsync();
        clock.Advance(TimeSpan.FromSeconds(1));
        await waiting;

        locks.RunThatHolds.ShouldBe("run-2");
    }

    [Fact]
    public async Task Whoever_waited_in_vain_is_told_so()
    {
        await Lock("run-1").AcquireAsync("shop", Stop);
        var waiting = Lock("run-2", new LockSettings { Wait = TimeSpan.FromSeconds(10) }).AcquireAsync("shop", Stop);
        for (var second = 0; second < 11; second++)
            clock.Advance(TimeSpan.FromSeconds(1));

        (await Should.ThrowAsync<WorldRefusedException>(() => waiting)).Message.ShouldEndWith("(waited 10 s)");
    }

    [Fact]
    public async Task Nothing_is_written_without_it() =>
        await Should.ThrowAsync<InvalidOperationException>(() => Lock("run-1").EnsureHeldAsync(Stop));

    [Fact]
    public void This_process_lives_and_one_that_was_never_there_has_ended()
    {
        var linux = new LinuxProcesses();
        if (linux.Current is not { } own)
        {
            Assert.SkipUnless(OperatingSystem.IsLinux(), "processes are told apart on Linux only");
            return;
        }

        linux.HasEnded(own).ShouldBeFalse();
        linux.HasEnded(own with { Start = own.Start + "0" }).ShouldBeTrue();
        linux.HasEnded(own with { Id = int.MaxValue }).ShouldBeTrue();
        linux.HasEnded(own with { Machine = "another", Id = int.MaxValue }).ShouldBeFalse();
        DeployerProcess.Parse(own.ToString()).ShouldBe(own);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("machine/x/1")]
    [InlineData("machine/1")]
    [InlineData("machine/-1/1")]
    public void A_label_that_names_no_process_names_none(string? label) => DeployerProcess.Parse(label).ShouldBeNull();

    private static WorldRefusedException Refused(string what) => new(FailureClass.Unknown, $"{what}: the layer store is on fire", "see the engine's answer");

    private async Task Dead(string run, DeployerProcess? process = null) =>
        (await locks.TryCreateAsync("shop", new LockHolder(run, "alice", "ci-1", process), Stop)).ShouldNotBeNull();

    private DeploymentLock Lock(string run, LockSettings? settings = null) =>
        new(locks, new LockHolder(run, "alice", "ci-1", null), settings ?? new LockSettings(), processes, clock, log);
}
