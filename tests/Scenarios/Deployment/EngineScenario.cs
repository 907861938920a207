using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Health;
using PhasedRollout.Health.Docker;
using PhasedRollout.Health.Http;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>A project of its own on the real engine; whatever the test left is removed at its end.</summary>
public abstract class EngineScenario : IAsyncLifetime
{
    /// <summary>One after the other: a teardown removes layers that another class's build would share.</summary>
    internal const string Sequence = "Engine scenarios";

    internal EngineScenario() => Engine = DockerEngine.Connect(null, EngineAccess.Full);

    internal string Project { get; } = "deploy-test-" + Guid.NewGuid().ToString("N")[..8];

    internal DockerEngine Engine { get; }

    internal MemoryRepository Repository { get; set; } = new();

    internal RecordingLog Log { get; } = new();

    internal FakeEvidence Evidence { get; } = new();

    internal CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => Repository = await new MemoryRepository().WithServiceAsync("web", "sleep 1000");

    public async ValueTask DisposeAsync()
    {
        foreach (var container in await Engine.ListContainersAsync(CancellationToken.None))
            if (container.Project == Project || container.Name.StartsWith(Project, StringComparison.Ordinal))
                await Engine.RemoveContainerAsync(container.Id, volumes: true, CancellationToken.None);
        await Deployment(_ => true).TeardownAsync(Project, volumes: true, CancellationToken.None);
        foreach (var network in (await Engine.ListNetworksAsync(CancellationToken.None)).Where(network => network.Name.StartsWith(Project, StringComparison.Ordinal)))
            await Engine.RemoveNetworkAsync(network.Id, CancellationToken.None);
        Engine.Dispose();
        GC.SuppressFinalize(this);
    }

    // Services that only sleep answer no SIGTERM: a short grace keeps the tests short.
    internal static Service Quick(Service service) => service with { StopGracePeriod = TimeSpan.FromSeconds(1) };

    internal PhasedDeployment Deployment(Func<GatedService, bool> gate, DeploymentSettings? settings = null) => new(
        Engine, Repository, new FakeGate(gate), Evidence, settings ?? Stacks.Settings("run-" + Guid.NewGuid().ToString("N")), TimeProvider.System, Log);

    internal Task<PhaseOutcome> DeployAsync(
        Rollout rollout, int number = 1, Func<GatedService, bool>? gate = null, DeploymentSettings? settings = null) =>
        Deployment(gate ?? (_ => true), settings).DeployAsync(rollout, Stacks.Phases(rollout, Repository), number, Stop);

    /// <summary>Deploys phase 1 with the real gate.</summary>
    internal async Task<PhaseOutcome> GatedAsync(Rollout rollout)
    {
        var source = new DockerHealthSource(async token => await Engine.GetClientAsync(token), isLocal: true, TimeProvider.System);
        var evidence = new DockerEvidence(async token => await Engine.GetClientAsync(token), isLocal: true, helper: null, TimeProvider.System);
        using var http = new HttpProbe(null, TimeProvider.System);
        var settings = Stacks.Settings("run-" + Guid.NewGuid().ToString("N")) with
        {
            Gate = new GateSettings(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(3), TimeSpan.FromMinutes(3)),
        };
        return await new PhasedDeployment(
            Engine, Repository, new HealthWatch(source, http, TimeProvider.System, Log), evidence, settings, TimeProvider.System, Log)
            .DeployAsync(rollout, Stacks.Phases(rollout, Repository), 1, Stop);
    }

    /// <summary>The project's containers without those that only keep a version.</summary>
    internal async Task<IReadOnlyList<DeployedContainer>> ContainersAsync() => [.. (await AllContainersAsync()).Where(container => !container.IsKept)];

    internal async Task<IReadOnlyList<DeployedContainer>> AllContainersAsync() =>
    [
        .. (await Engine.ListContainersAsync(Stop)).Where(container => container.Project == Project).OrderBy(container => container.Name, StringComparer.Ordinal),
    ];
}
