using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>What a real engine keeps of a version, and gives back.</summary>
[Collection(EngineScenario.Sequence)]
[Trait("Category", "Scenario")]
public sealed class RollbackTests : EngineScenario
{
    [Fact]
    public async Task A_version_comes_back_as_it_was_with_its_environment_networks_and_volumes()
    {
        var docker = await Engine.GetClientAsync(Stop);
        var first = Version("first-secret");
        var deployed = await DeployAsync(first);
        deployed.Result.ShouldBe(PhaseResult.Succeeded, $"{deployed.Failure}\n{Log}");
        var before = (await ContainersAsync()).ShouldHaveSingleItem();
        var was = await docker.Containers.InspectContainerAsync(before.Id, Stop);
        (await DeployAsync(Version("second-secret"))).Result.ShouldBe(PhaseResult.Succeeded, Log.ToString());

        var kept = (await AllContainersAsync()).Select(KeptContainer.Read).OfType<KeptContainer>().ShouldHaveSingleItem();
        kept.Container.State.ShouldBe("created");
        kept.Container.Labels.Keys.ShouldNotContain(label => label.StartsWith("com.docker.compose", StringComparison.Ordinal));
        kept.Container.Labels.Values.ShouldNotContain(value => value.Contains("first-secret", StringComparison.Ordinal));
        (await Engine.FindImageAsync(kept.Tag!, Stop))!.Id.ShouldBe(before.ImageId);

        var outcome = (await Deployment(_ => true).RollbackAsync(Version("second-secret"), null, Stop)).ShouldNotBeNull();

        outcome.Failure.ShouldBeNull(Log.ToString());
        outcome.Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.RolledBack);
        var back = (await AllContainersAsync()).ShouldHaveSingleItem();
        (back.Name, back.State, back.ImageId).ShouldBe((before.Name, "running", before.ImageId));
        back.Labels.ShouldBe(before.Labels, ignoreOrder: true);
        var now = await docker.Containers.InspectContainerAsync(back.Id, Stop);
        now.Config!.Env.ShouldBe(was.Config!.Env, ignoreOrder: true);
        now.HostConfig!.RestartPolicy!.Name.ShouldBe(was.HostConfig!.RestartPolicy!.Name);
        now.NetworkSettings!.Networks.Keys.ShouldBe(was.NetworkSettings!.Networks.Keys, ignoreOrder: true);
        now.NetworkSettings!.Networks.Values.ShouldAllBe(network => network.Aliases.Contains("web"));
        now.Mounts.Select(mount => mount.Name).ShouldBe(was.Mounts.Select(mount => mount.Name));
        (await Engine.ListImageReferencesAsync($"phased-rollout-kept/{Project}/", Stop)).ShouldBeEmpty();

        (await Deployment(_ => true).RollbackAsync(first, null, Stop)).ShouldBeNull();
        (await DeployAsync(first)).Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
    }

    [Fact]
    public async Task Teardown_leaves_nothing_of_what_was_kept()
    {
        await DeployAsync(Version("a"));
        await DeployAsync(Version("b"));
        await Deployment(_ => true).TeardownAsync(Project, volumes: true, Stop);

        (await AllContainersAsync()).ShouldBeEmpty();
        (await Engine.ListImageReferencesAsync($"phased-rollout-kept/{Project}/", Stop)).ShouldBeEmpty();
    }

    private Rollout Version(string secret)
    {
        var rollout = Stacks.Rollout(Project, [Quick(Stacks.Build("web", "web")) with
        {
            Environment = new Dictionary<string, string?> { ["PASSWORD"] = secret },
            Networks = [new NetworkAttachment("default", []), new NetworkAttachment("back", ["store"])],
            Mounts = [new MountDefinition("volume", "data", "/data", ReadOnly: false)],
            Restart = "unless-stopped",
        }]);
        return rollout with
        {
            Networks = new Dictionary<string, NetworkDefinition>(rollout.Networks)
            {
                ["back"] = new("back", $"{Project}_back", External: false, Driver: null, Stacks.Nowhere),
            },
            Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", $"{Project}_data", External: false, Driver: null, Stacks.Nowhere) },
        };
    }
}
