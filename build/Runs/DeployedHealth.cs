using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>The health of what is deployed of a rollout.</summary>
public sealed class DeployedHealth(ITargetObserver target, HealthWatch watch)
{
    /// <summary>Looks once at every service of the rollout, in the order of the file.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="longestWait">How long to wait for the probes that decide, where the engine has no verdict yet.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public async Task<IReadOnlyList<ServiceHealth>> LookAsync(Rollout rollout, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var deployed = await FindAsync(rollout, [.. rollout.Services.Select(service => service.Name)], cancellationToken);
        var seen = (await watch.LookAsync(deployed, longestWait, cancellationToken)).ToDictionary(health => health.Service);
        return
        [
            .. rollout.Services.Select(service => seen.GetValueOrDefault(service.Name)
                ?? new ServiceHealth(service.Name, ServiceState.NotDeployed, "it has no container", [])),
        ];
    }

    /// <summary>The containers of the named services; a service without one is left out.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public async Task<IReadOnlyList<GatedService>> FindAsync(
        Rollout rollout, IReadOnlyCollection<string> services, CancellationToken cancellationToken)
    {
        var containers = await DeployedContainers.FindAsync(target, rollout.Project, cancellationToken);
        return
        [
            .. rollout.Services.Where(service => services.Contains(service.Name))
                .SelectMany(service => containers.Where(container => container.Service == service.Name).Take(1)
                    .Select(container => new GatedService(service, container.Id, container.Name))),
        ];
    }

    /// <summary>The verdict on what should be there: every service of the phases up to the highest of which anything is deployed.
    /// A service of those without a container has failed.</summary>
    public static GateVerdict Expected(Rollout rollout, IReadOnlyList<ServiceHealth> health)
    {
        var deployed = health.Where(service => service.State != ServiceState.NotDeployed).Select(service => service.Service).ToHashSet();
        var reached = rollout.Phases.Where(phase => phase.Services.Any(deployed.Contains)).Select(phase => phase.Number).DefaultIfEmpty(0).Max();
        var due = rollout.Phases.Where(phase => phase.Number <= reached).SelectMany(phase => phase.Services).ToHashSet();
        return new GateVerdict(
        [
            .. health.Where(service => due.Contains(service.Service)).Select(service => service.State == ServiceState.NotDeployed
                ? service with { State = ServiceState.Failed, Reason = FormattableString.Invariant($"it has no container, though phase {reached} is deployed") }
                : service),
        ]);
    }
}
