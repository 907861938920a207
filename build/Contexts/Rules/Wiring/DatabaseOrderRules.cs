using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC507: a dependency on a database waits until it answers, not only until its container was started.</summary>
internal sealed class DatabaseOrderRules : IRolloutRule
{
    public IEnumerable<Finding> Check(Rollout rollout) =>
        from service in rollout.Services
        from dependency in service.DependsOn
        where dependency.Condition == DependencyCondition.Started
        let database = rollout.Services.FirstOrDefault(other => other.Name == dependency.Service)
        where database is { Build: null } && IsSamePhase(rollout, service, database)
        let known = KnownImage.Find(database.Image)
        where known is { IsDatabase: true }
        let finding = Findings.About(service, "depends_on", "VC507", FailureClass.DatabaseUnreachable, Certainty.Hint,
            $"'{service.Name}' starts as soon as the container of '{database.Name}' does; the database in it answers some seconds later",
            $"depends_on: {{ {database.Name}: {{ condition: service_healthy }} }}"
                + (database.Healthcheck is null ? $" and, in '{database.Name}', healthcheck: {{ test: {known.Healthcheck}, interval: 5s }}" : ""))
        select finding.At(dependency.Location);

    // A phase before is healthy when this one begins.
    private static bool IsSamePhase(Rollout rollout, Service one, Service other) =>
        rollout.Phases.Any(phase => phase.Services.Contains(one.Name) && phase.Services.Contains(other.Name));
}
