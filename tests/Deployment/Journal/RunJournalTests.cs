using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Tests.Compose;
using PhasedRollout.Tests.Deployment.Locking;

namespace PhasedRollout.Tests.Deployment.Journal;

/// <summary>What a killed run was doing can be read afterwards, and no secret with it.</summary>
public sealed class RunJournalTests : IDisposable
{
    private static readonly DeployerProcess Process = new("machine", 1, "2");

    private readonly TemporaryFolder folder = new();
    private readonly RecordingLog log = new();
    private readonly Redactor redactor = new();
    private readonly MemoryProcesses processes = new(Process);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_operation_stands_on_the_disk_before_it_is_done_and_after()
    {
        using var journal = Journal("20261127T100000Z-00000001");
        var target = new MemoryTarget();
        var held = new DeploymentLock(new MemoryLocks(TimeProvider.System), Holder("run"), new LockSettings(), processes, TimeProvider.System, log);
        await held.AcquireAsync("shop", TestContext.Current.CancellationToken);
        var recorded = new RecordedTarget(target, held, journal);
        target.Refuses = write =>
        {
            Lines("20261127T100000Z-00000001")[^1].ShouldSatisfyAllConditions(
                line => line.Event.ShouldBe(JournalEvent.Doing),
                line => line.What.ShouldBe("backend"));
            return write.StartsWith("remove volume", StringComparison.Ordinal);
        };

        await recorded.CreateVolumeAsync(new VolumeSpec("backend", null, new Dictionary<string, string>(), new Dictionary<string, string>()), TestContext.Current.CancellationToken);
        await Should.ThrowAsync<TargetRefusedException>(() => recorded.RemoveVolumeAsync("backend", TestContext.Current.CancellationToken));
        await held.ReleaseAsync();

        Lines("20261127T100000Z-00000001").Select(line => (line.Event, line.Number)).ShouldBe(
            [(JournalEvent.Doing, 1), (JournalEvent.Done, 1), (JournalEvent.Doing, 2), (JournalEvent.Refused, 2)]);
    }

    [Fact]
    public async Task A_line_says_why()
    {
        redactor.Add("s3cr3t-canary");
        using var journal = Journal("20261127T100000Z-00000001");
        var held = new DeploymentLock(new MemoryLocks(TimeProvider.System), Holder("run"), new LockSettings(), processes, TimeProvider.System, log);
        await held.AcquireAsync("shop", TestContext.Current.CancellationToken);
        var recorded = new RecordedTarget(new MemoryTarget().WithContainer(new DeployedContainer { Id = "4f2a", Name = "web", State = "exited" }), held, journal);
        await recorded.ListContainersAsync(TestContext.Current.CancellationToken);

        await recorded.Because("it ran before s3cr3t-canary").StartContainerAsync("4f2a", TestContext.Current.CancellationToken);
        await held.ReleaseAsync();

        var line = Lines("20261127T100000Z-00000001")[0];
        (line.Operation, line.What, line.Cause).ShouldBe(("StartContainer", "web", "it ran before [REDACTED]"));
    }

    [Fact]
    public void A_journal_of_before_there_were_causes_is_read()
    {
        Directory.CreateDirectory(folder.File("reports/runs/20261127T100000Z-00000001"));
        folder.Write("reports/runs/20261127T100000Z-00000001/journal.jsonl", """
            {"event":"begin","at":"2026-11-27T10:00:00+00:00","run":"20261127T100000Z-00000001","project":"shop","user":"alice","host":"ci-1"}
            {"event":"doing","at":"2026-11-27T10:00:01+00:00","number":1,"operation":"StartContainer","what":"web"}

            """.Replace("\r", "", StringComparison.Ordinal));

        Latest().ShouldNotBeNull().Unfinished.ShouldBe(["StartContainer web"]);
    }

    [Fact]
    public async Task A_container_that_was_seen_is_called_by_its_name()
    {
        using var journal = Journal("20261127T100000Z-00000001");
        var held = new DeploymentLock(new MemoryLocks(TimeProvider.System), Holder("run"), new LockSettings(), processes, TimeProvider.System, log);
        await held.AcquireAsync("shop", TestContext.Current.CancellationToken);
        var recorded = new RecordedTarget(new MemoryTarget().WithContainer(new DeployedContainer { Id = "4f2a", Name = "web", State = "exited" }), held, journal);

        await recorded.ListContainersAsync(TestContext.Current.CancellationToken);
        await recorded.StartContainerAsync("4f2a", TestContext.Current.CancellationToken);
        await held.ReleaseAsync();

        Lines("20261127T100000Z-00000001")[0].ShouldSatisfyAllConditions(line => line.Operation.ShouldBe("StartContainer"), line => line.What.ShouldBe("web"));
    }

    [Fact]
    public async Task Nothing_is_done_and_nothing_written_when_the_lock_is_gone()
    {
        using var journal = Journal("20261127T100000Z-00000001");
        var target = new MemoryTarget();
        var held = new DeploymentLock(new MemoryLocks(TimeProvider.System), Holder("run"), new LockSettings(), processes, TimeProvider.System, log);

        await Should.ThrowAsync<InvalidOperationException>(() => new RecordedTarget(target, held, journal).StartContainerAsync("web", TestContext.Current.CancellationToken));

        target.Writes.ShouldBeEmpty();
        Lines("20261127T100000Z-00000001").ShouldBeEmpty();
    }

    [Fact]
    public void No_line_shows_a_secret()
    {
        redactor.Add("s3cr3t/canary \"x\"");
        using var journal = Journal("20261127T100000Z-00000001");
        journal.Refused(journal.Doing("CreateContainer", "web s3cr3t/canary \"x\""), "cannot use s3cr3t%2Fcanary%20%22x%22");

        var text = File.ReadAllText(folder.File("reports/runs/20261127T100000Z-00000001/journal.jsonl"));
        text.ShouldContain("[REDACTED]");
        text.ShouldNotContain("canary");
    }

    [Fact]
    public void A_journal_that_cannot_be_written_is_said_once_and_stops_nothing()
    {
        Directory.CreateDirectory(folder.File("reports"));
        folder.Write("reports/runs", "a file where the folder should be");
        using var journal = Journal("20261127T100000Z-00000001");

        journal.Begin("shop");
        journal.Done(journal.Doing("StartContainer", "web"));

        log.Lines.ShouldHaveSingleItem().ShouldContain("cannot be written");
    }

    [Fact]
    public void A_run_that_was_killed_is_found_with_what_it_did_and_what_it_was_doing()
    {
        using (var journal = Journal("20261127T100000Z-00000001"))
        {
            journal.Begin("shop");
            journal.Done(journal.Doing("CreateContainer", "web", "no container of the service"));
            journal.Note("broke the lock of bob");
            journal.Doing("StartContainer", "web");
        }

        File.AppendAllText(folder.File("reports/runs/20261127T100000Z-00000001/journal.jsonl"), "{\"event\":\"do");

        Latest().ShouldBeNull("its process lives");
        processes.Ended.Add(Process);
        var killed = Latest().ShouldNotBeNull();

        killed.ShouldSatisfyAllConditions(
            run => run.Id.ShouldBe("20261127T100000Z-00000001"),
            run => run.Project.ShouldBe("shop"),
            run => run.By.ShouldBe("alice on ci-1"),
            run => run.Done.ShouldBe(["CreateContainer web: no container of the service"]),
            run => run.Unfinished.ShouldBe(["StartContainer web"]),
            run => run.Notes.ShouldBe(["broke the lock of bob"]));
    }

    [Fact]
    public void A_run_that_ended_or_was_reported_was_not_killed()
    {
        processes.Ended.Add(Process);
        Latest().ShouldBeNull();
        using (var journal = Journal("20261127T100000Z-00000001"))
        {
            journal.Begin("shop");
            journal.End();
        }

        Latest().ShouldBeNull();
        using (var journal = Journal("20261127T110000Z-00000001"))
            journal.Begin("shop");

        Latest().ShouldNotBeNull();
        Directory.CreateDirectory(folder.File("reports/runs/20261127T120000Z-00000001"));
        folder.Write("reports/runs/20261127T120000Z-00000001/report.json", "{}");
        Latest().ShouldBeNull();
    }

    private KilledRun? Latest() => KilledRun.FindLatest(folder.File("reports"), processes);

    private RunJournal Journal(string run) =>
        new(folder.File($"reports/runs/{run}/journal.jsonl"), Holder(run), redactor, TimeProvider.System, log);

    private static LockHolder Holder(string run) => new(run, "alice", "ci-1", Process);

    private IReadOnlyList<JournalLine> Lines(string run) => JournalReader.Read(folder.File($"reports/runs/{run}/journal.jsonl"));
}
