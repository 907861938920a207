using System.Net;
using System.Net.Sockets;
using System.Text;
using PhasedRollout.Health;
using PhasedRollout.Health.Http;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health.Http;

public sealed class HttpProbeTests : IDisposable
{
    private readonly TcpListener server = new(IPAddress.Loopback, 0);
    private readonly HttpProbe probe = new(null, TimeProvider.System);

    public HttpProbeTests() => server.Start();

    [Theory]
    [InlineData("200 OK", 200, true, "200")]
    [InlineData("204 No Content", 200, false, "204 instead of 200")]
    [InlineData("503 Service Unavailable", 200, false, "503 instead of 200: the database is starting")]
    [InlineData("302 Found\r\nLocation: /login/", 200, false, "302 to /login/ instead of 200: the database is starting")]
    [InlineData("302 Found\r\nLocation: /login/", 302, true, "302")]
    public async Task The_status_decides_and_the_body_explains(string status, int expect, bool passes, string observed)
    {
        var answer = await AskAsync($"HTTP/1.1 {status}\r\nConnection: close\r\n\r\n" + (status.StartsWith("204", StringComparison.Ordinal) ? "" : "\u001b[31mthe database\r\n is starting"), expect);

        answer.Passed.ShouldBe(passes);
        answer.Observed.ShouldBe(observed);
    }

    [Fact]
    public async Task A_connection_that_is_closed_is_told_from_one_that_is_refused()
    {
        var url = Url;
        var asked = probe.AskAsync(new HealthUrl(url), TestContext.Current.CancellationToken);
        // As the engine's proxy does when nothing listens in the container; the client tries more than once.
        while (!asked.IsCompleted)
        {
            if (server.Pending())
                (await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken)).Dispose();
            else
                await Task.WhenAny(asked, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        (await asked).Observed.ShouldBe("the connection was closed without an answer");
        server.Stop();
        (await probe.AskAsync(new HealthUrl(url), TestContext.Current.CancellationToken)).Observed.ShouldBe("connection refused");
        (await probe.AskAsync(new HealthUrl(new Uri("http://no-such-host.invalid/")), TestContext.Current.CancellationToken)).Observed.ShouldBe("unknown host");
    }

    [Fact]
    public void Localhost_is_the_engine_s_host()
    {
        using var remote = new HttpProbe("vps.example", TimeProvider.System);

        remote.OnEngineHost(new Uri("http://localhost:8000/health/?x=1")).ShouldBe(new Uri("http://vps.example:8000/health/?x=1"));
        remote.OnEngineHost(new Uri("http://127.0.0.1:8000/")).ShouldBe(new Uri("http://vps.example:8000/"));
        remote.OnEngineHost(new Uri("https://shop.example/")).ShouldBe(new Uri("https://shop.example/"));
        probe.OnEngineHost(new Uri("http://localhost:8000/")).ShouldBe(new Uri("http://localhost:8000/"));
    }

    public void Dispose()
    {
        server.Dispose();
        probe.Dispose();
    }

    private Uri Url => new($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/health");

    private async Task<HttpAnswer> AskAsync(string response, int expect)
    {
        var stop = TestContext.Current.CancellationToken;
        var asked = probe.AskAsync(new HealthUrl(Url, expect), stop);
        using (var client = await server.AcceptTcpClientAsync(stop))
        {
            var stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[4096], 20, cancellationToken: stop);
            await stream.WriteAsync(Encoding.UTF8.GetBytes(response), stop);
        }

        return await asked;
    }
}
