using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>An engine that is being restarted is waited for before anything is undone.</summary>
public class TargetSnapshotTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeTimeProvider clock = new();
    private readonly MemoryTarget target = new MemoryTarget().WithContainer(new DeployedContainer { Id = "1", Name = "web", State = "running" });

    [Fact]
    public async Task A_target_that_comes_back_is_looked_at()
    {
        target.LooksWithoutAnswer = 3;
        var look = new TargetSnapshot(target).TakeWhenBackAsync("shop", Patience, clock, TestContext.Current.CancellationToken);
        for (var second = 0; second < 3; second++)
            clock.Advance(TimeSpan.FromSeconds(1));

        (await look).Containers.ShouldHaveSingleItem().Name.ShouldBe("web");
    }

    [Fact]
    public async Task A_target_that_stays_away_is_given_up()
    {
        target.LooksWithoutAnswer = int.MaxValue;
        var look = new TargetSnapshot(target).TakeWhenBackAsync("shop", Patience, clock, TestContext.Current.CancellationToken);
        for (var second = 0; second < 31; second++)
            clock.Advance(TimeSpan.FromSeconds(1));

        (await Should.ThrowAsync<WorldRefusedException>(() => look)).Failure.ShouldBe(FailureClass.EngineUnreachable);
    }
}
