using Docker.DotNet.Models;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>Another stack than the seed's with the real program. Killed at its writes it is tried by <see cref="KillTests"/>.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class OtherStackTests(OtherStackTests.Fixture fixture) : IClassFixture<OtherStackTests.Fixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task Volumes_jobs_names_profiles_and_networks_go_out_stay_untouched_come_back_and_go_back()
    {
        await DeployAsync("1", 0);
        var first = await PictureAsync();
        first.Select(container => container.Split(' ')[0]).ShouldBe(
            [$"{World.Project}-app-1", $"{World.Project}-migrate-1", $"{World.Project}-the-database", $"{World.Project}-worker-1"]);
        var report = await World.ReadReportAsync();
        report.Phases("outcome").ShouldBe(["succeeded", "succeeded", "succeeded"]);
        (await MigrationsAsync()).ShouldBe(["1"]);

        await DeployAsync("1", 0);
        (await PictureAsync()).ShouldBe(first, "a second deployment touches nothing, also not the job that has ended");

        // Only the last phase changes, and breaks.
        await World.WriteAsync(OtherStack.Of(World, "1", "exit 3"));
        (await World.RunAsync("Deploy")).ShouldEndWith(1);
        (await World.ReadReportAsync()).Phases("outcome").ShouldBe(["unchanged", "unchanged", "rolled-back"]);
        (await PictureAsync()).ShouldBe(first, "what ran before runs on");

        await DeployAsync("2", 0);
        (await MigrationsAsync()).ShouldBe(["1", "2"]);
        (await World.RunAsync(["Deploy", "--compose-profiles", "tools"])).ShouldEndWith(0);
        (await PictureAsync()).ShouldContain(container => container.StartsWith($"{World.Project}-tool-1 ", StringComparison.Ordinal));

        // The phase goes back twice: to before the tool came, and to version 1; then the others do.
        foreach (var phase in (string[])["3", "3", "2", "1"])
            (await World.RunAsync("Rollback", "--phase", phase)).ShouldEndWith(0);
        (await VersionsAsync()).ShouldBe(["app 1", "db 1", "migrate 1", "worker 1"]);
        (await MigrationsAsync()).ShouldBe(["1", "2", "1"], "the volume is never touched");
        await DeployAsync("1", 0);
        (await World.ReadReportAsync()).Phases("outcome").ShouldBe(["unchanged", "unchanged", "unchanged"]);
    }

    private async Task DeployAsync(string version, int exitCode)
    {
        await World.WriteAsync(OtherStack.Of(World, version));
        (await World.RunAsync("Deploy")).ShouldEndWith(exitCode);
    }

    private async Task<IReadOnlyList<string>> PictureAsync() =>
    [
        .. (await ListAsync()).Where(container => !container.Names[0].Contains(".kept-", StringComparison.Ordinal))
            .Select(container => $"{container.Names[0].TrimStart('/')} {container.ID} {container.State}").Order(StringComparer.Ordinal),
    ];

    private async Task<IReadOnlyList<string>> VersionsAsync()
    {
        var versions = new List<string>();
        foreach (var container in (await ListAsync()).Where(container => container.Labels!.ContainsKey("com.docker.compose.service")))
        {
            var details = await World.Machine.Client.Containers.InspectContainerAsync(container.ID, Stop);
            versions.Add($"{container.Labels!["com.docker.compose.service"]} {details.Config!.Env!.Single(variable => variable.StartsWith("VERSION=", StringComparison.Ordinal))["VERSION=".Length..]}");
        }

        return [.. versions.Order(StringComparer.Ordinal)];
    }

    private async Task<IEnumerable<ContainerListResponse>> ListAsync() =>
        (await World.Machine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, Stop))
            .Where(container => container.Labels!.TryGetValue("phased-rollout.project", out var project) && project == World.Project);

    private async Task<string[]> MigrationsAsync()
    {
        var volume = await World.Machine.Client.Volumes.InspectAsync($"{World.Project}_data", Stop);
        return await File.ReadAllLinesAsync(Path.Combine(volume.Mountpoint, "migrated"), Stop);
    }

    /// <summary>The other stack.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "other")
    {
        protected override Task SetUpAsync() => OtherStack.PrepareAsync(World);

        protected override async Task TearDownAsync()
        {
            await World.Engine.RemoveAsync();
            await World.Machine.Client.Volumes.RemoveAsync($"{World.Project}_data", force: true, CancellationToken.None);
        }
    }
}
