using System.Formats.Tar;
using Docker.DotNet.Models;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.OtherStacks;

/// <summary>Another stack than the seed's, from its first deployment to its end, with the real program.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class ShopStackTests(ShopStackTests.Fixture fixture) : IClassFixture<ShopStackTests.Fixture>
{
    private static readonly string[] Fast = ["--min-healthy-time", "0s"];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    private KilledRuns Runs => new(World, ["Deploy", .. Fast]);

    [Fact]
    public async Task A_shop_is_deployed_left_alone_broken_changed_rolled_back_and_taken_down_and_its_data_outlives_all_of_it()
    {
        await World.Engine.RemoveAsync();
        (await DeployAsync(World.Good)).ShouldEndWith(0);
        var report = await World.ReadReportAsync();
        report.Services("state").ShouldBe(new Dictionary<string, string?>
        {
            ["db"] = "healthy",
            ["migrate"] = "healthy",
            ["worker"] = "running-unverified",
            ["web"] = "healthy",
        }, ignoreOrder: true);
        var first = await IdsAsync();
        first.Keys.ShouldBe(["db", "migrate", "web", "worker"], ignoreOrder: true);
        var born = await ReadAsync("born");
        (await ReadAsync("migrations")).ShouldBe("1\n");

        (await DeployAsync(World.Good)).ShouldEndWith(0);
        (await IdsAsync()).ShouldBe(first, ignoreOrder: true);
        (await ReadAsync("migrations")).ShouldBe("1\n", "a job that is as asked does not run again");
        (await World.ReadReportAsync()).Phases("outcome").ShouldAllBe(outcome => outcome == "unchanged");

        var broken = ShopStack.Of(World, "2");
        await ShouldGoBackAsync(broken.With("\"true\"", "\"false\""), "web", first: 2);
        await ShouldGoBackAsync(broken.With("echo $$VERSION >> /data/migrations", "exit 3"), "migrate", first: 1);
        (await ReadAsync("born")).ShouldBe(born);

        (await DeployAsync(broken)).ShouldEndWith(0);
        (await VersionsAsync()).ShouldAllBe(version => version.Value == "2");
        (await World.RunAsync(["Rollback", .. Fast])).ShouldEndWith(0);
        (await VersionsAsync()).ShouldBe(new Dictionary<string, string> { ["db"] = "2", ["migrate"] = "2", ["web"] = "1", ["worker"] = "1" }, ignoreOrder: true);
        (await ReadAsync("born")).ShouldBe(born);

        (await World.RunAsync("Teardown")).ShouldEndWith(0).ShouldSay($"volume {World.Project}_data stays");
        (await ProjectPicture.TakeAsync(World.Machine.Client, World.Project)).ShouldBe($"volume {World.Project}_data");
        (await DeployAsync(World.Good)).ShouldEndWith(0);
        (await ReadAsync("born")).ShouldBe(born);
        (await World.RunAsync("Teardown", "--volumes")).ShouldEndWith(0);
        (await ProjectPicture.TakeAsync(World.Machine.Client, World.Project)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_change_of_a_shop_that_was_killed_is_finished_by_the_next_run()
    {
        await PrepareAsync();
        var undisturbed = await Runs.UndisturbedAsync();
        foreach (var number in KilledRuns.Sample(undisturbed.Writes, 1))
        {
            await PrepareAsync();
            await Runs.KillAtAsync(number, undisturbed);
        }

        (await VersionsAsync()).ShouldAllBe(version => version.Value == "2");
    }

    [Fact(Explicit = true)]
    public async Task Changes_of_a_shop_that_were_killed_at_every_write_are_finished_by_the_next_run()
    {
        var tide = await Tide.BeginAsync(World, World.Good, ShopStack.Of(World, "2"), Runs);
        var undisturbed = await tide.TurnAsync();
        var born = await ReadAsync("born");
        var (first, last) = KilledRuns.Range(undisturbed.Writes);
        for (var number = first; number <= last; number++)
        {
            await Runs.KillAtAsync(number, undisturbed);
            (await ReadAsync("born")).ShouldBe(born);
            undisturbed = await tide.TurnAsync();
        }
    }

    private async Task PrepareAsync()
    {
        await World.Engine.RemoveAsync();
        (await DeployAsync(World.Good)).ShouldEndWith(0);
        await World.WriteAsync(ShopStack.Of(World, "2"));
    }

    private async Task<ProgramRun> DeployAsync(DemoInput input)
    {
        await World.WriteAsync(input);
        return await World.RunAsync(["Deploy", .. Fast]);
    }

    /// <summary>Deploys a version that breaks in a phase: the cause is named, and what ran before it in that phase runs again. What earlier phases
    /// changed stays; so the good version is deployed again.</summary>
    private async Task ShouldGoBackAsync(DemoInput broken, string cause, int first)
    {
        (await DeployAsync(World.Good)).ShouldEndWith(0);
        var before = await IdsAsync();
        var run = (await DeployAsync(broken)).ShouldEndWith(1);
        var report = await World.ReadReportAsync();
        report.Diagnoses[0].Service.ShouldBe(cause, run.Output);
        report.Phases("outcome")[first - 1].ShouldBe("rolled-back", run.Output);
        string[] back = first == 1 ? ["db", "migrate", "web", "worker"] : ["web", "worker"];
        var after = await IdsAsync();
        foreach (var service in back)
            after[service].ShouldBe(before[service], $"{service} after {cause} broke\n{run.Output}");
    }

    private async Task<IReadOnlyList<ContainerInspectResponse>> ContainersAsync()
    {
        List<ContainerInspectResponse> found = [];
        foreach (var container in await World.Machine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, Stop))
            if (container.Labels?.TryGetValue("com.docker.compose.project", out var project) == true && project == World.Project)
                found.Add(await World.Machine.Client.Containers.InspectContainerAsync(container.ID, Stop));
        return found;
    }

    private async Task<Dictionary<string, string>> IdsAsync() =>
        (await ContainersAsync()).ToDictionary(container => container.Config!.Labels!["com.docker.compose.service"], container => container.ID);

    private async Task<Dictionary<string, string>> VersionsAsync() => (await ContainersAsync()).ToDictionary(
        container => container.Config!.Labels!["com.docker.compose.service"],
        container => container.Config!.Env!.Single(variable => variable.StartsWith("VERSION=", StringComparison.Ordinal))["VERSION=".Length..]);

    /// <summary>A file of the volume, as the container that holds it shows it.</summary>
    private async Task<string> ReadAsync(string file)
    {
        var answer = await World.Machine.Client.Containers.GetArchiveFromContainerAsync(
            $"{World.Project}-db-1", new ContainerPathStatParameters { Path = $"/data/{file}" }, false, Stop);
        await using var stream = answer.Stream!;
        await using var tar = new TarReader(stream);
        using var text = new StreamReader((await tar.GetNextEntryAsync(copyData: true, Stop))!.DataStream!);
        return await text.ReadToEndAsync(Stop);
    }

    /// <summary>The shop.</summary>
    public sealed class Fixture(ScenarioMachine machine) : ShopWorld(machine, "shop");
}
