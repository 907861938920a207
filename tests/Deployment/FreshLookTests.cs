using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>A phase starts only when the ones before are healthy; what this run saw healthy a moment ago, and changed nothing since, is not asked again.</summary>
public class FreshLookTests
{
    private readonly MemoryTarget target = new MemoryTarget().WithImage("acme/web:1", "sha256:one").WithNetwork("shop_default");
    private readonly FakeTimeProvider clock = new();
    private readonly RecordingLog log = new();
    private readonly List<string> asked = [];
    private readonly HashSet<string> ailing = [];

    [Fact]
    public async Task Phases_that_were_found_unchanged_a_moment_ago_are_not_asked_again()
    {
        await RunAsync(["a", "a", "a"]);
        asked.Clear();
        await RunAsync(["a", "a", "a"]);

        asked.ShouldBe(["web1", "web2", "web3"]);
    }

    [Fact]
    public async Task A_phase_that_was_seen_healthy_longer_ago_is_asked_again()
    {
        await RunAsync(["a", "a", "a"]);
        asked.Clear();
        await RunAsync(["a", "a", "a"], before: phase =>
        {
            if (phase == 3)
                clock.Advance(TimeSpan.FromSeconds(1));
        });

        asked.ShouldBe(["web1", "web2", "web1", "web2", "web3"]);
    }

    [Fact]
    public async Task After_a_phase_that_changed_something_all_before_the_next_are_asked_again()
    {
        await RunAsync(["a", "a", "a"]);
        asked.Clear();
        await RunAsync(["a", "b", "a"]);

        asked.ShouldBe(["web1", "web2", "web1", "web2", "web3"]);
    }

    [Fact]
    public async Task A_change_that_breaks_an_earlier_phase_keeps_the_next_from_starting()
    {
        await RunAsync(["a", "a", "a"]);
        var outcomes = await RunAsync(["a", "b", "b"], before: phase =>
        {
            if (phase == 3)
                ailing.Add("web1");
        });

        outcomes[1].Result.ShouldBe(PhaseResult.Succeeded, log.ToString());
        outcomes[2].Failure.ShouldBeOfType<EarlierPhaseUnhealthy>().EarlierPhase.ShouldBe(1);
    }

    [Fact]
    public async Task Another_run_knows_of_no_look()
    {
        await RunAsync(["a", "a"]);
        ailing.Add("web1");

        (await Deployment("run-9").DeployAsync(Stack(["a", "a"]), Stacks.Phases(Stack(["a", "a"])), 2, TestContext.Current.CancellationToken))
            .Failure.ShouldBeOfType<EarlierPhaseUnhealthy>().EarlierPhase.ShouldBe(1);
    }

    [Fact]
    public async Task A_container_that_vanishes_between_the_plan_and_the_gate_of_an_unchanged_phase_fails_it()
    {
        await RunAsync(["a"]);
        var gate = new FakeGate(service => service.Service.Name != "web1" || target.Containers.Any(container => container.Id == service.ContainerId));
        var deployment = new PhasedDeployment(
            target, new MemoryRepository(), new VanishingGate(gate, () => target.Forget("shop-web1-1")), new FakeEvidence(), Stacks.Settings("run-8"), clock, log);

        (await deployment.DeployAsync(Stack(["a"]), Stacks.Phases(Stack(["a"])), 1, TestContext.Current.CancellationToken))
            .Failure.ShouldBeOfType<GateFailed>();
    }

    private async Task<IReadOnlyList<PhaseOutcome>> RunAsync(string[] users, Action<int>? before = null)
    {
        var rollout = Stack(users);
        var deployment = Deployment("run-1");
        var outcomes = new List<PhaseOutcome>();
        for (var phase = 1; phase <= users.Length; phase++)
        {
            before?.Invoke(phase);
            outcomes.Add(await deployment.DeployAsync(rollout, Stacks.Phases(rollout), phase, TestContext.Current.CancellationToken));
        }

        return outcomes;
    }

    private PhasedDeployment Deployment(string run) => new(
        target, new MemoryRepository(), new FakeGate(Passes), new FakeEvidence(), Stacks.Settings(run), clock, log);

    private bool Passes(GatedService service)
    {
        asked.Add(service.Service.Name);
        return !ailing.Contains(service.Service.Name);
    }

    private static Rollout Stack(string[] users) => Stacks.Rollout("shop",
        [.. users.Select((user, index) => (Service[])[Stacks.Image(FormattableString.Invariant($"web{index + 1}")) with
        {
            User = user, Restart = "always", Ports = [new PortMapping(80, 8000 + index)],
        }])]);

    private sealed class VanishingGate(IPhaseGate inner, Action vanish) : IPhaseGate
    {
        public Task<GateVerdict> HoldAsync(IReadOnlyList<GatedService> services, GateSettings settings, CancellationToken cancellationToken)
        {
            vanish();
            return inner.HoldAsync(services, settings, cancellationToken);
        }
    }
}
