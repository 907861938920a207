using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Docker.DotNet.Models;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>kill -9 when the engine has begun to answer the n-th write of a run, then a plain second run: it ends where an undisturbed one ends.</summary>
/// <remarks><c>PHASED_ROLLOUT_EVERY_CALL=1</c> tries every write instead of a few (<c>PHASED_ROLLOUT_WRITES=20-40</c>: those), <c>PHASED_ROLLOUT_TEN=1</c>
/// with the ten services (<c>plain</c>: with ten quick ones). The explicit tests change back and forth, which spares a new beginning after every kill: one at every write, one at
/// random moments for 5 minutes or <c>PHASED_ROLLOUT_RANDOM_MINUTES</c>.</remarks>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed partial class KillTests(KillTests.Fixture fixture) : IClassFixture<KillTests.Fixture>
{
    private static readonly string[] Fast = ["--min-healthy-time", "0s"];

    private static bool EveryCall => Environment.GetEnvironmentVariable("PHASED_ROLLOUT_EVERY_CALL") == "1";

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task A_first_deployment_that_was_killed_at_any_write_is_finished_by_the_next_run()
    {
        var (writes, undisturbed) = await UndisturbedAsync(DeployFromNothingAsync);
        foreach (var number in Sample(writes, 1))
            await KilledAsync(number, writes, undisturbed, DeployFromNothingAsync);
    }

    [Fact]
    public async Task A_change_that_was_killed_at_any_write_is_finished_by_the_next_run()
    {
        var (writes, undisturbed) = await UndisturbedAsync(ChangeAsync);
        foreach (var number in Sample(writes, 2))
            await KilledAsync(number, writes, undisturbed, ChangeAsync);
    }

    [Fact(Explicit = true)]
    public async Task Changes_back_and_forth_that_were_killed_at_every_write_are_finished_by_the_next_run()
    {
        var tide = await SteadyAsync();
        var (first, last) = Range(tide.Writes);
        for (var number = first; number <= last; number++)
        {
            var (input, undisturbed) = tide.Next();
            await World.WriteAsync(input);
            await KilledAsync(number, tide.Writes, undisturbed, DeployAsync);
        }
    }

    [Fact(Explicit = true)]
    public async Task Changes_that_were_killed_at_random_moments_are_finished_by_the_next_run()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("PHASED_ROLLOUT_RANDOM_MINUTES") ?? "5", CultureInfo.InvariantCulture);
        var tide = await SteadyAsync();
        var kills = 0;
        for (var began = Stopwatch.StartNew(); began.Elapsed.TotalMinutes < minutes;)
        {
            var (input, undisturbed) = tide.Next();
            var moment = Random.Shared.Next((int)tide.Took.TotalMilliseconds);
            await World.WriteAsync(input);
            await DeployAsync(World.Machine.DockerHost, async program =>
            {
                await Task.Delay(moment, TestContext.Current.CancellationToken);
                if (program.HasEnded)
                    return;
                program.Signal(Signals.Kill);
                kills++;
            });
            await ConvergesAsync(undisturbed, string.Create(CultureInfo.InvariantCulture, $"killed after {moment} ms"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills at random moments of {tide.Took.TotalSeconds:0.0} s, all converged"));
    }

    /// <summary>Changes back and forth until as many versions are kept as ever will be; the last of each kind is what an undisturbed run leaves.</summary>
    private async Task<Tide> SteadyAsync()
    {
        await World.Engine.RemoveAsync();
        var tide = new Tide(World.Good, fixture.Changed);
        for (var run = 0; run < 6; run++)
        {
            await World.WriteAsync(tide.Next().Input);
            var began = Stopwatch.StartNew();
            var (writes, picture) = await UndisturbedAsync(DeployAsync);
            tide.Learn(writes, began.Elapsed, picture);
        }

        return tide;
    }

    private static (int First, int Last) Range(int writes) => Environment.GetEnvironmentVariable("PHASED_ROLLOUT_WRITES")?.Split('-') is [var first, var last]
        ? (int.Parse(first, CultureInfo.InvariantCulture), Math.Min(writes, int.Parse(last, CultureInfo.InvariantCulture)))
        : (1, writes);

    private static IEnumerable<int> Sample(int writes, int count) =>
        EveryCall ? Enumerable.Range(Range(writes).First, Range(writes).Last - Range(writes).First + 1) : Enumerable.Range(1, count).Select(part => part * writes / (count + 1));

    private async Task<(int Writes, string Picture)> UndisturbedAsync(Func<string, Func<RunningProgram, Task>?, Task> run)
    {
        var writes = 0;
        await using var proxy = new EngineProxy(World.Machine.DockerHost, request =>
        {
            if (EngineProxy.IsWrite(request))
                Interlocked.Increment(ref writes);
            return ProxyAct.Pass;
        });
        await run(proxy.DockerHost, null);
        return (writes, await PictureAsync());
    }

    private async Task KilledAsync(int number, int writes, string undisturbed, Func<string, Func<RunningProgram, Task>?, Task> run)
    {
        var count = 0;
        var death = new TaskCompletionSource();
        await using (var proxy = new EngineProxy(World.Machine.DockerHost, request =>
            EngineProxy.IsWrite(request) && Interlocked.Increment(ref count) == number ? ProxyAct.Then(death.SetResult) : ProxyAct.Pass))
        {
            await run(proxy.DockerHost, async program =>
            {
                // A run whose workers went another way may have had fewer writes.
                while (!death.Task.IsCompleted && !program.HasEnded)
                    await Task.WhenAny(death.Task, Task.Delay(20, TestContext.Current.CancellationToken));
                if (!program.HasEnded)
                    program.Signal(Signals.Kill);
            });
        }

        await ConvergesAsync(undisturbed, string.Create(CultureInfo.InvariantCulture, $"killed at write {number} of {writes}"));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"write {number} of {writes}: converged"));
    }

    private async Task ConvergesAsync(string undisturbed, string how)
    {
        (await World.RunAsync(["Deploy", .. Fast])).ShouldEndWith(0);
        (await PictureAsync()).ShouldBe(undisturbed, how);
    }

    /// <summary>From a target that knows nothing of the project.</summary>
    private async Task DeployFromNothingAsync(string dockerHost, Func<RunningProgram, Task>? disturb)
    {
        await World.Engine.RemoveAsync();
        await World.WriteAsync(World.Good);
        await DeployAsync(dockerHost, disturb);
    }

    /// <summary>From version 1, which runs, to version 2.</summary>
    private async Task ChangeAsync(string dockerHost, Func<RunningProgram, Task>? disturb)
    {
        await World.Engine.RemoveAsync();
        await World.WriteAsync(World.Good);
        await DeployAsync(World.Machine.DockerHost, null);
        await World.WriteAsync(fixture.Changed);
        await DeployAsync(dockerHost, disturb);
    }

    private async Task DeployAsync(string dockerHost, Func<RunningProgram, Task>? disturb)
    {
        await using var program = World.Start(null, ["Deploy", "--docker-host", dockerHost, .. Fast]);
        if (disturb is not null)
            await disturb(program);
        var run = await program.EndAsync(TestContext.Current.CancellationToken);
        run.ExitCode.ShouldBeOneOf(disturb is null ? [0] : [0, 137], run.Output);
    }

    /// <summary>All that there is of the project on the engine, without what differs from run to run: ids, times, and the marks of runs.</summary>
    private async Task<string> PictureAsync()
    {
        var client = World.Machine.Client;
        var lines = new List<string>();
        foreach (var container in await client.Containers.ListContainersAsync(new ContainersListParameters { All = true }))
        {
            if (!container.Names.Any(name => name.Contains(World.Project, StringComparison.Ordinal)) && !IsOurs(container.Labels))
                continue;
            var networks = string.Join(',', (container.NetworkSettings?.Networks?.Keys ?? []).Order(StringComparer.Ordinal));
            lines.Add($"container {container.Names[0]} {container.State} on {networks} with {Labels(container.Labels)}");
        }

        lines.AddRange((await client.Networks.ListNetworksAsync(new NetworksListParameters()))
            .Where(network => network.Name.Contains(World.Project, StringComparison.Ordinal) || IsOurs(network.Labels))
            .Select(network => $"network {network.Name} with {Labels(network.Labels)}"));
        lines.AddRange(((await client.Volumes.ListAsync(CancellationToken.None)).Volumes ?? []).Where(volume => IsOurs(volume.Labels)).Select(volume => $"volume {volume.Name}"));
        lines.AddRange((await client.Images.ListImagesAsync(new ImagesListParameters()))
            .Where(image => IsOurs(image.Labels)).SelectMany(image => image.RepoTags ?? []).Where(tag => tag != "<none>:<none>").Select(tag => $"image {tag}"));
        return Marks().Replace(string.Join('\n', Renumbered(lines).Order(StringComparer.Ordinal)), "*");
    }

    // The versions of a project are counted up for ever; what matters is which come after one another.
    private static IEnumerable<string> Renumbered(IReadOnlyList<string> lines)
    {
        var versions = lines.SelectMany(line => KeptVersion().Matches(line)).Select(match => int.Parse(match.Value, CultureInfo.InvariantCulture)).Distinct().Order().ToList();
        return lines.Select(line => KeptVersion().Replace(line, match => string.Create(
            CultureInfo.InvariantCulture, $"version {versions.IndexOf(int.Parse(match.Value, CultureInfo.InvariantCulture)) + 1}")));
    }

    private bool IsOurs(IDictionary<string, string>? labels) => labels?.Values.Contains(World.Project) == true;

    private static string Labels(IDictionary<string, string>? labels) => string.Join(' ', (labels ?? new Dictionary<string, string>())
        .Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));

    // Run ids, the marks made of them, times, and the ids of images and of containers that were there before.
    [GeneratedRegex(@"\b20\d{6}T\d{6}Z-[0-9a-f]{8}\b|(?<=previous-)[0-9a-f]{8}\b|\b20\d\d-\d\d-\d\dT[\d:.]+Z?|(?<=sha256:|kept-from=)[0-9a-f]{64}\b")]
    private static partial Regex Marks();

    // In the names of kept containers, their labels, those of what replaced them, and the tags of their images.
    [GeneratedRegex(@"(?<=\.kept-|kept-version=|rollout\.change=|phased-rollout-kept/[\w./-]+:)[0-9]+\b")]
    private static partial Regex KeptVersion();

    /// <summary>The two versions between which changes go back and forth, and what undisturbed ones leave.</summary>
    private sealed class Tide(params PhasedRollout.Demo.DemoInput[] inputs)
    {
        private readonly string[] pictures = ["", ""];
        private int turn = 1;

        public int Writes { get; private set; }

        public TimeSpan Took { get; private set; }

        public (PhasedRollout.Demo.DemoInput Input, string Undisturbed) Next() => (inputs[turn = 1 - turn], pictures[turn]);

        public void Learn(int writes, TimeSpan took, string picture) => (Writes, Took, pictures[turn]) = (writes, took, picture);
    }

    /// <summary>Three services, or the ten.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "kill")
    {
        internal PhasedRollout.Demo.DemoInput Changed { get; private set; } = null!;

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
            }
        }
    }
}
