using System.Globalization;
using PhasedRollout.Health.Docker;

namespace PhasedRollout.Tests.Health.Docker;

public class ListeningPortsTests
{
    [Theory]
    [InlineData("  sl  local_address rem_address   st tx_queue rx_queue", null)]
    [InlineData("   0: 00000000:1F40 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8124 1", 8000)]
    [InlineData("   1: 0B00007F:A1B2 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 8125 1", null)]
    [InlineData("   2: 0100007F:1F40 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 8126 1", null)]
    [InlineData("   0: 00000000000000000000000000000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000", 80)]
    [InlineData("", null)]
    public void Only_sockets_that_listen_count_and_the_engine_s_name_server_does_not(string line, int? port) =>
        (ListeningPorts.Parse(line)?.Port).ShouldBe(port);

    [Theory]
    [InlineData("   0: 0100007F:1F40 00000000:0000 0A 0 0", true)]
    [InlineData("   0: 00000000000000000000000001000000:1F40 0:0 0A 0 0", true)]
    [InlineData("   0: 00000000:1F40 00000000:0000 0A 0 0", false)]
    [InlineData("   0: 020012AC:1F40 00000000:0000 0A 0 0", false)]
    public void A_socket_that_only_the_container_reaches_is_told_from_others(string line, bool isLoopback) =>
        ListeningPorts.Parse(line)!.IsLoopback.ShouldBe(isLoopback);

    [Fact]
    public void A_process_that_is_not_the_container_s_is_not_looked_into() =>
        ListeningPorts.Of("0123456789abcdef", Environment.ProcessId).ShouldBeNull();

    [Fact]
    public void A_process_that_is_gone_is_no_error() =>
        ListeningPorts.Of("0123456789abcdef", long.Parse("4194305", CultureInfo.InvariantCulture)).ShouldBeNull();
}
