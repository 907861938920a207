using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Versions;

/// <summary>Decides how a phase goes back to the version before its last change. It touches nothing.</summary>
/// <remarks>What is kept is forgotten last: until then a rollback that was killed is finished by the next one.</remarks>
internal sealed class RollbackPlan
{
    private RollbackPlan(IReadOnlyList<KeptContainer> version, Rollout rollout, IReadOnlyList<WantedService> wanted, DeploymentPlan plan)
    {
        Version = version;
        Rollout = rollout;
        Wanted = wanted;
        Plan = plan;
    }

    /// <summary>What is kept of the version.</summary>
    public IReadOnlyList<KeptContainer> Version { get; }

    /// <summary>The stack, with the services of the version that are no longer in the file.</summary>
    public Rollout Rollout { get; }

    /// <summary>The services as they were.</summary>
    public IReadOnlyList<WantedService> Wanted { get; }

    /// <summary>What is done.</summary>
    public DeploymentPlan Plan { get; }

    /// <summary>The version that a rollback would go back to: the newest of the highest phase that has one, or of <paramref name="phase"/>; empty
    /// when nothing is kept.</summary>
    public static IReadOnlyList<KeptContainer> Choose(string project, int? phase, ObservedState observed)
    {
        var kept = KeptContainer.Of(project, observed).Where(version => phase is null || version.Phase == phase).ToArray();
        if (kept.Length == 0)
            return [];

        var highest = kept.Max(version => version.Phase);
        var newest = kept.Where(version => version.Phase == highest).Max(version => version.Version);
        return [.. kept.Where(version => version.Phase == highest && version.Version == newest)];
    }

    /// <summary>Plans the way back.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="version">What is kept of the version.</param>
    /// <param name="images">The reference to make each service's container from.</param>
    /// <param name="observed">What stands on the target.</param>
    /// <param name="runMark">Eight hexadecimal digits of the run.</param>
    public static RollbackPlan Of(
        Rollout rollout, IReadOnlyList<KeptContainer> version, IReadOnlyDictionary<string, string> images, ObservedState observed, string runMark)
    {
        var whole = rollout with
        {
            Services = [.. rollout.Services, .. version.Where(kept => rollout.Services.All(service => service.Name != kept.Service)).Select(Gone)],
        };
        WantedService[] wanted =
        [
            .. InOrder(whole, [.. version.Where(kept => !kept.IsAbsence)])
                .Select(kept => Wants(whole, kept, images.GetValueOrDefault(kept.Service) ?? kept.Tag!)),
        ];
        // "docker compose down" takes the networks; named volumes cannot go while a kept container names them.
        var networks = ProjectResources.Networks(rollout, wanted.Select(service => service.Service));
        var plan = DeploymentPlanner.Plan(rollout.Project, wanted, networks, [], observed, runMark);
        var added = version.Where(kept => kept.IsAbsence).ToArray();
        var changes = plan.Changes.ToDictionary();
        foreach (var kept in added)
            changes[kept.Service] = ServiceChange.None;

        return new RollbackPlan(version, whole, wanted, plan with
        {
            Changes = changes,
            Settle =
            [
                .. plan.Settle,
                .. added.SelectMany(kept => Remove(rollout.Project, kept.Service, observed)),
                .. version.SelectMany(kept => KeepPlan.Forget(kept, "it runs again")),
            ],
        });
    }

    // Dependencies first, as far as the file knows them; a cycle was accepted, and is cut anywhere.
    private static IEnumerable<KeptContainer> InOrder(Rollout rollout, List<KeptContainer> waiting)
    {
        while (waiting.Count > 0)
        {
            var next = waiting.Find(kept => rollout[kept.Service].DependsOn.All(dependency => waiting.TrueForAll(other => other.Service != dependency.Service)))
                ?? waiting[0];
            waiting.Remove(next);
            yield return next;
        }
    }

    private static WantedService Wants(Rollout rollout, KeptContainer kept, string image)
    {
        var labels = kept.OldLabels;
        return new WantedService(
            rollout[kept.Service],
            new ContainerSpec(
                new ContainerConfiguration { Name = kept.Original, ImageIdentity = kept.Container.ImageId },
                labels.GetValueOrDefault(RolloutLabels.ConfigHash) ?? "", image, labels)
            {
                CopyOf = kept.Container.Id,
            },
            WantedService.IsJobOf(rollout, rollout[kept.Service]));
    }

    private static IEnumerable<Operation> Remove(string project, string service, ObservedState observed)
    {
        foreach (var container in DeploymentPlanner.Of(project, service, observed).Where(container => container.IsOurs))
        {
            if (container.IsRunning)
                yield return new StopContainer(service, container.Id, container.Name, "the version before did not have it");
            yield return new RemoveContainer(service, container.Id, container.Name, Volumes: true, "the version before did not have it");
        }
    }

    private static Service Gone(KeptContainer kept) =>
        new() { Name = kept.Service, Location = new SourceLocation(kept.Container.Name, 0, 0), ContainerName = kept.Original };
}
