using PhasedRollout.Deployment.Locking;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>The lock as a container that is created and never started, on the real engine.</summary>
[Collection(EngineScenario.Sequence)]
[Trait("Category", "Scenario")]
public sealed class LockStoreTests : EngineScenario
{
    private PhasedRollout.Deployment.Docker.DockerEngine Store => Engine;

    [Fact]
    public async Task Of_ten_at_the_same_moment_exactly_one_gets_it_and_nothing_is_left_after_its_release()
    {
        var ids = await Task.WhenAll(Enumerable.Range(0, 10).Select(run => Store.TryCreateAsync(Project, Holder(run), Stop)));

        var winner = ids.Select((id, run) => (id, run)).Single(pair => pair.id is not null);
        var held = (await Store.FindAsync(Project, Stop)).ShouldNotBeNull();
        held.Id.ShouldBe(winner.id);
        held.Holder.ShouldBe(Holder(winner.run));
        held.Silence.ShouldBeInRange(TimeSpan.FromSeconds(-2), TimeSpan.FromMinutes(1));
        var container = (await Engine.ListContainersAsync(Stop)).Single(container => container.Id == held.Id);
        container.State.ShouldBe("created");
        container.Project.ShouldBeNull();
        container.Labels.Keys.ShouldAllBe(label => label.StartsWith("phased-rollout.lock", StringComparison.Ordinal));

        await Store.RemoveAsync(held.Id, Stop);

        (await Store.FindAsync(Project, Stop)).ShouldBeNull();
        (await Store.ExistsAsync(held.Id, Stop)).ShouldBeFalse();
        (await ImagesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_sign_of_life_is_dated_by_the_engines_clock_and_an_old_id_removes_nothing()
    {
        var first = (await Store.TryCreateAsync(Project, Holder(1), Stop)).ShouldNotBeNull();
        await Store.RemoveAsync(first, Stop);
        var second = (await Store.TryCreateAsync(Project, Holder(2), Stop)).ShouldNotBeNull();
        await Store.RemoveAsync(first, Stop);

        (await Store.RenewAsync(first, Stop)).ShouldBeFalse();
        (await Store.RenewAsync(second, Stop)).ShouldBeTrue();
        var held = (await Store.FindAsync(Project, Stop)).ShouldNotBeNull();
        held.Id.ShouldBe(second);
        held.Silence.ShouldBeLessThan(TimeSpan.FromSeconds(30));
        await Store.RemoveAsync(second, Stop);
        (await ImagesAsync()).ShouldBeEmpty();
    }

    private async Task<IEnumerable<string>> ImagesAsync()
    {
        var docker = await Engine.GetClientAsync(Stop);
        return (await docker.Images.ListImagesAsync(new() { All = true }, Stop))
            .Where(image => image.Labels?.TryGetValue("phased-rollout.lock", out var project) == true && project == Project).Select(image => image.ID);
    }

    private LockHolder Holder(int run) => new($"run-{run}-{Project}", "alice", "ci-1", new DeployerProcess("machine", run, "2"));
}
