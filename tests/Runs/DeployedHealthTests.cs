using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;

namespace PhasedRollout.Tests.Runs;

public sealed class DeployedHealthTests
{
    private static readonly Rollout ThreePhases = new()
    {
        Project = "shop",
        Source = new ComposeFile(["compose.yml"], new ComposeMapping(new SourceLocation("compose.yml", 1, 1), [])),
        Services = [],
        Phases = [new PhaseDefinition(1, "One", ["a"]), new PhaseDefinition(2, "Two", ["b", "c"]), new PhaseDefinition(3, "Three", ["d"])],
    };

    [Fact]
    public void Phases_that_were_never_reached_are_not_missed() =>
        Expected(("a", ServiceState.Healthy), ("b", ServiceState.NotDeployed), ("c", ServiceState.NotDeployed), ("d", ServiceState.NotDeployed))
            .ShouldBe([("a", ServiceState.Healthy)]);

    [Fact]
    public void A_service_that_is_gone_from_a_deployed_phase_has_failed() =>
        Expected(("a", ServiceState.NotDeployed), ("b", ServiceState.Healthy), ("c", ServiceState.NotDeployed), ("d", ServiceState.NotDeployed))
            .ShouldBe([("a", ServiceState.Failed), ("b", ServiceState.Healthy), ("c", ServiceState.Failed)]);

    [Fact]
    public void Where_nothing_is_deployed_nothing_is_expected() =>
        Expected(("a", ServiceState.NotDeployed), ("b", ServiceState.NotDeployed), ("c", ServiceState.NotDeployed), ("d", ServiceState.NotDeployed))
            .ShouldBeEmpty();

    private static IEnumerable<(string, ServiceState)> Expected(params (string Service, ServiceState State)[] seen) =>
        DeployedHealth.Expected(ThreePhases, [.. seen.Select(service => new ServiceHealth(service.Service, service.State, "seen", []))])
            .Services.Select(service => (service.Service, service.State));
}
