using PhasedRollout.Contexts.Rules.Wiring;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Does a database start for the first time there, without the variables that this takes?</summary>
internal static class FirstStartCheck
{
    public static IEnumerable<Finding> Check(Rollout rollout, ObservedState observed) =>
        from service in rollout.Services
        let found = FirstStart.Of(rollout, service, isFinal: true)
        where found is { IsProven: true } && IsFirst(rollout, service, found, observed)
        select FirstStartRules.About(service, found, Certainty.Certain, "") with { Evidence = [Evidence(rollout, service, found)] };

    // A container hands its anonymous volumes over to the one that replaces it, and with them the database.
    private static bool IsFirst(Rollout rollout, Service service, FirstStart found, ObservedState observed) =>
        found.MountsOfData(service).All(mount => IsNew(rollout, mount, observed))
        && !observed.Containers.Any(container => container.Project == rollout.Project && container.Service == service.Name
            && container.AnonymousVolumes.Keys.Any(path => DatabaseStart.AreRelated(path, found.Folder)));

    // A volume that is not there is made empty; one with options of its driver may stand for a folder that is not.
    private static bool IsNew(Rollout rollout, MountDefinition mount, ObservedState observed) => mount.Type == "volume"
        && (mount.Source is null
            || (rollout.Volumes.GetValueOrDefault(mount.Source) is { External: false, Driver: null or "local", DriverOptions.Count: 0 } volume
                && observed.Volumes.All(existing => existing.Name != volume.Name)));

    private static string Evidence(Rollout rollout, Service service, FirstStart found) =>
        found.MountsOfData(service).FirstOrDefault(mount => mount.Source is not null) is { Source: { } key }
            ? $"the volume '{rollout.Volumes[key].Name}' is not there yet"
            : $"nothing holds a database of '{service.Name}' yet";
}
