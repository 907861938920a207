using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Checks;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

public sealed class SubnetCheckTests
{
    private readonly MemoryTarget target = new();

    [Theory]
    [InlineData("10.1.2.0/24", "10.1.2.0/24", true)]
    [InlineData("10.1.0.0/16", "10.1.2.0/24", true)]
    [InlineData("10.1.2.0/24", "10.1.3.0/24", false)]
    [InlineData("10.1.2.7/24", "10.1.2.128/25", true)]
    [InlineData("0.0.0.0/0", "192.168.0.0/16", true)]
    public void Ranges_overlap_when_they_have_an_address_in_common(string one, string other, bool overlap)
    {
        AddressRange.Parse(one)!.Value.Overlaps(AddressRange.Parse(other)!.Value).ShouldBe(overlap);
        AddressRange.Parse(other)!.Value.Overlaps(AddressRange.Parse(one)!.Value).ShouldBe(overlap);
    }

    [Theory]
    [InlineData("fd00::/64")]
    [InlineData("10.1.2.0")]
    [InlineData("10.1.2.0/33")]
    [InlineData("${SUBNET}")]
    [InlineData(null)]
    public void What_is_no_range_of_IPv4_is_none(string? text) => AddressRange.Parse(text).ShouldBeNull();

    [Fact]
    public void A_route_is_read_as_Linux_writes_it()
    {
        EngineHost.Route("br-1\t0000FE0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0").ShouldBe(AddressRange.Parse("10.254.0.0/16"));
        EngineHost.Route("nothing").ShouldBeNull();
    }

    [Fact]
    public async Task A_range_of_two_networks_of_the_file_is_told()
    {
        var finding = (await CheckAsync(("back", "10.9.0.0/24"), ("front", "10.9.0.0/16"))).ShouldHaveSingleItem();
        (finding.Rule, finding.Failure, finding.Certainty, finding.Where).ShouldBe(("VC603", FailureClass.NetworkMissing, Certainty.Likely, "networks/front/ipam"));
        finding.Message.ShouldStartWith("the addresses 10.9.0.0/16 of the network 'front' overlap 10.9.0.0/24 of 'back'");
    }

    [Fact]
    public async Task A_range_that_another_network_of_the_target_has_is_told_and_its_own_is_not()
    {
        target.WithNetwork(Network("theirs", "10.9.0.0/16"));
        (await CheckAsync(("back", "10.9.1.0/24"))).ShouldHaveSingleItem().Message.ShouldContain("of the network 'theirs' on memory");
        (await CheckAsync(("back", "10.10.1.0/24"))).ShouldBeEmpty();

        var ours = new MemoryTarget().WithNetwork(Network("shop_back", "10.9.1.0/24"));
        SubnetCheck.Check(Rollout(("back", "10.9.1.0/24")), ours.Observed, await ours.DescribeAsync(TestContext.Current.CancellationToken)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_range_to_which_the_host_has_a_route_is_told_and_routes_of_bridges_are_not()
    {
        target.WithNetwork(Network("bridge", "172.17.0.0/16"));
        target.Routes = [AddressRange.Parse("0.0.0.0/0")!.Value, AddressRange.Parse("172.17.0.0/16")!.Value, AddressRange.Parse("10.9.0.0/16")!.Value];
        (await CheckAsync(("back", "10.9.1.0/24"))).ShouldHaveSingleItem().Message.ShouldContain("overlap 10.9.0.0/16, to which memory has a route");
        (await CheckAsync(("back", "10.10.1.0/24"))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(1, false)]
    public async Task Networks_for_which_the_engine_has_no_addresses_left_are_told(int taken, bool told)
    {
        target.AddressPools = [new AddressPool("10.200.0.0/22", 24)];
        target.WithNetwork(Network("a", "10.200.0.0/24"));
        if (taken == 2)
            target.WithNetwork(Network("b", "10.200.2.0/23"));

        var findings = await CheckAsync(("one", null), ("two", null));

        findings.Select(finding => finding.Rule).ShouldBe(told ? ["VC603"] : []);
        findings.ShouldAllBe(finding => finding.Message.Contains("2 networks are to be made (shop_one, shop_two), and of the engine's 4 ranges of addresses 1 are free", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_engine_that_says_nothing_has_its_own_thirty_one_ranges()
    {
        for (var i = 17; i < 32; i++)
            target.WithNetwork(Network($"n{i}", FormattableString.Invariant($"172.{i}.0.0/16")));
        (await CheckAsync(("one", null))).ShouldBeEmpty();

        target.WithNetwork(Network("wide", "192.168.0.0/16"));
        (await CheckAsync(("one", null))).ShouldHaveSingleItem().Message.ShouldContain("31 ranges");
    }

    private async Task<IReadOnlyList<Finding>> CheckAsync(params (string Name, string? Subnet)[] networks) =>
        [.. SubnetCheck.Check(Rollout(networks), target.Observed, await target.DescribeAsync(TestContext.Current.CancellationToken))];

    private static DeployedNetwork Network(string name, string subnet) =>
        new(name, name, "bridge", "local", false, new Dictionary<string, string>()) { Subnets = [AddressRange.Parse(subnet)!.Value] };

    private static Rollout Rollout(params (string Name, string? Subnet)[] networks)
    {
        var yaml = string.Join('\n', networks.Select(it => $"  {it.Name}:" + (it.Subnet is null ? " {}" : $" {{ ipam: {{ config: [{{ subnet: \"{it.Subnet}\" }}] }} }}")));
        var file = ComposeReader.Parse($"name: shop\nservices: {{}}\nnetworks:\n{yaml}\n", "compose.yml");
        return Stacks.Rollout("shop", [Stacks.Image("web")]) with
        {
            Source = file,
            Networks = networks.ToDictionary(it => it.Name, it => new NetworkDefinition(it.Name, $"shop_{it.Name}", External: false, null, Stacks.Nowhere)),
        };
    }
}
