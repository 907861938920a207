using System.Net;
using System.Net.Sockets;
using Docker.DotNet;
using Npgsql;
using PhasedRollout.Demo.Docker;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Deployment.Docker;
using BaseImageContext = PhasedRollout.Demo.Docker.BaseImage;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>
/// What all end-to-end scenarios stand on, made once: the engine, a PostgreSQL and a Redis, git, and the image that services start from.
/// Everything made on the engine bears the demo's label with this run's folder; a folder that is gone marks what may be swept away.
/// </summary>
public sealed class ScenarioMachine : IAsyncLifetime
{
    private const string FolderPrefix = "phased-rollout-scenarios-";

    private readonly string _folder = Directory.CreateTempSubdirectory(FolderPrefix).FullName;
    private readonly List<RolloutWorld> _worlds = [];
    private readonly HashSet<int> _ports = [];
    private Machine? _machine;
    private DockerEngine? _engine;

    /// <summary>As <c>--docker-host</c> takes it.</summary>
    internal string DockerHost { get; private set; } = "";

    internal IDockerClient Client { get; private set; } = null!;

    internal PostgreSqlServer PostgreSql { get; private set; } = null!;

    internal int RedisPort { get; private set; }

    internal GitProgram Git { get; private set; } = null!;

    internal string Busybox { get; private set; } = "";

    /// <summary>The image that services start from, of this run alone.</summary>
    internal string BaseImage { get; } = $"phased-rollout-scenarios/base:{Environment.ProcessId}";

    /// <summary>The pre-built image of the stack, of this run alone.</summary>
    internal string SaleorImage { get; } = $"phased-rollout-scenarios/saleor:{Environment.ProcessId}";

    public async ValueTask InitializeAsync()
    {
        await EndEarlierRunsAsync();
        _machine = MachineIn(_folder, Environment.GetEnvironmentVariable("DOCKER_HOST"));
        var endpoint = await _machine.EnsureEngineAsync(CancellationToken.None);
        DockerHost = endpoint.Host;
        _engine = DockerEngine.Connect(DockerHost, EngineAccess.Full);
        Client = await _engine.GetClientAsync(CancellationToken.None);

        var address = await DemoEngine.UseAsync(DockerHost, _folder, engine => engine.BridgeAddressAsync(CancellationToken.None));
        Git = await _machine.EnsureGitAsync(CancellationToken.None);
        Busybox = await _machine.EnsureBusyboxAsync(CancellationToken.None);
        RedisPort = FreePort();
        PostgreSql = await _machine.StartPostgreSqlAsync(address, FreePort(), ["bizosaas_staging", "saleor_staging"], CancellationToken.None);
        await _machine.StartRedisAsync(address, RedisPort, CancellationToken.None);

        await BuildAsync(BaseImage, await BaseImageContext.ContextAsync(Busybox, await _machine.ClientProgramsAsync(CancellationToken.None), CancellationToken.None));
        await BuildAsync(SaleorImage, await BaseImageContext.ContextAsync(
            [("Dockerfile", OnBaseImage(FixtureFiles.Dockerfile(FixtureService.Saleor))), ("service.sh", FixtureFiles.ServiceScript)], CancellationToken.None));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var world in _worlds.ToList())
            await world.DisposeAsync();
        if (DockerHost.Length > 0)
            await DemoEngine.UseAsync(DockerHost, _folder, engine => engine.RemoveAllAsync("no project of this name", CancellationToken.None));

        _engine?.Dispose();
        await EndAsync(_folder);
    }

    /// <summary>A world of its own for the scenarios of one class.</summary>
    internal async Task<RolloutWorld> NewWorldAsync(string name)
    {
        var world = new RolloutWorld(this, name, Path.Combine(_folder, name));
        _worlds.Add(world);
        await world.PrepareAsync();
        return world;
    }

    internal void Forget(RolloutWorld world) => _worlds.Remove(world);

    /// <summary>Makes on another engine what a world needs there.</summary>
    internal async Task PrepareAsync(string dockerHost, string network)
    {
        var context = await BaseImageContext.ContextAsync(Busybox, await _machine!.ClientProgramsAsync(CancellationToken.None), CancellationToken.None);
        await DemoEngine.UseAsync(dockerHost, _folder, async engine =>
        {
            await using (context)
                await engine.BuildAsync(BaseImage, context, CancellationToken.None);
            await engine.EnsureNetworkAsync(network, CancellationToken.None);
        });
    }

    /// <summary>Makes an external network that goes away with this run.</summary>
    internal Task EnsureNetworkAsync(string name) => DemoEngine.UseAsync(DockerHost, _folder, engine => engine.EnsureNetworkAsync(name, CancellationToken.None));

    /// <summary>Starts a container that holds a host port.</summary>
    internal Task HoldPortAsync(string name, int port) => DemoEngine.UseAsync(DockerHost, _folder, engine => engine.HoldPortAsync(name, BaseImage, port, CancellationToken.None));

    internal Task CreateDatabaseAsync(string name) =>
        _machine!.StartPostgreSqlAsync(IPAddress.Parse(PostgreSql.Host), PostgreSql.Port, [name], CancellationToken.None);

    internal async Task DropDatabaseAsync(string name)
    {
        var settings = new NpgsqlConnectionStringBuilder
        {
            Host = PostgreSql.Host,
            Port = PostgreSql.Port,
            Username = PostgreSql.User,
            Password = PostgreSql.Password,
            Database = "postgres",
            Pooling = false,
        };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var drop = new NpgsqlCommand($"drop database \"{name}\" with (force)", connection);
        await drop.ExecuteNonQueryAsync();
    }

    internal Task RemoveContainerAsync(string name) => DemoEngine.UseAsync(DockerHost, _folder, engine => engine.RemoveContainerAsync(name, CancellationToken.None));

    /// <summary>The Dockerfile, started from this run's image.</summary>
    internal string OnBaseImage(string dockerfile) => dockerfile.Replace(FixtureFiles.BaseImage, BaseImage, StringComparison.Ordinal);

    /// <summary>
    /// A host port that nobody holds and no other scenario of this run was given, outside of what the system hands out by itself and of what
    /// other test processes that run beside this one are likely to choose.
    /// </summary>
    internal int FreePort()
    {
        for (var attempt = 0; attempt < 1000; attempt++)
        {
            var port = 20_000 + (Environment.ProcessId % 10 * 1000) + Random.Shared.Next(1000);
            if (!_ports.Contains(port) && IsFree(port))
            {
                _ports.Add(port);
                return port;
            }
        }

        throw new InvalidOperationException("there is no free port left among this process's thousand");
    }

    private Task BuildAsync(string tag, Stream context) => DemoEngine.UseAsync(DockerHost, _folder, async engine =>
    {
        await using (context)
            await engine.BuildAsync(tag, context, CancellationToken.None);
    });

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Any, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>A run that was killed left servers and a folder; the sweep at the end takes what it left on the engine.</summary>
    private static async Task EndEarlierRunsAsync()
    {
        var anHourAgo = TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromHours(1);
        foreach (var folder in Directory.EnumerateDirectories(Path.GetTempPath(), FolderPrefix + "*"))
            if (Directory.GetCreationTimeUtc(folder) < anHourAgo)
                await EndAsync(folder);
    }

    private static async Task EndAsync(string folder)
    {
        await MachineIn(folder, null).RemoveAsync(CancellationToken.None);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>A headless browser; needs nothing else of the machine.</summary>
    internal static Task<BrowserProgram> EnsureBrowserAsync(CancellationToken cancellationToken) =>
        MachineIn(Path.GetTempPath(), null).EnsureBrowserAsync(cancellationToken);

    /// <summary>Docker Compose; needs nothing else of the machine.</summary>
    internal static Task<ComposeProgram> EnsureComposeAsync(CancellationToken cancellationToken) =>
        ComposeProgram.EnsureAsync(Repository.PathOf(".nuke", "temp", "packages", "compose"), noInstall: false, _ => { }, cancellationToken);

    private static Machine MachineIn(string folder, string? dockerHost) => new(
        new MachineOptions
        {
            Directory = Path.Combine(folder, "machine"),
            PackagesDirectory = Repository.PathOf(".nuke", "temp", "packages"),
            DockerHost = string.IsNullOrEmpty(dockerHost) ? null : dockerHost,
        },
        _ => { });
}

/// <summary>End-to-end scenarios run one after the other, and after everything else: they measure time and hold ports.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScenarioSequence : ICollectionFixture<ScenarioMachine>
{
    public const string Name = "End-to-end scenarios";
}
