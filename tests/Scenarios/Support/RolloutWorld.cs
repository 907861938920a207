using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.GitHub;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A project of its own: folder, names, ports, network, repository and GitHub. Nothing of it is left at its end.</summary>
internal sealed class RolloutWorld(ScenarioMachine machine, string name, string folder) : IAsyncDisposable
{
    private readonly Dictionary<string, int> _ports = [];

    public ScenarioMachine Machine => machine;

    /// <summary>The Compose project.</summary>
    public string Project { get; } = $"scenario-{name}-{Environment.ProcessId}";

    /// <summary>The stack's external network.</summary>
    public string Network { get; } = $"dokploy-network-{name}-{Environment.ProcessId}";

    /// <summary>Where the program runs: a root of its own, so that no cache or log of the repository is used.</summary>
    public string Folder => folder;

    public string ComposeFile => Path.Combine(folder, "compose.yml");

    public string EnvFile => Path.Combine(folder, ".env");

    public string Phases => Path.Combine(folder, "phases");

    public string Reports => Path.Combine(folder, "reports");

    public GitHubStandIn GitHub { get; private set; } = null!;

    public ScenarioRepository Repository { get; } = new(machine.Git, Path.Combine(folder, "repository.git"));

    public EngineView Engine { get; private set; } = null!;

    /// <summary>The good compose file and its variables.</summary>
    public DemoInput Good { get; set; } = new("", new Dictionary<string, string>());

    /// <summary>Tokens that GitHub accepts.</summary>
    public HashSet<string> Tokens { get; } = new(StringComparer.Ordinal);

    public async Task PrepareAsync()
    {
        Directory.CreateDirectory(Path.Combine(folder, ".nuke"));
        Engine = new EngineView(machine.Client, Project);
        await machine.EnsureNetworkAsync(Network);
        await Repository.CreateAsync();
        Serve(FixtureRepository.FullName);
    }

    /// <summary>Serves the repository under that name, instead of what was served before.</summary>
    public void Serve(string fullName, Func<GitHubStandInOptions, GitHubStandInOptions>? shape = null)
    {
        var options = new GitHubStandInOptions
        {
            Repositories = new Dictionary<string, string> { [fullName] = Repository.Folder },
            Git = machine.Git,
            Tokens = Tokens,
            AnonymousLimit = 100_000,
        };
        GitHub = GitHubStandIn.Start(shape?.Invoke(options) ?? options);
    }

    /// <summary>A GitHub without a memory: no used-up limit, no failures; and a program without a cache of its answers.</summary>
    public async Task ServeAnewAsync()
    {
        await GitHub.DisposeAsync();
        Serve(FixtureRepository.FullName);
        if (Directory.Exists(Path.Combine(folder, ".nuke", "temp")))
            Directory.Delete(Path.Combine(folder, ".nuke", "temp"), recursive: true);
    }

    /// <summary>The ten services, all or some: repository, compose file and variables.</summary>
    public async Task UseSeedAsync(IReadOnlyCollection<string> services)
    {
        await Repository.AddServicesAsync(machine);
        var text = ScenarioCompose.Text(this, services);
        Good = new DemoInput(text, DemoVariables.Choose(DemoCompose.Variables(text), machine.PostgreSql, new Dictionary<string, string>()));
    }

    /// <summary>The host port that stands for one of the repository's compose file.</summary>
    public int PortFor(string published) =>
        _ports.TryGetValue(published, out var port) ? port : _ports[published] = machine.FreePort();

    /// <summary>Writes what is to be deployed.</summary>
    public Task WriteAsync(DemoInput input) => DemoWorld.WriteAsync(input, (ComposeFile, EnvFile), CancellationToken.None);

    /// <summary>The arguments that every run in this world gets.</summary>
    public IReadOnlyList<string> Arguments =>
    [
        "--compose-file", ComposeFile, "--env-file", EnvFile, "--phases-directory", Phases, "--reports-directory", Reports,
        "--github-url", GitHub.Url.ToString().TrimEnd('/'), "--docker-host", machine.DockerHost, "--min-healthy-time", "1s",
    ];

    /// <summary>Runs the program to its end.</summary>
    public Task<ProgramRun> RunAsync(params string[] arguments) => RunAsync(null, arguments);

    /// <summary>Runs the program to its end, with further variables.</summary>
    public async Task<ProgramRun> RunAsync(IReadOnlyDictionary<string, string>? variables, params string[] arguments)
    {
        await using var program = Start(variables, arguments);
        var run = await program.EndAsync(TestContext.Current.CancellationToken);
        GitHub.UnexpectedRequests.ShouldBeEmpty();
        return run;
    }

    /// <summary>Starts the program. An argument that is given here as well replaces the world's.</summary>
    public RunningProgram Start(IReadOnlyDictionary<string, string>? variables, params string[] arguments)
    {
        List<string> all = [.. arguments];
        for (var index = 0; index < Arguments.Count; index += 2)
            if (!arguments.Contains(Arguments[index]))
                all.AddRange([Arguments[index], Arguments[index + 1]]);
        return RunningProgram.Start(folder, all, [.. Good.Variables.Keys], variables);
    }

    /// <summary>Deploys the good state and expects that this works.</summary>
    public async Task DeployGoodAsync()
    {
        GitHub.Heal();
        await WriteAsync(Good);
        (await RunAsync("Deploy")).ShouldEndWith(0);
    }

    /// <summary>Deploys the good state unless exactly that runs already.</summary>
    public async Task EnsureGoodAsync()
    {
        var healthy = (await Engine.ContainersAsync()).Count(container => container.Health == "healthy");
        if (healthy != DemoCompose.ContainerNames(Good.Compose).Count || !File.Exists(ComposeFile) || await File.ReadAllTextAsync(ComposeFile) != Good.Compose)
            await DeployGoodAsync();
    }

    /// <summary>The latest report, which must fit the committed schema.</summary>
    public Task<ReportFile> ReadReportAsync() => ReportFile.ReadAsync(Path.Combine(Reports, "report.json"));

    /// <summary>Deletes reports and phase files, so that the next ones cannot be old ones.</summary>
    public void DeleteOutput()
    {
        foreach (var output in ((string[])[Reports, Phases]).Where(Directory.Exists))
            Directory.Delete(output, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        machine.Forget(this);
        await GitHub.DisposeAsync();
        await Engine.RemoveAsync();
        await Engine.RemoveNetworkAsync(Network);
        Directory.Delete(folder, recursive: true);
    }
}
