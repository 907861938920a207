using System.Diagnostics;
using System.Globalization;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>Runs of a command that are killed with kill -9, each followed by a plain second run that must end where an undisturbed one ends.</summary>
/// <remarks>A run is killed when the engine has begun to answer its n-th write: the write is done, and nobody was told.
/// <c>PHASED_ROLLOUT_EVERY_CALL=1</c> tries every write instead of a few, <c>PHASED_ROLLOUT_WRITES=20-40</c> those of them.</remarks>
/// <param name="world">What is deployed where.</param>
/// <param name="command">The command, such as <c>Deploy</c>, with its arguments.</param>
internal sealed class KilledRuns(RolloutWorld world, params string[] command)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>The numbers of the writes to kill at: so many, evenly spread, or every one that was asked for.</summary>
    public static IEnumerable<int> Sample(int writes, int count)
    {
        if (Environment.GetEnvironmentVariable("PHASED_ROLLOUT_EVERY_CALL") != "1")
            return Enumerable.Range(1, count).Select(part => part * writes / (count + 1));
        var (first, last) = Range(writes);
        return Enumerable.Range(first, Math.Max(0, last - first + 1));
    }

    /// <summary>The first and the last write to kill at when every one is tried.</summary>
    public static (int First, int Last) Range(int writes) => Environment.GetEnvironmentVariable("PHASED_ROLLOUT_WRITES")?.Split('-') is [var first, var last]
        ? (int.Parse(first, CultureInfo.InvariantCulture), Math.Min(writes, int.Parse(last, CultureInfo.InvariantCulture)))
        : (1, writes);

    /// <summary>For how long runs are killed at random moments.</summary>
    public static TimeSpan RandomTime => TimeSpan.FromMinutes(
        double.Parse(Environment.GetEnvironmentVariable("PHASED_ROLLOUT_RANDOM_MINUTES") ?? "5", CultureInfo.InvariantCulture));

    /// <summary>Runs the command undisturbed.</summary>
    public async Task<Undisturbed> UndisturbedAsync()
    {
        var writes = 0;
        var began = Stopwatch.StartNew();
        await using var proxy = new EngineProxy(world.Machine.DockerHost, request =>
        {
            if (EngineProxy.IsWrite(request))
                Interlocked.Increment(ref writes);
            return ProxyAct.Pass;
        });
        await RunAsync(proxy.DockerHost, null);
        return new Undisturbed(writes, began.Elapsed, await PictureAsync());
    }

    /// <summary>Kills it at a write.</summary>
    public async Task KillAtAsync(int number, Undisturbed undisturbed)
    {
        var count = 0;
        var death = new TaskCompletionSource();
        await using (var proxy = new EngineProxy(world.Machine.DockerHost, request =>
            EngineProxy.IsWrite(request) && Interlocked.Increment(ref count) == number ? ProxyAct.Then(death.SetResult) : ProxyAct.Pass))
        {
            await RunAsync(proxy.DockerHost, async program =>
            {
                // A run whose workers went another way may have had fewer writes.
                while (!death.Task.IsCompleted && !program.HasEnded)
                    await Task.WhenAny(death.Task, Task.Delay(20, Stop));
            });
        }

        var how = string.Create(CultureInfo.InvariantCulture, $"killed at write {number} of {undisturbed.Writes}");
        await ConvergesAsync(undisturbed, how);
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: converged");
    }

    /// <summary>Kills it after a time.</summary>
    public async Task KillAfterAsync(TimeSpan moment, Undisturbed undisturbed)
    {
        await RunAsync(world.Machine.DockerHost, _ => Task.Delay(moment, Stop));
        await ConvergesAsync(undisturbed, string.Create(CultureInfo.InvariantCulture, $"killed after {moment.TotalMilliseconds:0} ms"));
    }

    /// <summary>The plain second run.</summary>
    private async Task ConvergesAsync(Undisturbed undisturbed, string how)
    {
        (await world.RunAsync(command)).ShouldEndWith(0);
        var differences = ProjectPicture.Difference(undisturbed.Picture, await PictureAsync()).ToList();
        differences.ShouldBeEmpty($"{how} it ended elsewhere:\n{string.Join('\n', differences)}");
    }

    private async Task RunAsync(string dockerHost, Func<RunningProgram, Task>? untilDeath)
    {
        await using var program = world.Start(null, [.. command, "--docker-host", dockerHost]);
        if (untilDeath is not null)
        {
            await untilDeath(program);
            if (!program.HasEnded)
                program.Signal(Signals.Kill);
        }

        var run = await program.EndAsync(Stop);
        run.ExitCode.ShouldBeOneOf(untilDeath is null ? [0] : [0, 137], run.Output);
    }

    private Task<string> PictureAsync() => ProjectPicture.TakeAsync(world.Machine.Client, world.Project);
}

/// <summary>What an undisturbed run did and left.</summary>
internal sealed record Undisturbed(int Writes, TimeSpan Took, string Picture);

/// <summary>Two versions between which changes go back and forth, which spares a new beginning after every disturbance.</summary>
internal sealed class Tide
{
    private readonly RolloutWorld world;
    private readonly DemoInput[] inputs;
    private readonly Undisturbed[] ends = new Undisturbed[2];
    private int turn = 1;

    private Tide(RolloutWorld world, DemoInput first, DemoInput second) => (this.world, inputs) = (world, [first, second]);

    /// <summary>Deploys one after the other until as many versions are kept as ever will be; the last of each kind is what an undisturbed run leaves.</summary>
    public static async Task<Tide> BeginAsync(RolloutWorld world, DemoInput first, DemoInput second, KilledRuns runs, int keptVersions = 3)
    {
        await world.Engine.RemoveAsync();
        var tide = new Tide(world, first, second);
        for (var run = 0; run < keptVersions + 3; run++)
        {
            await tide.TurnAsync();
            tide.ends[tide.turn] = await runs.UndisturbedAsync();
        }

        return tide;
    }

    /// <summary>Writes the other version.</summary>
    /// <returns>What an undisturbed run would leave.</returns>
    public async Task<Undisturbed> TurnAsync()
    {
        await world.WriteAsync(inputs[turn = 1 - turn]);
        return ends[turn];
    }
}
