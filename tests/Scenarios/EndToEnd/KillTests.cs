using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Docker.DotNet.Models;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>kill -9 when the engine has begun to answer the n-th write of a run, then a plain second run: it ends where an undisturbed one ends.</summary>
/// <remarks><c>PHASED_ROLLOUT_EVERY_CALL=1</c> tries every write instead of a few, <c>PHASED_ROLLOUT_TEN=1</c> with the ten services, and
/// the explicit test kills at random moments for 5 minutes, or <c>PHASED_ROLLOUT_RANDOM_MINUTES</c>.</remarks>
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
    public async Task A_run_that_was_killed_at_random_moments_is_finished_by_the_next_run()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable("PHASED_ROLLOUT_RANDOM_MINUTES") ?? "5", CultureInfo.InvariantCulture);
        var began = Stopwatch.StartNew();
        var (_, undisturbed) = await UndisturbedAsync(ChangeAsync);
        var patience = (int)Math.Clamp(began.Elapsed.TotalMilliseconds, 3000, 60_000);
        var kills = 0;
        for (; began.Elapsed.TotalMinutes < minutes; kills++)
        {
            var moment = Random.Shared.Next(patience);
            await ChangeAsync(World.Machine.DockerHost, async program =>
            {
                await Task.Delay(moment, TestContext.Current.CancellationToken);
                if (!program.HasEnded)
                    program.Signal(Signals.Kill);
            });
            await ConvergesAsync(undisturbed, string.Create(CultureInfo.InvariantCulture, $"killed after {moment} ms"));
        }

        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kills} kills at random moments, all converged"));
    }

    private static IEnumerable<int> Sample(int writes, int count) =>
        EveryCall ? Enumerable.Range(1, writes) : Enumerable.Range(1, count).Select(part => part * writes / (count + 1));

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
        return Marks().Replace(string.Join('\n', lines.Order(StringComparer.Ordinal)), "*");
    }

    private bool IsOurs(IDictionary<string, string>? labels) => labels?.Values.Contains(World.Project) == true;

    private static string Labels(IDictionary<string, string>? labels) => string.Join(' ', (labels ?? new Dictionary<string, string>())
        .Select(label => $"{label.Key}={label.Value}").Order(StringComparer.Ordinal));

    // Run ids, the marks made of them, times, and the ids of images and of containers that were there before.
    [GeneratedRegex(@"\b20\d{6}T\d{6}Z-[0-9a-f]{8}\b|(?<=previous-)[0-9a-f]{8}\b|\b20\d\d-\d\d-\d\dT[\d:.]+Z?|(?<=sha256:|kept-from=)[0-9a-f]{64}\b")]
    private static partial Regex Marks();

    /// <summary>Three services, or the ten.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "kill")
    {
        internal PhasedRollout.Demo.DemoInput Changed { get; private set; } = null!;

        protected override async Task SetUpAsync()
        {
            await base.SetUpAsync();
            Changed = PlainStack.Of(World, "2");
            if (Environment.GetEnvironmentVariable("PHASED_ROLLOUT_TEN") != "1")
                return;

            await World.UseSeedAsync(ScenarioCompose.Ten);
            Changed = World.Good.With("restart: unless-stopped", "restart: always");
        }
    }
}
