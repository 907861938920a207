using System.Globalization;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>One deployer at a time, with the real program. <c>PHASED_ROLLOUT_ROUNDS=20</c> lets two of them meet twenty times.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class LockTests(LockTests.Fixture fixture) : IClassFixture<LockTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task Of_two_deployers_that_start_together_one_deploys_and_the_other_names_it()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("PHASED_ROLLOUT_ROUNDS"), CultureInfo.InvariantCulture, out var asked) ? asked : 2;
        for (var round = 1; round <= rounds; round++)
        {
            await World.WriteAsync(PlainStack.Of(World, string.Create(CultureInfo.InvariantCulture, $"round {round}")));
            await MeetAsync();
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{rounds} rounds: each time exactly one deployed"));
    }

    [Fact]
    public async Task A_second_interrupt_ends_everything_at_once_and_the_next_run_takes_over()
    {
        await World.WriteAsync(PlainStack.Of(World, "before the interrupt"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        await World.WriteAsync(PlainStack.Of(World, "interrupted").With("test: [\"CMD\", \"true\"]", "test: [\"CMD\", \"false\"], start_period: 90s"));
        var stalled = new TaskCompletionSource();
        var isStalled = false;
        await using (var proxy = new EngineProxy(World.Machine.DockerHost, _ => Volatile.Read(ref isStalled) ? ProxyAct.After(() => stalled.Task) : ProxyAct.Pass))
        {
            await using var program = World.Start(null, "Deploy", "--docker-host", proxy.DockerHost);
            await program.WaitForAsync(
                async () => (await World.Engine.AllAsync()).Any(
                    container => container.Contains(".trial-", StringComparison.Ordinal) && container.EndsWith(" running", StringComparison.Ordinal)),
                "the new containers are on trial", TestContext.Current.CancellationToken);

            // The engine is in no hurry: the program cannot end in order while it waits for it.
            Volatile.Write(ref isStalled, true);
            program.Signal(Signals.Interrupt);
            await program.WaitForAsync("SIGINT received", TestContext.Current.CancellationToken);
            program.Signal(Signals.Interrupt);
            (await program.EndAsync(TestContext.Current.CancellationToken)).ExitCode.ShouldBe(130);
            stalled.SetResult();
        }

        await World.WriteAsync(PlainStack.Of(World, "after the interrupt"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0).ShouldSay("broke the lock of", "has ended");

        string[] unsettled = [".previous-", ".trial-", ".next-"];
        (await World.Engine.AllAsync()).ShouldAllBe(container => !unsettled.Any(mark => container.Contains(mark, StringComparison.Ordinal)));
        (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        await ShouldLeaveNoLockAsync();
    }

    [Fact]
    public async Task A_lock_that_lives_is_broken_by_its_run_id_alone_and_whoever_held_it_stops()
    {
        await World.WriteAsync(PlainStack.Of(World, "before"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        await World.WriteAsync(PlainStack.Of(World, "held"));
        await using var holder = Start(World.Machine.DockerHost, "holder", "--min-healthy-time", "60s");
        await holder.WaitForAsync(
            async () => (await World.Engine.AllAsync()).Count(
                container => container.Contains(".next-", StringComparison.Ordinal) && container.EndsWith(" running", StringComparison.Ordinal)) == 2,
            "the holder is at the gate of its first phase", TestContext.Current.CancellationToken);
        var run = Path.GetFileName(Directory.GetDirectories(Path.Combine(World.Reports, "holder", "runs")).Single());
        var held = await World.Engine.AllAsync();

        await using (var wrong = Start(World.Machine.DockerHost, "wrong", "--break-lock", "20200101T000000Z-00000000"))
            (await wrong.EndAsync(TestContext.Current.CancellationToken)).ShouldEndWith(1).ShouldSay("names run 20200101T000000Z-00000000, which does not hold it");
        var refused = await ReportFile.ReadAsync(Path.Combine(World.Reports, "wrong", "report.json"));
        refused.Classes.ShouldBe(["lock-held"]);
        refused.Diagnoses[0].Cause.ShouldContain($"(run {run})");
        (await World.Engine.AllAsync()).ShouldBe(held);

        await World.WriteAsync(PlainStack.Of(World, "broken in"));
        await using (var breaker = Start(World.Machine.DockerHost, "breaker", "--break-lock", run))
            (await breaker.EndAsync(TestContext.Current.CancellationToken)).ShouldEndWith(0).ShouldSay("broke the lock of", "--break-lock names it");
        var journal = Directory.GetFiles(Path.Combine(World.Reports, "breaker", "runs"), "journal.jsonl", SearchOption.AllDirectories).Single();
        (await File.ReadAllTextAsync(journal, TestContext.Current.CancellationToken)).ShouldContain($"(run {run})");
        (await ReportFile.ReadAsync(Path.Combine(World.Reports, "breaker", "report.json"))).Notes.ShouldHaveSingleItem().ShouldContain($"(run {run})");

        (await holder.EndAsync(TestContext.Current.CancellationToken)).ShouldEndWith(1);
        (await ReportFile.ReadAsync(Path.Combine(World.Reports, "holder", "report.json"))).Classes[0].ShouldBe("lock-held");
        (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await World.RunAsync("Deploy")).ShouldEndWith(0).ShouldSay("unchanged");
        await ShouldLeaveNoLockAsync();
    }

    private async Task MeetAsync()
    {
        // Neither has the lock before both have seen that nobody has it.
        var both = new CountdownEvent(2);
        await using var proxy = new EngineProxy(World.Machine.DockerHost, request => request.Contains($"/containers/create?name=phased-rollout.lock.{World.Project}", StringComparison.Ordinal)
            ? ProxyAct.After(() => Task.Run(() =>
            {
                if (!both.IsSet)
                    both.Signal();
                both.Wait(TimeSpan.FromMinutes(2));
            }))
            : ProxyAct.Pass);
        await using var one = Start(proxy.DockerHost, "one", "--min-healthy-time", "3s");
        await using var two = Start(proxy.DockerHost, "two", "--min-healthy-time", "3s");
        ProgramRun[] runs = [await one.EndAsync(TestContext.Current.CancellationToken), await two.EndAsync(TestContext.Current.CancellationToken)];

        runs.Select(run => run.ExitCode).Order().ToArray().ShouldBe([0, 1], string.Join("\n=====\n", runs.Select(run => run.Output)));
        var (winner, loser) = runs[0].ExitCode == 0 ? ("one", "two") : ("two", "one");
        var report = await ReportFile.ReadAsync(Path.Combine(World.Reports, loser, "report.json"));
        report.Classes.ShouldBe(["lock-held"]);
        report.Diagnoses[0].Cause.ShouldContain($"(run {Path.GetFileName(Directory.GetDirectories(Path.Combine(World.Reports, winner, "runs")).Single())})");
        report.Diagnoses[0].NextCommand.ShouldContain("--wait-for-lock");
        await ShouldLeaveNoLockAsync();
    }

    private RunningProgram Start(string dockerHost, string name, params string[] arguments)
    {
        var reports = Path.Combine(World.Reports, name);
        if (Directory.Exists(reports))
            Directory.Delete(reports, recursive: true);
        return World.Start(null, ["Deploy", "--docker-host", dockerHost, "--reports-directory", reports, "--phases-directory", Path.Combine(World.Phases, name), .. arguments]);
    }

    private async Task ShouldLeaveNoLockAsync() => (await World.Engine.WholeEngineAsync()).ShouldNotContain($"phased-rollout.lock.{World.Project}");

    /// <summary>Three quick services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "lock");
}
