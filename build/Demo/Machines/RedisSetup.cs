using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PhasedRollout.Demo.Machines;

/// <summary>Starts a Redis server that keeps nothing on disk.</summary>
internal sealed class RedisSetup(MachineOptions options, DebianPackages packages, DetachedProcesses processes, Action<string> log)
{
    private const string Name = "redis";

    /// <summary>Starts the server, or finds it running.</summary>
    public async Task StartAsync(IPAddress address, int port, CancellationToken ct)
    {
        if (processes.Find(Name) is not { } record)
        {
            if (!PortHolder.IsFree(address, port))
                throw new DemoException($"Redis is to listen on {address}:{port}, which is held by {PortHolder.Describe(port)}. End that first.");
            record = await StartNewAsync(address, port, ct);
        }

        await processes.WaitUntilAsync(record, token => AnswersPingAsync(address, port, token), TimeSpan.FromSeconds(20), ct);
    }

    private async Task<ProcessRecord> StartNewAsync(IPAddress address, int port, CancellationToken ct)
    {
        var program = ProgramFinder.Find("redis-server", options.SearchPath);
        Dictionary<string, string> environment = [];
        if (program is null)
        {
            // Debian's redis-server is a link to redis-check-rdb, which the package redis-tools brings.
            var root = await packages.UnpackAsync("Redis", ["redis-server", "redis-tools"], ct);
            (program, environment) = (Path.Combine(root, "usr/bin/redis-server"), DebianRoot.Environment(root, options.SearchPath));
        }

        var home = Path.Combine(options.Directory, "redis");
        await SharedFolder.CreatePrivateAsync(home, ct);
        log($"Starting Redis: {program} on {address}:{port} as an unprivileged user.");
        string[] arguments =
        [
            "--bind", address.ToString(),
            "--port", port.ToString(CultureInfo.InvariantCulture),
            "--protected-mode", "no",
            "--save", "",
            "--appendonly", "no",
            "--dir", home,
        ];
        return processes.Start(new DetachedProgram(Name, program, arguments) { Environment = environment, Unprivileged = true });
    }

    private static async Task<bool> AnswersPingAsync(IPAddress address, int port, CancellationToken ct)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address, port, ct);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), ct);
            var answer = new byte[7];
            await stream.ReadExactlyAsync(answer, ct);
            return Encoding.ASCII.GetString(answer) == "+PONG\r\n";
        }
        catch (Exception error) when (error is SocketException or IOException)
        {
            return false;
        }
    }
}
