using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>What stands around an operation that an engine refused, and around a service that waited in vain.</summary>
public class RefusalEvidenceTests
{
    private static readonly Service Web = Stacks.Image("web") with { Ports = [new PortMapping(8000, 8001), new PortMapping(9000, 9001)] };

    private readonly MemoryTarget target = new();

    [Theory]
    [InlineData("Bind for 0.0.0.0:8001 failed: port is already allocated")]
    [InlineData("listen tcp4 0.0.0.0:8001: bind: address already in use")]
    public async Task A_port_that_is_taken_is_told_with_the_container_that_has_it(string error)
    {
        target.WithContainer(new DeployedContainer
        {
            Id = "1",
            Name = "old-web-1",
            State = "running",
            Labels = new Dictionary<string, string> { ["com.docker.compose.project"] = "old" },
            Ports = [new PublishedPort("0.0.0.0", 8001, "tcp")],
        });

        (await CollectAsync(error)).ShouldBe(["host port 8001/tcp is held by container old-web-1 (project old)"]);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_told_with_the_process_that_has_it()
    {
        target.WithListener(9001, new PortHolder("0.0.0.0:9001", 4711, "nginx"));

        (await CollectAsync("failed to bind host port for 0.0.0.0:9001")).ShouldBe(["host port 9001/tcp is held by nginx (process 4711)"]);
    }

    [Fact]
    public async Task A_network_that_is_missing_is_told_with_those_that_are_there()
    {
        target.WithNetwork("proxy").WithNetwork("bridge");

        (await CollectAsync("network dokploy-network not found")).ShouldBe(["the engine has these networks: bridge, proxy"]);
    }

    [Fact]
    public async Task A_full_disk_is_told_with_what_is_free()
    {
        target.FreeDisk = 5L << 20;

        (await CollectAsync("write /var/lib/docker/x: no space left on device")).ShouldBe(["free where the engine keeps its images: 5 MiB"]);
    }

    [Fact]
    public async Task An_engine_that_does_not_answer_any_more_is_a_piece_that_cannot_be_had()
    {
        target.LooksWithoutAnswer = 1;

        (await CollectAsync("port is already allocated")).ShouldBe(["not seen: what stands around it (no engine answers)"]);
    }

    [Fact]
    public async Task What_needs_no_look_asks_for_none() => (await CollectAsync("exec: \"gunicorn\": executable file not found in $PATH")).ShouldBeEmpty();

    [Fact]
    public async Task A_service_that_waited_in_vain_is_a_consequence_of_what_it_waited_for()
    {
        var rollout = Stacks.Rollout("shop",
            [Stacks.Image("db"), Stacks.Image("web") with { DependsOn = [new ServiceDependency("db", DependencyCondition.Healthy)] }]);
        var evidence = new FakeEvidence();

        var outcome = await new PhasedDeployment(
            target.WithImage("acme/web:1"), new MemoryRepository(), new FakeGate(_ => true), evidence, Stacks.Settings(), TimeProvider.System, new RecordingLog())
            .DeployAsync(rollout, Stacks.Phases(rollout), 1, TestContext.Current.CancellationToken);

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        var failure = outcome.Failure.ShouldBeOfType<GateFailed>();
        failure.Verdict.Services.Select(health => (health.Service, health.State)).ShouldBe([("db", ServiceState.Failed), ("web", ServiceState.Unknown)]);
        // What it waited for is looked at before it is undone.
        evidence.Asked.ShouldHaveSingleItem().ShouldContain("shop-db-1");
        var diagnosis = Diagnostician.FromPhase(outcome, rollout.Services).ShouldHaveSingleItem();
        diagnosis.Service.ShouldBe("db");
        diagnosis.Cause.ShouldContain("it has no health check, so it can never become healthy");
    }

    private Task<IReadOnlyList<string>> CollectAsync(string error) => RefusalEvidence.CollectAsync(target, Web, error, TestContext.Current.CancellationToken);
}
