using CsCheck;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Compose;
using PhasedRollout.Tests.Deployment.Locking;

namespace PhasedRollout.Tests.Deployment;

/// <summary>A whole run with its lock and its journal, killed after any of its writes, also while it takes the lock or gives it back.</summary>
public sealed class LockedCrashTests : IDisposable
{
    private const int MostWrites = 40;

    private static readonly Rollout Shop = Stacks.Rollout("shop", [Stacks.Image("web"), Stacks.Image("api"), Stacks.Image("db")]);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Whoever_comes_after_the_lease_converges_whether_the_journal_is_there_or_not()
    {
        var undisturbed = await UndisturbedAsync();
        await Gen.Select(Gen.Int[0, MostWrites], Gen.Bool, Gen.Bool).SampleAsync(async (death, sameMachine, journalStays) =>
        {
            var world = new World(folder);
            var died = await world.DieAsync("run-1", death);
            if (!journalStays)
                File.Delete(world.Journal("run-1"));

            if (sameMachine)
                world.Processes.Ended.Add(world.Process("run-1"));
            else if (died && world.Locks.RunThatHolds is not null)
            {
                // As long as it may live, nobody touches anything.
                var writes = world.Target.Writes.Count;
                (await Should.ThrowAsync<WorldRefusedException>(() => world.RunAsync("run-2"))).Failure.ShouldBe(FailureClass.LockHeld);
                world.Target.Writes.Count.ShouldBe(writes);
                world.EngineClock.Advance(TimeSpan.FromSeconds(61));
            }

            (await world.RunAsync("run-3")).Result.ShouldBeOneOf(PhaseResult.Succeeded, PhaseResult.Unchanged);
            world.Target.Picture.ShouldBe(undisturbed);
            world.Locks.RunThatHolds.ShouldBeNull();
        }, iter: 120, threads: 1);
    }

    [Fact]
    public async Task What_was_being_done_when_it_was_killed_stands_in_the_journal()
    {
        var world = new World(folder);
        (await world.DieAsync("run-1", 3)).ShouldBeTrue();

        var lines = JournalReader.Read(world.Journal("run-1"));

        lines.ShouldContain(line => line.Event == JournalEvent.Doing);
        var done = lines.Where(line => line.Event == JournalEvent.Done).Select(line => line.Number).ToHashSet();
        lines.Count(line => line.Event == JournalEvent.Doing && !done.Contains(line.Number)).ShouldBeGreaterThan(0);
        world.Target.Writes.Count(write => write != "lock").ShouldBe(done.Count);
        lines.Where(line => line.Event == JournalEvent.Doing).ShouldAllBe(line => line.Cause != null);
    }

    [Fact]
    public async Task Whoever_lost_the_lock_does_nothing_more()
    {
        var world = new World(folder);
        world.Target.Refuses = write =>
        {
            // Somebody breaks the lock in the middle of the run, which looks again after a moment.
            if (write.StartsWith("create ", StringComparison.Ordinal) && world.Locks.RunThatHolds == "run-1")
                world.Locks.RemoveAsync("lock-1", CancellationToken.None);
            world.RunClock.Advance(TimeSpan.FromSeconds(3));
            return false;
        };

        var outcome = await world.RunAsync("run-1");

        outcome.Result.ShouldBe(PhaseResult.Failed);
        outcome.Failure.ShouldBeOfType<TargetLost>().Class.ShouldBe(FailureClass.LockHeld);
        // Two workers may each have begun one operation before the loss was seen.
        world.Target.Writes.Count(write => write is not ("lock" or "unlock")).ShouldBeLessThanOrEqualTo(2);
    }

    private async Task<string> UndisturbedAsync()
    {
        var world = new World(folder);
        (await world.RunAsync("run-1")).Result.ShouldBe(PhaseResult.Succeeded);
        world.Target.Writes.Count.ShouldBeInRange(10, MostWrites);
        return world.Target.Picture;
    }

    private sealed class World
    {
        private readonly string folder;

        public World(TemporaryFolder parent)
        {
            folder = Directory.CreateDirectory(parent.File(Guid.NewGuid().ToString("N"))).FullName;
            Locks = new MemoryLocks(EngineClock);
            Locks.Change = (what, act) => Target.Write(what, act);
        }

        public FakeTimeProvider EngineClock { get; } = new();

        public FakeTimeProvider RunClock { get; private set; } = new();

        public MemoryTarget Target { get; } = new MemoryTarget().WithImage("acme/web:1", "sha256:new").WithNetwork("shop_default");

        public MemoryLocks Locks { get; }

        public MemoryProcesses Processes { get; } = new();

        public DeployerProcess Process(string run) => new("machine", 1, run);

        public string Journal(string run) => Path.Combine(folder, $"{run}.jsonl");

        /// <summary>Runs until so many writes were done.</summary>
        /// <returns>True when it died; false when it ended before.</returns>
        public async Task<bool> DieAsync(string run, int writes)
        {
            Target.DiesAfter = writes;
            try
            {
                await RunAsync(run);
                return false;
            }
            catch (DeployerDiedException)
            {
                return true;
            }
            finally
            {
                Target.DiesAfter = null;
            }
        }

        public async Task<PhaseOutcome> RunAsync(string run)
        {
            // A clock of its own: the time of a dead deployer stands still, and it renews nothing.
            RunClock = new FakeTimeProvider();
            var log = new RecordingLog();
            var holder = new LockHolder(run, "alice", "ci-1", Process(run));
            var held = new DeploymentLock(Locks, holder, new LockSettings(), Processes, RunClock, log);
            using var journal = new RunJournal(Journal(run), holder, new Redactor(), RunClock, log);
            await held.AcquireAsync("shop", CancellationToken.None);
            journal.Begin("shop");
            var outcome = await new PhasedDeployment(
                new RecordedTarget(Target, held, journal), new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(run), TimeProvider.System, log)
                .DeployAsync(Shop, Stacks.Phases(Shop), 1, CancellationToken.None);
            await held.ReleaseAsync();
            journal.End();
            return outcome;
        }
    }
}
