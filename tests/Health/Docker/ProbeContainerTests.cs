using PhasedRollout.Deployment;
using PhasedRollout.Health.Docker;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health.Docker;

public class ProbeContainerTests
{
    private static readonly DatabaseServer[] Servers = [new("PostgreSQL", "db", 5432), new("Redis", "cache", 6379)];

    [Fact]
    public void Each_server_s_line_is_read_and_one_that_is_not_there_is_left_out()
    {
        var reached = ProbeContainer.Read("db 5432 refused\r\nnoise\ncache 6379\ndone\n", Servers).ShouldHaveSingleItem();

        reached.Server.Host.ShouldBe("db");
        reached.Outcome.ShouldBe(Reach.Refuses);
        ProbeContainer.Read("db 5432 answers\ncache 6379 unknown-host\ndone", Servers).Select(one => one.Outcome).ShouldBe([Reach.Answers, Reach.UnknownHost]);
    }

    [Fact]
    public void An_image_with_nothing_to_look_with_says_so() =>
        Should.Throw<IOException>(() => ProbeContainer.Read("db 5432 no-tool\ndone", Servers)).Message.ShouldContain("no python3, node or nc");
}
