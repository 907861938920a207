using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace PhasedRollout.Demo.Machines;

/// <summary>A running PostgreSQL server and who may use it.</summary>
/// <param name="Host">Address it listens on.</param>
/// <param name="Port">TCP port.</param>
/// <param name="User">Owner of its databases.</param>
/// <param name="Password">The user's password; random.</param>
public sealed record PostgreSqlServer(string Host, int Port, string User, string Password)
{
    /// <summary>Without the password.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"postgresql://{User}@{Host}:{Port}");
}

/// <summary>Makes and starts a PostgreSQL server with a data directory of its own.</summary>
internal sealed class PostgreSqlSetup(MachineOptions options, DebianPackages packages, DetachedProcesses processes, Action<string> log)
{
    private const string Name = "postgresql";
    private const string User = "bizosaas";

    /// <summary>SIGINT: PostgreSQL's fast shutdown, which does not wait for clients to leave.</summary>
    public const int FastShutdown = Signals.Interrupt;

    private string Home => Path.Combine(options.Directory, "postgresql");

    private string Data => Path.Combine(Home, "data");

    private string CredentialsFile => Path.Combine(options.Directory, "postgresql.json");

    /// <summary>Starts the server, or finds it running, and makes sure that the databases are there.</summary>
    public async Task<PostgreSqlServer> StartAsync(IPAddress address, int port, IReadOnlyList<string> databases, CancellationToken ct)
    {
        var (folder, environment) = await FindAsync(ct);
        if (!File.Exists(CredentialsFile))
            await CreateAsync(folder, environment, new PostgreSqlServer(address.ToString(), port, User, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16))), ct);
        var server = JsonSerializer.Deserialize(await File.ReadAllTextAsync(CredentialsFile, ct), MachineJson.Default.PostgreSqlServer)!;
        if (server.Host != address.ToString() || server.Port != port)
            throw new DemoException($"PostgreSQL runs at {server}, and {address}:{port} is wanted: end it first (./build.sh Demo --remove).");
        var record = processes.Find(Name) ?? Start(folder, environment, address, port);
        await processes.WaitUntilAsync(record, token => AcceptsAsync(server, token), TimeSpan.FromSeconds(60), ct);
        await CreateDatabasesAsync(server, databases, ct);
        return server;
    }

    /// <summary>A client program of the server's version, with the variables it needs.</summary>
    public async Task<(string Program, Dictionary<string, string> Environment)> FindClientAsync(CancellationToken ct)
    {
        var (folder, environment) = await FindAsync(ct);
        var psql = Path.Combine(folder, "psql");
        if (File.Exists(psql))
            return (psql, environment);
        var package = $"postgresql-client-{Path.GetFileName(Path.GetDirectoryName(folder))}";
        var root = await packages.UnpackAsync("psql", [package], ct);
        return (Directory.EnumerateFiles(Path.Combine(root, "usr/lib/postgresql"), "psql", SearchOption.AllDirectories).Single(),
            DebianRoot.Environment(root, options.SearchPath));
    }

    private async Task<(string Folder, Dictionary<string, string> Environment)> FindAsync(CancellationToken ct)
    {
        // Debian keeps the servers out of PATH, one folder a version; elsewhere a link on PATH leads to the real one.
        var versions = Directory.Exists("/usr/lib/postgresql") && !options.IgnoreSystemPrograms
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).OrderDescending(StringComparer.Ordinal)
            : Enumerable.Empty<string>();
        if (ProgramFinder.Find("initdb", [.. versions, .. options.SearchPath]) is { } initdb)
        {
            var real = File.ResolveLinkTarget(initdb, returnFinalTarget: true)?.FullName ?? initdb;
            if (File.Exists(Path.Combine(Path.GetDirectoryName(real)!, "postgres")))
                return (Path.GetDirectoryName(real)!, []);
        }

        var package = await PackageAsync(ct);
        var root = await packages.UnpackAsync("PostgreSQL", [package, package.Replace("postgresql-", "postgresql-client-", StringComparison.Ordinal)], ct);
        var bin = Directory.EnumerateDirectories(Path.Combine(root, "usr/lib/postgresql")).Select(version => Path.Combine(version, "bin")).Single();
        return (bin, DebianRoot.Environment(root, options.SearchPath));
    }

    /// <summary>The versioned package that Debian's <c>postgresql</c> stands for.</summary>
    private static async Task<string> PackageAsync(CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            var shown = await Command.RunAsync("apt-cache", ["depends", "postgresql"], ct);
            var package = shown.Output.Split('\n').Select(line => line.Split(':')[^1].Trim())
                .FirstOrDefault(name => name.StartsWith("postgresql-", StringComparison.Ordinal) && name["postgresql-".Length..].All(char.IsAsciiDigit));
            if (package is not null)
                return package;
            if (attempt == 2)
                throw new DemoException("apt-cache knows no PostgreSQL server. Install one yourself, with initdb and postgres on PATH.");
            await Command.RunAsync("apt-get", ["update", "-q"], ct);
        }
    }

    private async Task CreateAsync(string folder, Dictionary<string, string> environment, PostgreSqlServer server, CancellationToken ct)
    {
        if (Directory.Exists(Home))
            Directory.Delete(Home, recursive: true);
        await SharedFolder.CreatePrivateAsync(Home, ct);
        await CreateClusterAsync(folder, environment, server.Password, Data, ct);
        // Written last: with this file there is a cluster, and it is kept when the server has to be started again.
        await SecretFile.WriteAsync(CredentialsFile, JsonSerializer.Serialize(server, MachineJson.Default.PostgreSqlServer), ct);
    }

    private ProcessRecord Start(string folder, Dictionary<string, string> environment, IPAddress address, int port)
    {
        if (!PortHolder.IsFree(address, port))
            throw new DemoException($"PostgreSQL is to listen on {address}:{port}, which is held by {PortHolder.Describe(port)}. End that first.");
        log($"Starting PostgreSQL: {folder}/postgres on {address}:{port} as an unprivileged user, data in {Data}.");
        string[] arguments =
        [
            "-D", Data,
            "-p", port.ToString(CultureInfo.InvariantCulture),
            "-c", $"listen_addresses={address}",
            "-c", "unix_socket_directories=",
            "-c", "max_connections=200",
            "-c", "jit=off",
            "-c", "fsync=off",
        ];
        return processes.Start(new DetachedProgram(Name, Path.Combine(folder, "postgres"), arguments) { Environment = environment, Unprivileged = true });
    }

    private static async Task CreateClusterAsync(string folder, Dictionary<string, string> environment, string password, string data, CancellationToken ct)
    {
        var passwordFile = Path.Combine(Path.GetDirectoryName(data)!, "password");
        await SecretFile.WriteAsync(passwordFile, password + "\n", ct);
        await SharedFolder.GiveToNobodyAsync(passwordFile, ct);
        List<string> command =
        [
            Path.Combine(folder, "initdb"), "-D", data, $"--username={User}", $"--pwfile={passwordFile}", "--auth=scram-sha-256",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync",
        ];
        if (Environment.IsPrivilegedProcess)
            command.InsertRange(0, ["setpriv", $"--reuid={DetachedProcesses.Nobody}", $"--regid={DetachedProcesses.Nobody}", "--clear-groups", "--"]);
        (await Command.RunAsync(command[0], command[1..], ct, environment, directory: "/")).OrThrow("Making a PostgreSQL cluster");
        File.Delete(passwordFile);
        await File.AppendAllTextAsync(Path.Combine(data, "pg_hba.conf"), "host all all 0.0.0.0/0 scram-sha-256\n", ct);
    }

    private static async Task<bool> AcceptsAsync(PostgreSqlServer server, CancellationToken ct)
    {
        try
        {
            await using var connection = await OpenAsync(server, ct);
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static async Task CreateDatabasesAsync(PostgreSqlServer server, IReadOnlyList<string> databases, CancellationToken ct)
    {
        await using var connection = await OpenAsync(server, ct);
        foreach (var database in databases)
        {
            await using var ask = new NpgsqlCommand("select 1 from pg_database where datname = $1", connection) { Parameters = { new() { Value = database } } };
            if (await ask.ExecuteScalarAsync(ct) is not null)
                continue;
            // A database's name cannot be a parameter.
            await using var create = new NpgsqlCommand($"create database \"{database.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
            await create.ExecuteNonQueryAsync(ct);
        }
    }

    private static async Task<NpgsqlConnection> OpenAsync(PostgreSqlServer server, CancellationToken ct)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = server.Host,
            Port = server.Port,
            Username = server.User,
            Password = server.Password,
            Database = "postgres",
            Pooling = false,
            // Else .NET complains on standard error where Kerberos is not installed.
            GssEncryptionMode = GssEncryptionMode.Disable,
            Timeout = 5,
        };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(ct);
        return connection;
    }
}
