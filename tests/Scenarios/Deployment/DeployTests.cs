using PhasedRollout.Deployment;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

[Trait("Category", "Scenario")]
public sealed class DeployTests : EngineScenario
{
    [Fact]
    public async Task A_first_deployment_builds_and_starts_and_a_second_one_touches_nothing()
    {
        var rollout = Stacks.Rollout(Project, [Quick(Stacks.Build("web", "web"))]);

        var first = await DeployAsync(rollout);
        first.Failure.ShouldBeNull(Log.ToString());
        first.Result.ShouldBe(PhaseResult.Succeeded);
        first.Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.Created);
        var before = (await ContainersAsync()).ShouldHaveSingleItem();
        before.State.ShouldBe("running");
        before.Name.ShouldBe($"{Project}-web-1");

        var second = await DeployAsync(rollout);
        second.Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
        (await ContainersAsync()).ShouldHaveSingleItem().Id.ShouldBe(before.Id);
        Repository.ArchivesOpened.ShouldBe(1);
    }
}
