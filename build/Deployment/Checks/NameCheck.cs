using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the containers' names free, or held by what this rollout replaces?</summary>
internal static class NameCheck
{
    public static IEnumerable<Finding> Check(Rollout rollout, IReadOnlyList<Phase> phases, ObservedState observed) =>
        from phase in phases
        from service in phase.Services
        let name = service.Service.ContainerNameIn(rollout.Project)
        from holder in observed.Containers
        where holder.Name == name && !DeploymentPlanner.BelongsTo(rollout.Project, service.Service.Name, holder)
        select TextChecks.Located(
            new Finding(PreflightRules.ContainerName, FailureClass.Unknown, Certainty.Certain,
                $"the container name '{name}' is held by {DeploymentPlanner.Describe(holder)}", $"services/{service.Service.Name}/container_name",
                "remove or rename that container, or choose another container_name; what is not ours is never touched")
            {
                Service = service.Service.Name,
                NextCommand = $"docker inspect {name}",
            },
            service.Service.Locations.GetValueOrDefault("container_name") ?? service.Service.Location);
}
