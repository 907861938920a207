using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Decides what a phase does to the target: wanted and observed in, operations with their causes out. It touches nothing.</summary>
/// <remarks>
/// A service that is changed has, from before its new container is made until its phase has passed the gate, a container of a
/// <see cref="PreviousName"/>: the old one, or a placeholder where there was none. So an interrupted run is recognised by what stands on
/// the target alone, and every decision here holds for the first run as for the one after a crash. A service that can be replaced
/// while its old container answers (<see cref="BesideRule"/>) has one of a <see cref="BesideName"/> instead until the gate has passed, and
/// the old one keeps its name: whatever bears such a name is removed by whoever comes next.
/// </remarks>
public static class DeploymentPlanner
{
    /// <summary>Plans a phase.</summary>
    /// <param name="project">The project.</param>
    /// <param name="wanted">The services of the phase, dependencies first.</param>
    /// <param name="networks">The networks that they need and that belong to the project.</param>
    /// <param name="volumes">The volumes that they need and that belong to the project.</param>
    /// <param name="observed">What stands on the target.</param>
    /// <param name="runMark">Eight hexadecimal digits of the run.</param>
    /// <param name="keep">The phase's number and how many of its versions are kept; null to keep nothing and to forget nothing.</param>
    public static DeploymentPlan Plan(
        string project,
        IReadOnlyList<WantedService> wanted,
        IReadOnlyList<NetworkSpec> networks,
        IReadOnlyList<VolumeSpec> volumes,
        ObservedState observed,
        string runMark,
        (int Phase, int Versions)? keep = null)
    {
        // What is touched decides what may meet another version, and what is replaced decides under which number it is kept.
        var first = wanted.Select(service => new ServicePlan(project, service, observed, runMark, coupled: null, change: null)).ToArray();
        Service[] touched = [.. first.Where(plan => plan.IsTouched).Select(plan => plan.Service)];
        OutgoingContainer[] outgoing = [.. first.Select(plan => plan.Outgoing).OfType<OutgoingContainer>()];
        var change = keep is { Versions: > 0 } && !IsFirstDeployment(project, wanted, outgoing, observed) ? KeepPlan.Number(project, outgoing, observed) : null;
        var plans = wanted
            .Select(service => new ServicePlan(project, service, observed, runMark, BesideRule.Coupled(service.Service, touched), change)).ToArray();
        return new DeploymentPlan(
            [
                .. networks.Where(network => observed.Networks.All(existing => existing.Name != network.Name))
                    .Select(network => new CreateNetwork(network, "no network of this name")),
                .. volumes.Where(volume => observed.Volumes.All(existing => existing.Name != volume.Name))
                    .Select(volume => new CreateVolume(volume, "no volume of this name")),
                .. plans.SelectMany(plan => plan.Prepare),
            ],
            [.. plans.SelectMany(plan => plan.Stops), .. plans.SelectMany(plan => plan.Starts)],
            [.. plans.SelectMany(plan => plan.Settle)],
            plans.ToDictionary(plan => plan.Service.Name, plan => plan.Change))
        {
            Trial = [.. plans.SelectMany(plan => plan.Trial)],
            EndTrial = [.. plans.SelectMany(plan => plan.EndTrial)],
            HandOver = [.. plans.SelectMany(plan => plan.HandOver)],
            Replacements = plans.Where(plan => plan.Replacement is not null).ToDictionary(plan => plan.Service.Name, plan => plan.Replacement!),
            Causes = plans.ToDictionary(plan => plan.Service.Name, plan => plan.Cause),
            Keep = keep is var (phase, versions)
                ?
                [
                    .. change is { } number ? KeepPlan.Keep(project, phase, outgoing, observed, number) : [],
                    .. KeepPlan.Prune(project, phase, change, observed, versions),
                    .. plans.Where(plan => plan.Outgoing is null).SelectMany(plan => KeepPlan.ForgetStanding(project, plan.Service.Name, observed)),
                ]
                : [],
        };
    }

    // A phase that was not there at all before has nothing to go back to; nor has one whose first deployment was killed while it was being settled:
    // what that run made says of no change.
    private static bool IsFirstDeployment(
        string project, IReadOnlyList<WantedService> wanted, OutgoingContainer[] outgoing, ObservedState observed) =>
        Array.TrueForAll(outgoing, container => container.ImageId is null)
        && (outgoing.Length == wanted.Count || outgoing.Any(absent => Of(project, absent.Service, observed)
            .Any(container => container is { IsInPlace: true, IsOurs: true, Change: null } && container.State != "created")));

    /// <summary>Plans the way back of a phase that failed: every service whose change is not settled.</summary>
    /// <param name="project">The project.</param>
    /// <param name="wanted">The services of the phase, dependencies first.</param>
    /// <param name="observed">What stands on the target after the failure.</param>
    /// <param name="ran">The ids of the containers that ran before and kept their names.</param>
    internal static UndoOperations PlanUndo(string project, IReadOnlyList<WantedService> wanted, ObservedState observed, IReadOnlySet<string> ran)
    {
        var unsettled = wanted.Select(service => new UndoPlan(project, service.Service, observed, ran)).Where(plan => plan.IsUnsettled).ToArray();
        return new UndoOperations(
            [.. unsettled.Reverse().SelectMany(plan => plan.RemoveNew)],
            [.. unsettled.SelectMany(plan => plan.Forget)],
            [.. unsettled.SelectMany(plan => plan.BringBack)]);
    }

    /// <summary>The containers of a service, whatever their names; not those of <c>docker compose run</c>.</summary>
    internal static IReadOnlyList<DeployedContainer> Of(string project, string service, ObservedState observed) =>
    [
        .. observed.Containers
            .Where(container => BelongsTo(project, service, container) && container.State != "removing")
            .OrderBy(container => container.CreatedAt).ThenBy(container => container.Name, StringComparer.Ordinal),
    ];

    /// <summary>The containers whose names the phase needs and that belong to others; they are never touched.</summary>
    public static IReadOnlyList<(WantedService Service, DeployedContainer Holder)> ForeignNames(
        string project, IReadOnlyList<WantedService> wanted, ObservedState observed) =>
    [
        .. from service in wanted
           from container in observed.Containers
           where container.Name == service.Container.Name && !BelongsTo(project, service.Service.Name, container)
           select (service, container),
    ];

    /// <summary>True for a container of the service, whoever made it; not for one of <c>docker compose run</c>.</summary>
    internal static bool BelongsTo(string project, string service, DeployedContainer container) =>
        container.Project == project && container.Service == service && !container.IsOneOff && !container.IsKept;

    /// <summary>Why a name cannot be taken.</summary>
    internal static string ForeignName(DeployedContainer holder) =>
        $"the name is held by {Describe(holder)}, which does not belong to this service and is not touched";

    /// <summary>A container that belongs to somebody else, for people.</summary>
    internal static string Describe(DeployedContainer container) => container.Project is { } project
        ? $"container '{container.Name}' of service '{container.Service}' in project '{project}'"
        : $"container '{container.Name}' (image {container.Image})";
}
