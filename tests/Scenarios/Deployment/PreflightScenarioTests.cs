using System.Net;
using System.Net.Sockets;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

[Trait("Category", "Scenario")]
public sealed class PreflightScenarioTests : EngineScenario
{
    [Fact]
    public async Task Preflight_needs_no_more_than_looking_and_names_who_holds_a_port()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var taken = ((IPEndPoint)listener.LocalEndpoint).Port;
        var holder = Stacks.Rollout(Project, [Quick(Stacks.Build("web", "web")) with { Ports = [new PortMapping(80, FreePort())] }]);
        (await DeployAsync(holder)).Failure.ShouldBeNull(Log.ToString());
        var held = holder.Services[0].Ports[0].HostPort!.Value;

        var rollout = Stacks.Rollout(Project + "-other",
            [Stacks.Image("a", "127.0.0.1:1/nowhere:1") with { Ports = [new PortMapping(80, taken), new PortMapping(81, held)] }]);
        rollout = rollout with
        {
            Networks = new Dictionary<string, NetworkDefinition> { ["default"] = new("default", Project + "-missing", External: true, null, Stacks.Nowhere) },
        };
        using var looking = DockerEngine.Connect(null, EngineAccess.ReadOnly);
        var findings = await new Preflight(looking, new NoProbe(), Log).CheckAsync(rollout, Stacks.Phases(rollout), new PreflightSettings(), Stop);

        findings.Select(finding => finding.Failure).ShouldBe(
            [FailureClass.NetworkMissing, FailureClass.PortConflict, FailureClass.PortConflict, FailureClass.ImageUnavailable], string.Join('\n', findings));
        findings.ShouldAllBe(finding => finding.Blocks);
        findings[1].Message.ShouldContain(FormattableString.Invariant($"(process {Environment.ProcessId}), listening on 127.0.0.1:{taken}"));
        findings[2].Message.ShouldContain($"container '{Project}-web-1' of service 'web' in project '{Project}'");

        await Should.ThrowAsync<InvalidOperationException>(() => looking.RemoveContainerAsync("anything", volumes: false, Stop));
        await Should.ThrowAsync<InvalidOperationException>(() => looking.CreateVolumeAsync(
            new VolumeSpec("anything", null, new Dictionary<string, string>(), new Dictionary<string, string>()), Stop));
        (await new Preflight(looking, new NoProbe(), Log).CheckAsync(holder, Stacks.Phases(holder, Repository), new PreflightSettings(), Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_engine_that_is_not_there_is_a_finding_that_says_where_it_was_sought()
    {
        using var nowhere = DockerEngine.Connect("unix:///nowhere/docker.sock", EngineAccess.ReadOnly);
        var rollout = Stacks.Rollout(Project, [Stacks.Image("a")]);
        var finding = (await new Preflight(nowhere, new NoProbe(), Log).CheckAsync(rollout, Stacks.Phases(rollout), new PreflightSettings(), Stop)).ShouldHaveSingleItem();

        finding.Failure.ShouldBe(FailureClass.EngineUnreachable);
        finding.Message.ShouldContain("unix:///nowhere/docker.sock (from --docker-host)");
    }

    [Fact]
    public async Task The_engine_says_what_it_is()
    {
        var description = await Engine.DescribeAsync(Stop);
        description.ApiVersion.ShouldBeGreaterThanOrEqualTo(new Version(1, 41));
        description.IsLocal.ShouldBeTrue();
        (await Engine.FreeDiskAsync(Stop)).ShouldNotBeNull().ShouldBeGreaterThan(0);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class NoProbe : IRequirementProbe
    {
        public Task<RequirementAnswer> ProbeAsync(Requirement requirement, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
