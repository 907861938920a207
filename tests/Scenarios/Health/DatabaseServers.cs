using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PhasedRollout.Tests.Scenarios.Health;

/// <summary>A PostgreSQL and two Redis servers on loopback, with data in a folder of their own, as an unprivileged user; ended and deleted at the end.</summary>
public sealed class DatabaseServers : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("health-databases-").FullName;
    private readonly List<Process> servers = [];
    private string packages = "";

    public const string Password = "pa:s/s w@rd%1";

    public int PostgreSql { get; } = FreePort();

    /// <summary>Asks for <see cref="Password"/>, has four databases.</summary>
    public int Redis { get; } = FreePort();

    /// <summary>Asks for nothing.</summary>
    public int OpenRedis { get; } = FreePort();

    public async ValueTask InitializeAsync()
    {
        await RunAsync("/bin/chmod", "0777", folder);
        packages = Path.Combine(Path.GetTempPath(), "phased-rollout-databases");
        await StartPostgreSqlAsync();
        await StartRedisAsync(Redis, "--requirepass", Password, "--databases", "4");
        await StartRedisAsync(OpenRedis);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
        {
            server.Kill(entireProcessTree: true);
            await server.WaitForExitAsync();
            server.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task StartPostgreSqlAsync()
    {
        var bin = await FindAsync("/usr/lib/postgresql", "initdb", "postgresql-15", "postgresql-client-15", "libpq5");
        var data = Path.Combine(folder, "postgresql");
        var password = Path.Combine(folder, "password");
        await File.WriteAllTextAsync(password, Password);
        // initdb refuses root.
        await RunAsync("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", Path.Combine(bin, "initdb"),
            "-D", data, "-U", "admin", "-A", "scram-sha-256", "--pwfile", password, "--no-sync", "-E", "UTF8", "--locale=C");
        await File.AppendAllTextAsync(Path.Combine(data, "pg_hba.conf"), "");
        await File.WriteAllTextAsync(
            Path.Combine(data, "pg_hba.conf"), "host all nowhere 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 scram-sha-256\n");
        Start(Path.Combine(bin, "postgres"), "-D", data, "-k", folder, "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off",
            "-c", "port=" + PostgreSql.ToString(CultureInfo.InvariantCulture));
        await WaitAsync(PostgreSql);
    }

    private async Task StartRedisAsync(int port, params string[] options)
    {
        var server = Path.Combine(await FindAsync("/usr/bin", "redis-server", "redis-server", "redis-tools", "liblzf1", "libjemalloc2", "liblua5.1-0", "lua-cjson", "lua-bitop", "libatomic1"), "redis-server");
        Start(server, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, .. options]);
        await WaitAsync(port);
    }

    /// <summary>The folder of a program on this machine, else of the one unpacked from Debian's packages.</summary>
    private async Task<string> FindAsync(string below, string program, params string[] needed)
    {
        foreach (var root in new[] { "/", packages })
        {
            var place = Path.Join(root, below);
            var found = Directory.Exists(place) ? Directory.EnumerateFiles(place, program, SearchOption.AllDirectories).FirstOrDefault() : null;
            if (found is not null)
                return Path.GetDirectoryName(found)!;
        }

        Directory.CreateDirectory(packages);
        await RunAsync("/bin/sh", "-c", $"cd {packages} && apt-get download {string.Join(' ', needed)} && for package in *.deb; do dpkg -x $package .; done && rm *.deb");
        return Path.GetDirectoryName(Directory.EnumerateFiles(Path.Join(packages, below), program, SearchOption.AllDirectories).First())!;
    }

    private void Start(string program, params string[] arguments)
    {
        var start = Info("setpriv", ["--reuid=65534", "--regid=65534", "--clear-groups", "--pdeathsig=KILL", program, .. arguments]);
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        servers.Add(process);
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(Info(program, arguments))!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program}: {await output}{await errors}");
    }

    private ProcessStartInfo Info(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder };
        if (Directory.Exists(packages))
        {
            start.Environment["LD_LIBRARY_PATH"] = string.Join(':', Directory.EnumerateFiles(packages, "*.so*", SearchOption.AllDirectories)
                .Select(Path.GetDirectoryName).Distinct());
        }

        return start;
    }

    private static async Task WaitAsync(int port)
    {
        for (var tries = 0; ; tries++)
        {
            using var client = new TcpClient();
            try
            {
                await client.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 100)
            {
                await Task.Delay(100);
            }
        }
    }
}
