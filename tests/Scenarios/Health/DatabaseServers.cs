using System.Net;
using System.Net.Sockets;
using Npgsql;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Health.Databases;
using StackExchange.Redis;

namespace PhasedRollout.Tests.Scenarios.Health;

/// <summary>A PostgreSQL and two Redis servers on loopback with data of their own, as an unprivileged user; ended and deleted at the end.</summary>
public sealed class DatabaseServers : IAsyncLifetime
{
    public const string Password = "pa:s/s w@rd%1";

    private readonly string folder = Directory.CreateTempSubdirectory("health-databases-").FullName;
    private readonly Machine first;
    private readonly Machine second;

    public DatabaseServers()
    {
        first = MachineIn("first");
        second = MachineIn("second");
    }

    /// <summary>Lets in <c>admin</c> with <see cref="Password"/>, and nobody called <c>nowhere</c>.</summary>
    public int PostgreSql { get; } = FreePort();

    /// <summary>Asks for <see cref="Password"/>; has sixteen databases.</summary>
    public int Redis { get; } = FreePort();

    /// <summary>Asks for nothing.</summary>
    public int OpenRedis { get; } = FreePort();

    public async ValueTask InitializeAsync()
    {
        var server = await first.StartPostgreSqlAsync(IPAddress.Loopback, PostgreSql, ["seed"], CancellationToken.None);
        var rules = Directory.EnumerateFiles(first.Directory, "pg_hba.conf", SearchOption.AllDirectories).ShouldHaveSingleItem();
        await File.WriteAllTextAsync(rules, "host all nowhere 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n");
        var owner = ConnectionUrl.Parse($"postgresql://{server.User}:{server.Password}@127.0.0.1:{PostgreSql}/postgres")!;
        await using (var connection = new NpgsqlConnection(PostgresProbe.Settings(owner, "127.0.0.1").ConnectionString))
        {
            await connection.OpenAsync();
            await using var setUp = new NpgsqlCommand($"CREATE ROLE admin SUPERUSER LOGIN PASSWORD '{Password}'; SELECT pg_reload_conf();", connection);
            await setUp.ExecuteNonQueryAsync();
        }

        await second.StartRedisAsync(IPAddress.Loopback, OpenRedis, CancellationToken.None);
        await first.StartRedisAsync(IPAddress.Loopback, Redis, CancellationToken.None);
        await using var redis = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{Redis},allowAdmin=true");
        await redis.GetServers()[0].ConfigSetAsync("requirepass", Password);
    }

    public async ValueTask DisposeAsync()
    {
        await first.RemoveAsync(CancellationToken.None);
        await second.RemoveAsync(CancellationToken.None);
        Directory.Delete(folder, recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private Machine MachineIn(string name) => new(
        new MachineOptions
        {
            Directory = Path.Combine(folder, name),
            PackagesDirectory = Repository.PathOf(".nuke", "temp", "packages"),
            // RemoveAsync ends only an engine that it started; there is none here.
            DockerSocket = Path.Combine(folder, "no-engine.sock"),
        },
        _ => { });
}
