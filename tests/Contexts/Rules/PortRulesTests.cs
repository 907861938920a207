using System.Globalization;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.Rules;

public sealed class PortRulesTests
{
    [Theory]
    [InlineData("8000:8000", "8000:8001")]
    [InlineData("0.0.0.0:8000:80", "127.0.0.1:8000:80")]
    [InlineData("8000:80", "127.0.0.1:8000:80")]
    [InlineData("8000:80", "[::1]:8000:80")]
    [InlineData("[::]:8000:80", "[::1]:8000:80")]
    [InlineData("127.0.0.1:8000:80", "127.0.0.1:8000:80")]
    [InlineData("8000:80/udp", "8000:81/udp")]
    public void The_same_port_twice_blocks(string one, string other)
    {
        var finding = new PortRules().Check(Stack.Rollout(Publishing("a", one, 20), Publishing("b", other, 30))).ShouldHaveSingleItem();

        (finding.Rule, finding.Failure, finding.Blocks).ShouldBe(("VC302", FailureClass.PortConflict, true));
        (finding.Service, finding.Where, finding.File, finding.Line).ShouldBe(("b", "services/b/ports", Stack.File, 30));
        finding.Message.ShouldContain("'a'");
        finding.Message.ShouldContain("phases/compose.yml:20");
        finding.Evidence.Count.ShouldBe(2);
        finding.Suggestion.ShouldStartWith("another host port, such as \"8001:");
    }

    [Theory]
    [InlineData("8000:8000", "8001:8000")]
    [InlineData("8000:80/udp", "8000:80")]
    [InlineData("127.0.0.1:8000:80", "127.0.0.2:8000:80")]
    [InlineData("127.0.0.1:8000:80", "[::]:8000:80")]
    [InlineData("0.0.0.0:8000:80", "[::]:8000:80")]
    public void Different_ports_protocols_or_addresses_do_not(string one, string other) =>
        new PortRules().Check(Stack.Rollout(Publishing("a", one, 20), Publishing("b", other, 30))).ShouldBeEmpty();

    [Fact]
    public void A_port_that_the_engine_chooses_or_does_not_publish_is_free()
    {
        var host = Publishing("b", "8000:80", 30) with { NetworkMode = "host" };
        var random = Stack.Image("c") with { Ports = [new PortMapping(80, null), new PortMapping(80, null)] };

        new PortRules().Check(Stack.Rollout(Publishing("a", "8000:80", 20), host, random)).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_mapping_twice_in_one_service_is_one_mapping_but_two_container_ports_clash()
    {
        var service = Publishing("a", "8000:80", 20);
        new PortRules().Check(Stack.Rollout(service with { Ports = [service.Ports[0], service.Ports[0] with { Location = Stack.Line(21) }] })).ShouldBeEmpty();
        new PortRules().Check(Stack.Rollout(service with { Ports = [service.Ports[0], new PortMapping(81, 8000)] }))
            .ShouldHaveSingleItem().Message.ShouldContain("another port of this service");
    }

    private static Service Publishing(string name, string port, int line)
    {
        var protocol = port.EndsWith("/udp", StringComparison.Ordinal) ? "udp" : "tcp";
        var parts = port.Split('/')[0];
        var container = parts[(parts.LastIndexOf(':') + 1)..];
        var rest = parts[..^(container.Length + 1)];
        var host = rest[(rest.LastIndexOf(':') + 1)..];
        var address = rest.Length > host.Length ? rest[..^(host.Length + 1)] : null;
        return Stack.Image(name) with
        {
            Ports = [new PortMapping(int.Parse(container, CultureInfo.InvariantCulture), int.Parse(host, CultureInfo.InvariantCulture), address, protocol) { Location = Stack.Line(line) }],
        };
    }
}
