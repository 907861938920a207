using System.Globalization;
using System.Net;
using System.Text.Json;
using PhasedRollout.Demo.Docker;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo;

/// <summary>Everything the demo's rollout needs around it: engine, "VPS", GitHub, images, network, files.</summary>
internal sealed class DemoWorld(DemoOptions options, Action<string> log)
{
    private const string GitHub = "github";
    private const string PortProcess = "port-holder";
    private const string PortContainer = "demo-port-holder";

    /// <summary>The machine under it.</summary>
    public Machine Machine { get; } = new(
        new MachineOptions
        {
            Directory = Path.Combine(options.WorkDirectory, "machine"),
            PackagesDirectory = Path.Combine(options.RootDirectory, ".nuke", "temp", "packages"),
            NoInstall = options.NoInstall,
            DockerHost = Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host ? host : null,
        },
        log);

    /// <summary>The engine; known once <see cref="PrepareAsync"/> has run.</summary>
    public EngineEndpoint? Endpoint { get; private set; }

    /// <summary>Where the stand-in for GitHub answers.</summary>
    public string GitHubUrl { get; private set; } = "";

    /// <summary>What is to be deployed.</summary>
    public DemoInput Input { get; private set; } = new("", new Dictionary<string, string>());

    /// <summary>The good compose file and its variables.</summary>
    public (string Compose, string Env) Files => (InWork("compose.yml"), InWork(".env"));

    /// <summary>Builds the world, or finds what of it is there; undoes what an earlier breakage left.</summary>
    public async Task PrepareAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(options.WorkDirectory);
        var compose = DemoCompose.From(await File.ReadAllTextAsync(Path.Combine(options.RootDirectory, "phases", "compose.yml"), ct));
        Endpoint = await Machine.EnsureEngineAsync(ct);
        var server = await WithEngineAsync(engine => PrepareEngineAsync(engine, compose, ct));
        await ServeRepositoryAsync(ct);

        var variables = DemoVariables.Choose(DemoCompose.Variables(compose), server, await DemoVariables.ReadAsync(Files.Env, ct));
        Input = new DemoInput(compose, variables);
        await WriteAsync(Input, Files, ct);
    }

    /// <summary>Writes a compose file and its env file.</summary>
    public static async Task WriteAsync(DemoInput input, (string Compose, string Env) files, CancellationToken ct)
    {
        await File.WriteAllTextAsync(files.Compose, input.Compose, ct);
        await DemoVariables.WriteAsync(files.Env, input.Variables, ct);
    }

    /// <summary>All ten containers run and are healthy.</summary>
    public async Task<bool> IsDeployedAsync(CancellationToken ct)
    {
        var names = DemoCompose.ContainerNames(Input.Compose);
        return await WithEngineAsync(engine => engine.CountHealthyAsync(names, ct)) == names.Count;
    }

    /// <summary>Lets somebody hold the port that a breakage needs.</summary>
    public async Task HoldPortAsync(PortHolderKind kind, CancellationToken ct)
    {
        if (kind == PortHolderKind.Container)
        {
            await DemoEngine.UseAsync(Endpoint!.Host, options.RootDirectory, engine => engine.HoldPortAsync(PortContainer, FixtureFiles.BaseImage, Breakage.ContainerPort, ct));
        }
        else if (kind == PortHolderKind.Process)
        {
            var busybox = await Machine.EnsureBusyboxAsync(ct);
            var port = Breakage.ProcessPort.ToString(CultureInfo.InvariantCulture);
            // It serves what is in its folder to everybody: nothing.
            var empty = Directory.CreateDirectory(Path.Combine(Machine.Directory, "empty")).FullName;
            var record = Machine.Processes.Start(new DetachedProgram(PortProcess, busybox, ["httpd", "-f", "-p", port, "-h", empty]));
            await Machine.Processes.WaitUntilAsync(
                record, _ => Task.FromResult(!PortHolder.IsFree(IPAddress.Any, Breakage.ProcessPort)), TimeSpan.FromSeconds(10), ct);
        }
    }

    /// <summary>Ends everything and removes it; packages that were fetched stay for the next time.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        var endpoint = await Machine.FindEngineAsync(ct);
        if (endpoint is not null)
        {
            var containers = await DemoEngine.UseAsync(endpoint.Host, options.RootDirectory, engine => engine.RemoveAllAsync(DemoCompose.Project, ct));
            log($"Removed {containers} containers of this clone's demo, its images and its network.");
        }
        else
        {
            log("No engine answers, so there are no containers to remove.");
        }

        await Machine.Processes.StopAsync(PortProcess, ct);
        if (await Machine.Processes.StopAsync(GitHub, ct))
            log("The stand-in for GitHub has ended.");
        await Machine.RemoveAsync(ct);
        if (Directory.Exists(options.WorkDirectory))
            Directory.Delete(options.WorkDirectory, recursive: true);
    }

    private static async Task RefuseForeignAsync(DemoEngine engine, string compose, CancellationToken ct)
    {
        var foreign = await engine.ForeignAsync([.. DemoCompose.ContainerNames(compose), PortContainer], ct);
        if (foreign.Count > 0)
            throw new DemoException(
                $"The demo did not make these containers and will not touch them: {string.Join(", ", foreign.Select(container => $"{container.Name} ({container.Image})"))}. "
                + "Remove or rename them, or end the demo of the clone that made them (./build.sh Demo --remove there).");
    }

    private async Task<PostgreSqlServer> PrepareEngineAsync(DemoEngine engine, string compose, CancellationToken ct)
    {
        await RefuseForeignAsync(engine, compose, ct);
        await ReleasePortsAsync(engine, ct);

        var address = await engine.BridgeAddressAsync(ct);
        var server = await Machine.StartPostgreSqlAsync(address, 5433, ["bizosaas_staging", "saleor_staging"], ct);
        await Machine.StartRedisAsync(address, 6380, ct);
        log($"The VPS is played by PostgreSQL at {address}:5433 and Redis at {address}:6380.");

        await BuildImagesAsync(engine, ct);
        if (await engine.EnsureNetworkAsync("dokploy-network", ct))
            log("Made the network dokploy-network.");
        return server;
    }

    private Task<T> WithEngineAsync<T>(Func<DemoEngine, Task<T>> work) => DemoEngine.UseAsync(Endpoint!.Host, options.RootDirectory, work);

    private string InWork(string file) => Path.Combine(options.WorkDirectory, file);

    private async Task ReleasePortsAsync(DemoEngine engine, CancellationToken ct)
    {
        await engine.RemoveContainerAsync(PortContainer, ct);
        await Machine.Processes.StopAsync(PortProcess, ct);
    }

    private async Task BuildImagesAsync(DemoEngine engine, CancellationToken ct)
    {
        log($"Building {FixtureFiles.BaseImage}, from which all services start, and ghcr.io/saleor/saleor:3.20, the pre-built one.");
        await using (var context = await BaseImage.ContextAsync(await Machine.EnsureBusyboxAsync(ct), await Machine.ClientProgramsAsync(ct), ct))
            await engine.BuildAsync(FixtureFiles.BaseImage, context, ct);
        await using var saleor = await BaseImage.ContextAsync(
            [("Dockerfile", FixtureFiles.Dockerfile(FixtureService.Saleor)), ("service.sh", FixtureFiles.ServiceScript)], ct);
        await engine.BuildAsync("ghcr.io/saleor/saleor:3.20", saleor, ct);
    }

    private async Task ServeRepositoryAsync(CancellationToken ct)
    {
        var git = await Machine.EnsureGitAsync(ct);
        var repository = InWork("repository.git");
        var commit = await FixtureRepository.CreateAsync(git, repository, ct);

        // Started anew each time, on the same port: it may be of an older build, and its request limit begins again.
        await Machine.Processes.StopAsync(GitHub, ct);
        var portFile = InWork("github.port");
        var port = File.Exists(portFile) ? int.Parse(await File.ReadAllTextAsync(portFile, ct), CultureInfo.InvariantCulture) : 0;
        File.Delete(portFile);
        var settings = InWork("github.json");
        await File.WriteAllTextAsync(
            settings,
            JsonSerializer.Serialize(new StandInSettings(FixtureRepository.FullName, repository, git, port, portFile), DemoJson.Default.StandInSettings),
            ct);
        var record = Machine.Processes.Start(new DetachedProgram(GitHub, ChildBuild.DotNet, [options.BuildAssembly, DemoProcess.Argument, settings])
        {
            WithoutVariable = name => ChildBuild.IsKeptFromChild(name, []),
        });
        await Machine.Processes.WaitUntilAsync(record, _ => Task.FromResult(File.Exists(portFile)), TimeSpan.FromSeconds(30), ct);
        GitHubUrl = $"http://127.0.0.1:{(await File.ReadAllTextAsync(portFile, ct)).Trim()}";
        log($"{FixtureRepository.FullName} at {commit[..7]} is served at {GitHubUrl}, as GitHub would.");
    }
}
