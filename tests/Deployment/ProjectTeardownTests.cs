using PhasedRollout.Deployment;

namespace PhasedRollout.Tests.Deployment;

/// <summary>What a teardown leaves, and says of it.</summary>
public class ProjectTeardownTests
{
    private readonly MemoryTarget target = new MemoryTarget()
        .WithNetwork(new DeployedNetwork("shop-net", "shop_default", "bridge", "local", false, Ours))
        .WithContainer(new DeployedContainer { Id = "1", Name = "shop-web-1", State = "running", Labels = Ours });

    private static readonly Dictionary<string, string> Ours = new()
    {
        [RolloutLabels.Project] = "shop",
        ["com.docker.compose.project"] = "shop",
        [RolloutLabels.Service] = "web",
    };

    private readonly RecordingLog log = new();

    [Fact]
    public async Task What_the_engine_refuses_to_remove_fails_it_after_everything_else_is_removed()
    {
        target.Refuses = write => write.StartsWith("remove network", StringComparison.Ordinal);

        (await Should.ThrowAsync<TargetRefusedException>(TeardownAsync)).Error.ShouldBe("the test refuses it");
        target.Containers.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_somebody_else_holds_is_left_and_fails_nothing()
    {
        target.Refuses = write => write.StartsWith("remove network", StringComparison.Ordinal)
            ? throw new TargetRefusedException(write, "error while removing network: network shop_default id 1 has active endpoints")
            : false;

        await TeardownAsync();
        log.Lines.ShouldContain(line => line.Contains("left, error while removing network", StringComparison.Ordinal));
    }

    private Task TeardownAsync() => new PhasedDeployment(
        target, new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), TimeProvider.System, log)
        .TeardownAsync("shop", volumes: false, TestContext.Current.CancellationToken);
}
