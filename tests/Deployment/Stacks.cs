using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>Small stacks, their phases and their settings.</summary>
internal static class Stacks
{
    public static readonly SourceLocation Nowhere = new("compose.yml", 1, 1);

    public static readonly RepositoryName Repository = new("acme", "platform");

    public static Service Image(string name, string image = "acme/web:1") => new()
    {
        Name = name,
        Location = Nowhere,
        Image = image,
        Networks = [new NetworkAttachment("default", [])],
    };

    public static Service Build(string name, string path, string dockerfile = "Dockerfile") => new()
    {
        Name = name,
        Location = Nowhere,
        Networks = [new NetworkAttachment("default", [])],
        Build = new BuildDefinition($"https://github.com/acme/platform.git#main:{path}", dockerfile)
        {
            Reference = new GitHubContext($"https://github.com/acme/platform.git#main:{path}", Repository, "main", path),
        },
    };

    public static Rollout Rollout(string project, params Service[][] phases) => new()
    {
        Project = project,
        Source = new ComposeFile(["/stack/compose.yml"], new ComposeMapping(Nowhere, [])),
        Services = [.. phases.SelectMany(phase => phase)],
        Phases = [.. phases.Select((phase, index) => new PhaseDefinition(index + 1, $"Phase {index + 1}", [.. phase.Select(service => service.Name)]))],
        Networks = new Dictionary<string, NetworkDefinition>
        {
            ["default"] = new("default", $"{project}_default", External: false, Driver: null, Nowhere),
        },
    };

    public static IReadOnlyList<Phase> Phases(Rollout rollout, MemoryRepository? repository = null, string? digest = null) =>
    [
        .. rollout.Phases.Select(phase => new Phase
        {
            Number = phase.Number,
            Title = phase.Title,
            Services = [.. phase.Services.Select(name => new PhaseService(rollout[name], Pin(rollout[name], repository, digest)))],
        }),
    ];

    public static DeploymentSettings Settings(string run = "run-1") => new()
    {
        RunId = run,
        Gate = new GateSettings(TimeSpan.Zero, TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20)),
        WorkDirectory = Path.Combine(Path.GetTempPath(), "phased-rollout-tests", Guid.NewGuid().ToString("N")),
        Parallelism = 2,
    };

    private static PinnedSource Pin(Service service, MemoryRepository? repository, string? digest) => service.Build switch
    {
        null => new PinnedImage(service.Image!, digest),
        { Reference: GitHubContext context } build => new PinnedBuild(context, "main", repository!.Commit, repository.TreeId(context.Path),
            context.Path.Length == 0 ? build.Dockerfile : $"{context.Path}/{build.Dockerfile}"),
        { } build => new UnverifiedBuild(build.Reference),
    };
}

/// <summary>Keeps what was said.</summary>
internal sealed class RecordingLog : IRunLog
{
    private readonly Lock gate = new();
    private readonly List<string> lines = [];

    public IReadOnlyList<string> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    public override string ToString() => string.Join('\n', Lines);

    public void Debug(string message) => Add("debug", message);

    public void Information(string message) => Add("info", message);

    public void Warning(string message) => Add("warning", message);

    public void Error(string message) => Add("error", message);

    private void Add(string level, string message)
    {
        lock (gate)
            lines.Add($"{level}: {message}");
    }
}

/// <summary>A gate whose verdict is a function of the service's container.</summary>
internal sealed class FakeGate(Func<GatedService, bool> passes) : IPhaseGate
{
    public List<(string[] Services, GateSettings Settings)> Held { get; } = [];

    public Task<GateVerdict> HoldAsync(IReadOnlyList<GatedService> services, GateSettings settings, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Held.Add(([.. services.Select(service => service.Service.Name)], settings));
        return Task.FromResult(new GateVerdict([.. services.Select(service => passes(service)
            ? new ServiceHealth(service.Service.Name, ServiceState.Healthy, "as the test wants it", [])
            : new ServiceHealth(service.Service.Name, ServiceState.Failed, "as the test wants it", []))]));
    }
}

/// <summary>Finds nothing, and remembers that it was asked.</summary>
internal sealed class FakeEvidence : IEvidenceCollector
{
    public List<string[]> Asked { get; } = [];

    public Task<IReadOnlyList<ContainerEvidence>> CollectAsync(IReadOnlyList<GatedService> services, CancellationToken cancellationToken)
    {
        Asked.Add([.. services.Select(service => service.ContainerName)]);
        return Task.FromResult<IReadOnlyList<ContainerEvidence>>([]);
    }
}
