using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Checks;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Deployment;

public sealed class LimitCheckTests
{
    private static readonly TargetDescription Target =
        new("unix:///memory", "vps", "28.0", new Version(1, 48), "linux/amd64", true) { Memory = 4L << 30, Processors = 2 };

    [Fact]
    public void More_processors_than_there_are_block_and_more_memory_is_likely_to_end_badly() =>
        LimitCheck.Check(Rollout(Stack.Image("web") with { Cpus = 4, MemoryLimit = 8L << 30 }), Target)
            .Select(finding => (finding.Rule, finding.Failure, finding.Certainty, finding.Suggestion))
            .ShouldBe(
            [
                ("VC704", FailureClass.Unhealthy, Certainty.Certain, "cpus: 2"),
                ("VC704", FailureClass.OutOfMemory, Certainty.Likely, "mem_limit: 2048m"),
            ]);

    [Fact]
    public void Limits_that_fit_and_a_target_that_does_not_say_are_fine()
    {
        LimitCheck.Check(Rollout(Stack.Image("web") with { Cpus = 2, MemoryLimit = 1L << 30 }), Target).ShouldBeEmpty();
        LimitCheck.Check(Rollout(Stack.Image("web") with { Cpus = 64 }), Target with { Processors = null, Memory = null }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(80, true, Certainty.Likely)]
    [InlineData(80, false, null)]
    [InlineData(8080, true, null)]
    [InlineData(40000, false, Certainty.Hint)]
    public void Low_ports_without_root_and_ports_of_outgoing_connections_are_told(int port, bool isRootless, Certainty? certainty)
    {
        var findings = LimitCheck.Check(Rollout(Stack.Image("web") with { Ports = [new PortMapping(80, port)] }), Target with { IsRootless = isRootless });

        findings.Select(finding => (finding.Rule, (Certainty?)finding.Certainty)).ShouldBe(certainty is null ? [] : [("VC304", certainty)]);
    }

    private static Rollout Rollout(Service service) => Stack.Rollout(service);
}
