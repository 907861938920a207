using System.Net;
using PhasedRollout.Deployment.Docker;

namespace PhasedRollout.Tests.Deployment.Docker;

public sealed class DockerAdapterTests
{
    [Theory]
    [InlineData("  0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0000 100 0 0 10 0", "0.0.0.0", 8000)]
    [InlineData("  1: 0100007F:1538 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 777 1 0000 100 0 0 10 0", "127.0.0.1", 5432)]
    [InlineData("  2: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9 1 0", "::", 80)]
    [InlineData("  3: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 0:0 00:0 0 0 0 9 1 0", "::1", 80)]
    [InlineData(" 40: 00000000:0035 00000000:0000 07 0:0 00:0 0 0 0 9 2 0", "0.0.0.0", 53)]
    public void A_listener_is_read_from_the_kernels_table(string line, string address, int port)
    {
        var listener = Listener.Parse(line).ShouldNotBeNull();
        (listener.Address, listener.Port).ShouldBe((IPAddress.Parse(address), port));
    }

    [Theory]
    [InlineData("  0: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000 0 0 12345 1")]
    [InlineData("sl local_address rem_address st")]
    [InlineData("")]
    public void What_is_no_listener_is_none(string line) => Listener.Parse(line).ShouldBeNull();

    [Theory]
    [InlineData("127.0.0.1", null, true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "10.0.0.1", false)]
    [InlineData("0.0.0.0", "10.0.0.1", true)]
    [InlineData("::", "10.0.0.1", true)]
    [InlineData("::ffff:10.0.0.1", "10.0.0.1", true)]
    public void A_listener_keeps_what_it_overlaps_from_being_bound(string held, string? wanted, bool overlaps) =>
        EngineHost.Overlap(IPAddress.Parse(held), wanted).ShouldBe(overlaps);

    [Theory]
    [InlineData("GET", "/v1.41/containers/json", true)]
    [InlineData("HEAD", "/_ping", true)]
    [InlineData("POST", "/v1.41/containers/create", false)]
    [InlineData("POST", "/v1.41/networks/create", false)]
    [InlineData("DELETE", "/v1.41/containers/x", false)]
    [InlineData("PUT", "/v1.41/containers/x/archive", false)]
    public void A_connection_that_may_only_look_lets_nothing_else_through(string method, string path, bool allowed)
    {
        AllowedCalls.Allows(EngineAccess.ReadOnly, new HttpMethod(method), path).ShouldBe(allowed);
        AllowedCalls.Allows(EngineAccess.ReadAndCreateNetworks, new HttpMethod(method), path)
            .ShouldBe(allowed || path.EndsWith("/networks/create", StringComparison.Ordinal));
        AllowedCalls.Allows(EngineAccess.Full, new HttpMethod(method), path).ShouldBeTrue();
    }
}
