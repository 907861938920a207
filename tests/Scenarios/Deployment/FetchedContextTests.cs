using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>A context that nobody could verify and that is accepted: the engine fetches it.</summary>
[Collection(Sequence)]
[Trait("Category", "Scenario")]
public sealed class FetchedContextTests : EngineScenario
{
    [Fact]
    public async Task An_archive_that_is_accepted_is_fetched_by_the_engine_and_runs()
    {
        var archive = await ArchiveAsync();
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var serving = ServeAsync(server, archive, stop.Token);
        var url = $"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/app.tar.gz";
        var rollout = Stacks.Rollout(Project,
            [
                Quick(Stacks.Image("web")) with
                {
                    Image = null,
                    Build = new BuildDefinition(url, "Dockerfile") { Reference = new OtherContext(url, "a file to download from 127.0.0.1") },
                },
            ]) with
        { Accepted = [new AcceptedFinding("VC905", "web", "our own")] };

        var first = await DeployAsync(rollout);
        first.Failure.ShouldBeNull(Log.ToString());
        (await ContainersAsync()).ShouldHaveSingleItem().State.ShouldBe("running");

        (await DeployAsync(rollout)).Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
        await stop.CancelAsync();
        await serving;
    }

    private async Task<byte[]> ArchiveAsync()
    {
        using var bytes = new MemoryStream();
        await using (var zipped = new GZipStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        await using (var tar = new TarWriter(zipped, TarEntryFormat.Pax))
        {
            foreach (var entry in Repository.ArchiveEntries())
            {
                await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, entry.Path["web/".Length..])
                {
                    DataStream = new MemoryStream(entry.Content),
                    Mode = (UnixFileMode)Convert.ToInt32("755", 8),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                }, Stop);
            }
        }

        return bytes.ToArray();
    }

    private static async Task ServeAsync(TcpListener server, byte[] archive, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                using var client = await server.AcceptTcpClientAsync(cancellationToken);
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, leaveOpen: true);
                while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 })
                    continue;
                await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Type: application/gzip\r\nContent-Length: {archive.Length}\r\nConnection: close\r\n\r\n"), cancellationToken);
                await stream.WriteAsync(archive, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
