using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>A stack unlike the seed's, with the real gate: a volume, a one-shot job between two services, one without any check, one with a range of ports.</summary>
[Collection(EngineScenario.Sequence)]
[Trait("Category", "Scenario")]
public sealed class StatefulStackTests : EngineScenario
{
    private static readonly Healthcheck Ready = new(["CMD-SHELL", "test -e /data/migrated"], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 60, null, false);

    [Fact]
    public async Task Volumes_jobs_and_dependencies_go_out_in_order_stay_untouched_and_come_back()
    {
        var good = Stack("sleep 1000");

        var first = await GatedAsync(good);

        first.Failure.ShouldBeNull(Log.ToString());
        Health(first, "db").State.ShouldBe(ServiceState.Healthy);
        Health(first, "migrate").Reason.ShouldStartWith("ran to its end with exit code 0");
        Health(first, "app").State.ShouldBe(ServiceState.Healthy);
        Health(first, "worker").State.ShouldBe(ServiceState.RunningUnverified);
        var before = await IdsAsync();

        (await GatedAsync(good)).Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
        (await IdsAsync()).ShouldBe(before);

        var broken = await GatedAsync(Stack("exit 3"));

        broken.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        broken.Failure.ShouldBeOfType<GateFailed>();
        (await IdsAsync()).ShouldBe(before);
        (await ContainersAsync()).Where(container => container.Service != "migrate").ShouldAllBe(container => container.State == "running");
    }

    private Rollout Stack(string app) => Stacks.Rollout(Project,
    [
        Service("db", "touch /data/started; sleep 1000", null) with { Healthcheck = Ready with { Test = ["CMD-SHELL", "test -e /data/started"] } },
        Service("migrate", "touch /data/migrated", new ServiceDependency("db", DependencyCondition.Healthy)) with { Restart = "no" },
        Service("app", app, new ServiceDependency("migrate", DependencyCondition.CompletedSuccessfully)) with
        {
            Healthcheck = Ready,
            Ports = [new PortMapping(80, 42000) { HostPortEnd = 42900 }],
        },
        Service("worker", "sleep 1000", null) with { Mounts = [] },
    ]) with
    {
        Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", $"{Project}_data", External: false, Driver: null, Stacks.Nowhere) },
    };

    private static Service Service(string name, string script, ServiceDependency? dependency) => Quick(Stacks.Build(name, "web")) with
    {
        Command = ["/bin/sh", "-c", script],
        Mounts = [new MountDefinition("volume", "data", "/data", ReadOnly: false)],
        DependsOn = dependency is null ? [] : [dependency],
        Restart = "unless-stopped",
    };

    private static ServiceHealth Health(PhaseOutcome outcome, string service) =>
        outcome.Services.Single(candidate => candidate.Service == service).Health.ShouldNotBeNull();

    private async Task<IReadOnlyList<string>> IdsAsync() => [.. (await ContainersAsync()).Select(container => $"{container.Name} {container.Id}")];
}
