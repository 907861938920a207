using System.Net;
using PhasedRollout.Health.Docker;
using PhasedRollout.Tests.Compose;

namespace PhasedRollout.Tests.Health.Docker;

public class ContainerResolverTests
{
    private static readonly byte[] Question = ContainerResolver.Question(0x1234, "db");

    [Fact]
    public void A_question_is_one_for_an_address() =>
        Question.ShouldBe([0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, (byte)'d', (byte)'b', 0, 0, 1, 0, 1]);

    [Fact]
    public void An_answer_s_first_address_counts_behind_an_alias()
    {
        byte[] answer =
        [
            0x12, 0x34, 0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0, 2, (byte)'d', (byte)'b', 0, 0, 1, 0, 1,
            0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 9, 0, 2, 0xC0, 12,
            0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4, 172, 18, 0, 2,
        ];

        ContainerResolver.Read(answer, 0x1234)!.Address.ShouldBe(IPAddress.Parse("172.18.0.2"));
        ContainerResolver.Read(answer, 0x1235).ShouldBeNull();
    }

    [Theory]
    [InlineData(3, true)]
    [InlineData(2, false)]
    [InlineData(5, false)]
    public void Only_a_server_that_knows_says_that_there_is_no_such_name(byte code, bool said)
    {
        byte[] answer = [0x12, 0x34, 0x81, (byte)(0x80 | code), 0, 1, 0, 0, 0, 0, 0, 0, .. Question.Skip(12)];

        (ContainerResolver.Read(answer, 0x1234) is { Address: null }).ShouldBe(said);
    }

    [Fact]
    public void An_answer_that_ends_too_soon_is_no_error()
    {
        byte[] answer = [0x12, 0x34, 0x81, 0x80, 0, 1, 0, 9, 0, 0, 0, 0, 2, (byte)'d', (byte)'b', 0, 0, 1, 0, 1, 0xC0, 12, 0, 1];
        for (var length = 0; length <= answer.Length; length++)
            ContainerResolver.Read(answer.AsSpan(0, length), 0x1234)?.Address.ShouldBeNull();
    }

    [Fact]
    public void The_container_s_own_hosts_come_first_and_an_address_needs_none()
    {
        using var root = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(root.Path, "etc"));
        File.WriteAllText(Path.Combine(root.Path, "etc/hosts"), "127.0.0.1\tlocalhost\n10.0.0.9 vps vps.example # ours\n");
        var resolver = new ContainerResolver(root.Path);

        resolver.Resolve("VPS.example").ShouldBe(IPAddress.Parse("10.0.0.9"));
        resolver.Resolve("192.0.2.1").ShouldBe(IPAddress.Parse("192.0.2.1"));
        Should.Throw<IOException>(() => resolver.Resolve("other")).Message.ShouldContain("no name server");
    }
}
