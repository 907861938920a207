using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>The state of a deployed service.</summary>
public enum ServiceState
{
    /// <summary>No container of it exists.</summary>
    NotDeployed,
    /// <summary>Every check passed, for long enough, without a restart.</summary>
    Healthy,
    /// <summary>It runs, and nothing checks it.</summary>
    RunningUnverified,
    /// <summary>It failed.</summary>
    Failed,
    /// <summary>It could not be determined.</summary>
    Unknown,
}

/// <summary>Opens when every service of a phase is healthy.</summary>
public interface IPhaseGate
{
    /// <summary>Watches the services until all pass or one fails for good.</summary>
    /// <exception cref="WorldRefusedException">The engine does not answer.</exception>
    Task<GateVerdict> HoldAsync(IReadOnlyList<GatedService> services, GateSettings settings, CancellationToken cancellationToken);
}

/// <summary>A container at the gate.</summary>
/// <param name="Service">The service, whose checks are known.</param>
/// <param name="ContainerId">The container's id.</param>
/// <param name="ContainerName">The container's name.</param>
public sealed record GatedService(Service Service, string ContainerId, string ContainerName)
{
    /// <summary>True for a service that has done its work when it exits with 0: another one depends on it with <c>service_completed_successfully</c>.
    /// The gate sees this by itself when both are at it.</summary>
    public bool RunsToCompletion { get; init; }

    internal static GatedService Of(WantedService service, DeployedContainer container) =>
        new(service.Service, container.Id, container.Name) { RunsToCompletion = service.IsJob };
}

/// <summary>The gate's patience, in Nomad's words.</summary>
/// <param name="MinHealthyTime">How long every check must pass without a break before a service counts as healthy.</param>
/// <param name="HealthyDeadline">How long a service may take to become healthy.</param>
/// <param name="ProgressDeadline">How long the phase may go without another service becoming healthy.</param>
public sealed record GateSettings(TimeSpan MinHealthyTime, TimeSpan HealthyDeadline, TimeSpan ProgressDeadline);

/// <summary>What the gate decided.</summary>
/// <param name="Services">The verdict on each service, in the order given.</param>
public sealed record GateVerdict(IReadOnlyList<ServiceHealth> Services)
{
    /// <summary>True when every service is healthy, or runs without any check.</summary>
    public bool Passed => Services.All(service => service.State is ServiceState.Healthy or ServiceState.RunningUnverified);
}

/// <summary>The health of one service.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="State">The verdict.</param>
/// <param name="Reason">Which wait it was, how long it took, and the last thing that was seen.</param>
/// <param name="Terms">Each condition with its state: "container running", "3 fresh probes passed", "GET http://… 200", "0 restarts".</param>
public sealed record ServiceHealth(string Service, ServiceState State, string Reason, IReadOnlyList<HealthTerm> Terms)
{
    /// <summary>Since when it answers without a break, as far as its address or its probes showed it; null when that was not seen.</summary>
    public DateTimeOffset? AnsweringSince { get; init; }
}

/// <summary>A condition of health and what was seen of it.</summary>
/// <param name="Name">The condition.</param>
/// <param name="Passed">True, false, or null when nothing checks it.</param>
/// <param name="Observed">What was seen last.</param>
public sealed record HealthTerm(string Name, bool? Passed, string Observed);
