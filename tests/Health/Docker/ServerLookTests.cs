using System.Net;
using System.Net.Sockets;
using System.Text;
using PhasedRollout.Deployment;
using PhasedRollout.Health.Docker;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health.Docker;

/// <summary>A MySQL says with its first packet whether it lets somebody in.</summary>
public sealed class ServerLookTests
{
    [Theory]
    [InlineData(1130, "Host '172.18.0.4' is not allowed to connect to this MySQL server", "not allowed to connect")]
    [InlineData(1129, "Host '172.18.0.4' is blocked because of many connection errors", "is blocked")]
    [InlineData(1040, "#08004Too many connections", "1040: Too many connections")]
    public async Task A_MySQL_that_refuses_is_no_server_that_answers(int code, string message, string said)
    {
        var reached = await AskAsync("MySQL", Packet([0xff, (byte)code, (byte)(code >> 8), .. Encoding.UTF8.GetBytes(message)]));

        reached.Outcome.ShouldBe(Reach.Refuses);
        reached.Said.ShouldContain(said, Case.Sensitive);
    }

    [Fact]
    public async Task A_MySQL_that_greets_answers() =>
        (await AskAsync("MySQL", Packet([10, .. "8.0.36\0"u8]))).Outcome.ShouldBe(Reach.Answers);

    [Fact]
    public async Task A_server_that_waits_to_be_spoken_to_answers() => (await AskAsync("Redis", [])).Outcome.ShouldBe(Reach.Answers);

    [Fact]
    public void A_port_without_a_listener_refuses()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        ServerLook.Ask(new DatabaseServer("MySQL", "db", port), IPAddress.Loopback).Outcome.ShouldBe(Reach.Refuses);
    }

    [Theory]
    [InlineData("")]
    [InlineData("HTTP/1.1 400 Bad Request")]
    [InlineData("\u0001\0\0\0")]
    public void What_is_no_packet_of_MySQL_refuses_nobody(string text) => MySqlGreeting.Refusal(Encoding.Latin1.GetBytes(text)).ShouldBeNull();

    private static byte[] Packet(byte[] payload) => [(byte)payload.Length, (byte)(payload.Length >> 8), 0, 0, .. payload];

    private static async Task<ReachedServer> AskAsync(string server, byte[] greeting)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var asking = Task.Run(
            () => ServerLook.Ask(new DatabaseServer(server, "db", ((IPEndPoint)listener.LocalEndpoint).Port), IPAddress.Loopback), TestContext.Current.CancellationToken);
        using var client = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(greeting, TestContext.Current.CancellationToken);
        return await asking;
    }
}
