using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Checks;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

public sealed class NetworkFitTests
{
    private static readonly NetworkDefinition External = new("back", "back", External: true, null, Stacks.Nowhere);
    private static readonly DeployedNetwork Bridge =
        new("id", "back", "bridge", "local", false, new Dictionary<string, string>()) { Subnets = [AddressRange.Parse("10.9.0.0/24")!.Value] };

    [Fact]
    public void A_bridge_and_an_attachable_overlay_fit()
    {
        Check(External, Bridge).ShouldBeEmpty();
        Check(External, Bridge with { Driver = "overlay", Scope = "swarm", Attachable = true }).ShouldBeEmpty();
    }

    [Fact]
    public void What_no_container_can_join_blocks()
    {
        Check(External, Bridge with { Driver = "overlay", Scope = "swarm" }).ShouldHaveSingleItem().Blocks.ShouldBeTrue();
        Check(External, Bridge with { Driver = "host" }).ShouldHaveSingleItem().Blocks.ShouldBeTrue();
        Check(External, Bridge with { IsConfigOnly = true }).ShouldHaveSingleItem().Suggestion.ShouldContain("--config-from back");
    }

    [Fact]
    public void Another_driver_than_the_files_is_told_and_does_not_block()
    {
        var finding = Check(External with { External = false, Driver = "macvlan" }, Bridge).ShouldHaveSingleItem();
        (finding.Rule, finding.Certainty).ShouldBe(("VC601", Certainty.Likely));
        Check(External with { External = false, Driver = "bridge" }, Bridge).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("10.9.0.7", null)]
    [InlineData("10.9.1.7", Certainty.Certain)]
    public void A_fixed_address_lies_in_the_network_that_is_there(string address, Certainty? certainty) =>
        Check(External, Bridge, address).Select(finding => (Certainty?)finding.Certainty).ShouldBe(certainty is null ? [] : [certainty]);

    [Fact]
    public void A_fixed_address_in_a_network_of_which_no_addresses_are_known_is_not_judged() =>
        Check(External, Bridge with { Subnets = [] }, "10.9.1.7").ShouldBeEmpty();

    [Fact]
    public void A_fixed_address_in_a_network_that_is_to_be_made_is_told()
    {
        var finding = NetworkFit.OfNew(Rollout("10.9.0.7"), External with { External = false }).ShouldHaveSingleItem();
        (finding.Rule, finding.Service, finding.Certainty).ShouldBe(("VC601", "web", Certainty.Likely));
        NetworkFit.OfNew(Rollout(null), External with { External = false }).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("nfs", Certainty.Likely)]
    [InlineData("local", null)]
    [InlineData(null, null)]
    public void A_volume_that_exists_has_the_driver_that_the_file_says(string? driver, Certainty? certainty)
    {
        var rollout = Rollout(null) with
        {
            Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", "shop_data", External: false, driver, Stacks.Nowhere) },
        };

        VolumeCheck.Check(rollout, new MemoryTarget().WithVolume("shop_data").Observed)
            .Select(finding => (Certainty?)finding.Certainty).ShouldBe(certainty is null ? [] : [certainty]);
    }

    private static IReadOnlyList<Finding> Check(NetworkDefinition network, DeployedNetwork existing, string? address = null) =>
        [.. NetworkFit.Check(Rollout(address), network, existing)];

    private static Rollout Rollout(string? address) => Stacks.Rollout("shop", [Stacks.Image("web") with { Networks = [new NetworkAttachment("back", [], address)] }]);
}
