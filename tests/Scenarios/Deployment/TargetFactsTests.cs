using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>What Preflight reads of a real engine.</summary>
[Collection(Sequence)]
[Trait("Category", "Scenario")]
public sealed class TargetFactsTests : EngineScenario
{
    [Fact]
    public async Task A_file_of_a_volume_is_read_through_a_container_and_without_one()
    {
        Repository = await new MemoryRepository().WithServiceAsync("web", "echo 15 > /data/PG_VERSION; sleep 1000");
        var volume = $"{Project}_data";
        var rollout = Stacks.Rollout(Project, [Quick(Stacks.Build("web", "web")) with { Mounts = [new MountDefinition("volume", "data", "/data", false)] }]) with
        {
            Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", volume, External: false, null, Stacks.Nowhere) },
        };
        await DeployAsync(rollout);
        await UntilAsync(async () => await Engine.ReadVolumeFileAsync(volume, "PG_VERSION", Stop) == "15\n");
        (await Engine.ReadVolumeFileAsync(volume, "no-such-file", Stop)).ShouldBeNull();
        (await Engine.ReadVolumeFileAsync($"{Project}_none", "PG_VERSION", Stop)).ShouldBeNull();

        foreach (var container in await AllContainersAsync())
            await Engine.RemoveContainerAsync(container.Id, volumes: false, Stop);

        (await Engine.DescribeAsync(Stop)).IsLocal.ShouldBeTrue();
        (await Engine.ReadVolumeFileAsync(volume, "PG_VERSION", Stop)).ShouldBe("15\n");
    }

    [Fact]
    public async Task Networks_show_their_addresses_and_the_host_its_routes()
    {
        var bridge = (await Engine.ListNetworksAsync(Stop)).Single(network => network.Name == "bridge");
        bridge.Subnets.ShouldNotBeEmpty();
        (await Engine.DescribeAsync(Stop)).Routes.ShouldContain(bridge.Subnets[0]);
    }

    private static async Task UntilAsync(Func<Task<bool>> holds)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await holds())
            await Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token);
    }
}
