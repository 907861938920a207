using System.Net;
using PhasedRollout.Demo.GitHub;

namespace PhasedRollout.Demo.Machines;

/// <summary>An engine that answers.</summary>
/// <param name="Host">As <c>DOCKER_HOST</c> has it, such as <c>unix:///var/run/docker.sock</c>.</param>
/// <param name="IsOurs">This machine's demo or tests started it, and <see cref="Machine.RemoveAsync"/> ends it.</param>
public sealed record EngineEndpoint(string Host, bool IsOurs);

/// <summary>
/// What the demo and the tests need of a machine: an engine, PostgreSQL, Redis, git. What is there is used; what is missing is fetched
/// from Debian's packages into a folder, never installed, and started detached. Each step says first what it will do.
/// </summary>
/// <param name="options">Where things are kept and looked for.</param>
/// <param name="log">Told what is done, in sentences.</param>
public sealed class Machine(MachineOptions options, Action<string> log)
{
    private readonly MachineOptions _options = options with
    {
        Directory = SharedFolder.Resolve(options.Directory),
        PackagesDirectory = SharedFolder.Resolve(options.PackagesDirectory),
    };

    /// <summary>Where data, logs and records really are: <see cref="MachineOptions.Directory"/>, unless servers could not reach it.</summary>
    public string Directory => _options.Directory;

    /// <summary>Where packages are really unpacked: <see cref="MachineOptions.PackagesDirectory"/>, unless servers could not reach it.</summary>
    public string PackagesDirectory => _options.PackagesDirectory;

    /// <summary>Packages have been fetched.</summary>
    public bool HasPackages => System.IO.Directory.Exists(_options.PackagesDirectory);

    /// <summary>The folder of the <c>docker</c> client that was unpacked with the engine, when there is no other one.</summary>
    public string? UnpackedDockerClient
    {
        get
        {
            var folder = Path.Combine(_options.PackagesDirectory, "docker.io", "root", "usr", "bin");
            return ProgramFinder.Find("docker", _options.SearchPath) is null && File.Exists(Path.Combine(folder, "docker")) ? folder : null;
        }
    }

    internal DetachedProcesses Processes => new(_options.Directory, _options.Clock);

    private DebianPackages Packages => new(_options.PackagesDirectory, _options.NoInstall, log);

    private PostgreSqlSetup PostgreSql => new(_options, Packages, Processes, log);

    private DockerEngineSetup Engine => new(_options, Packages, Processes, log);

    /// <summary>The engine that answers; started if there is none.</summary>
    /// <exception cref="DemoException">The chosen one does not answer, or none can be started here.</exception>
    public async Task<EngineEndpoint> EnsureEngineAsync(CancellationToken ct)
    {
        if (await FindEngineAsync(ct) is { } found)
            return found;
        if (_options.DockerHost is { } chosen)
            throw new DemoException($"DOCKER_HOST is {chosen}, and no engine answers there. Start it, or unset DOCKER_HOST.");
        System.IO.Directory.CreateDirectory(_options.Directory);
        await Engine.StartAsync(ct);
        return new EngineEndpoint($"unix://{_options.DockerSocket}", IsOurs: true);
    }

    /// <summary>The engine that answers, or null; nothing is started.</summary>
    public async Task<EngineEndpoint?> FindEngineAsync(CancellationToken ct)
    {
        if (_options.DockerHost is { } chosen && !chosen.StartsWith("unix://", StringComparison.Ordinal))
            return new EngineEndpoint(chosen, IsOurs: false);
        var socket = _options.DockerHost?["unix://".Length..] ?? _options.DockerSocket;
        return await EngineSocket.AnswersAsync(socket, ct) ? new EngineEndpoint($"unix://{socket}", Processes.Find("dockerd") is not null) : null;
    }

    /// <summary>A git to run.</summary>
    public async Task<GitProgram> EnsureGitAsync(CancellationToken ct)
    {
        if (ProgramFinder.Find("git", _options.SearchPath) is { } git)
            return new GitProgram(git);
        var root = await Packages.UnpackAsync("git", ["git"], ct);
        var environment = DebianRoot.Environment(root, _options.SearchPath);
        environment["GIT_EXEC_PATH"] = Path.Combine(root, "usr/lib/git-core");
        environment["GIT_TEMPLATE_DIR"] = Path.Combine(root, "usr/share/git-core/templates");
        return new GitProgram(Path.Combine(root, "usr/bin/git"), environment);
    }

    /// <summary>Starts PostgreSQL with these databases on an address, or finds it running.</summary>
    public Task<PostgreSqlServer> StartPostgreSqlAsync(IPAddress address, int port, IReadOnlyList<string> databases, CancellationToken ct)
    {
        System.IO.Directory.CreateDirectory(_options.Directory);
        return PostgreSql.StartAsync(address, port, databases, ct);
    }

    /// <summary>Starts Redis on an address, or finds it running.</summary>
    public Task StartRedisAsync(IPAddress address, int port, CancellationToken ct)
    {
        System.IO.Directory.CreateDirectory(_options.Directory);
        return new RedisSetup(_options, Packages, Processes, log).StartAsync(address, port, ct);
    }

    /// <summary>Debian's static busybox.</summary>
    public async Task<string> EnsureBusyboxAsync(CancellationToken ct) =>
        Path.Combine(await Packages.UnpackAsync("a static busybox for the demo's images", ["busybox-static"], ct), "bin/busybox");

    /// <summary>Ends everything that was started here, the engine last, and deletes its data; packages stay for the next time.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        if (await Processes.StopAsync("postgresql", ct, PostgreSqlSetup.FastShutdown))
            log("PostgreSQL has ended.");
        if (await Processes.StopAsync("redis", ct))
            log("Redis has ended.");
        await Engine.RemoveAsync(ct);
        if (System.IO.Directory.Exists(_options.Directory))
            System.IO.Directory.Delete(_options.Directory, recursive: true);
    }

    /// <summary>A headless browser.</summary>
    public Task<BrowserProgram> EnsureBrowserAsync(CancellationToken ct) => new BrowserSetup(_options, Packages).EnsureAsync(ct);

    internal async Task<ProgramFiles> ClientProgramsAsync(CancellationToken ct)
    {
        var (psql, psqlEnvironment) = await PostgreSql.FindClientAsync(ct);
        var curl = ProgramFinder.Find("curl", _options.SearchPath);
        var curlEnvironment = new Dictionary<string, string>();
        if (curl is null)
        {
            var root = await Packages.UnpackAsync("curl for the health checks of the demo's images", ["curl"], ct);
            (curl, curlEnvironment) = (Path.Combine(root, "usr/bin/curl"), DebianRoot.Environment(root, _options.SearchPath));
        }

        return await ProgramFiles.CollectAsync([("curl", curl, curlEnvironment), ("psql", psql, psqlEnvironment)], ct);
    }
}
