using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>How one service goes back to what was before.</summary>
internal sealed class UndoPlan
{
    private readonly DeployedContainer[] previous;
    private readonly DeployedContainer[] beside;

    public UndoPlan(string project, Service service, ObservedState observed, IReadOnlySet<string> ran)
    {
        var all = DeploymentPlanner.Of(project, service.Name, observed);
        previous = [.. all.Where(container => container.Previous is not null)];
        beside = [.. all.Where(container => container.Beside is not null)];
        RemoveNew = [.. beside.SelectMany(container => Remove(service.Name, container))];
        var from = all.SelectMany(container => new[] { container.Id, container.Name }).ToHashSet(StringComparer.Ordinal);
        Forget = [.. KeptContainer.Of(project, observed).Where(kept => kept.Service == service.Name && from.Contains(kept.From))
            .SelectMany(kept => KeepPlan.Forget(kept, "what it keeps runs again"))];
        // Somebody else, such as "docker compose up", stopped what was to answer until the gate.
        BringBack = [.. all.Where(container => container is { IsInPlace: true, IsRunning: false } && ran.Contains(container.Id))
            .Select(container => new StartContainer(service.Name, container.Id, container.Name, "it ran before"))];
        if (previous.Length == 0)
            return;

        // The youngest of each name is what ran last; older ones of the same name are what an interrupted run left.
        var back = previous.GroupBy(container => container.Previous!.Original).Select(group => group.Last()).ToArray();
        RemoveNew =
        [
            .. RemoveNew,
            .. all.Where(container => container is { IsInPlace: true, IsOurs: true }).SelectMany(container => Remove(service.Name, container)),
        ];
        BringBack = [.. back.SelectMany(container => Restore(service.Name, container)),
            .. previous.Except(back).Select(container => new RemoveContainer(
                service.Name, container.Id, container.Name, Volumes: false, "something younger ran in its place"))];
    }

    public bool IsUnsettled => previous.Length > 0 || beside.Length > 0 || Forget.Count > 0 || BringBack.Count > 0;

    public IReadOnlyList<Operation> RemoveNew { get; } = [];

    public IReadOnlyList<Operation> BringBack { get; } = [];

    public IReadOnlyList<Operation> Forget { get; } = [];

    private static IEnumerable<Operation> Remove(string service, DeployedContainer container)
    {
        if (container.IsRunning)
            yield return new StopContainer(service, container.Id, container.Name, "its phase failed");
        yield return new RemoveContainer(service, container.Id, container.Name, Volumes: true, "its phase failed");
    }

    // Started before it is renamed: a crash in between still shows that it ran.
    private static IEnumerable<Operation> Restore(string service, DeployedContainer container)
    {
        var was = container.Previous!;
        if (was.Kind == PreviousKind.Absent)
        {
            yield return new RemoveContainer(service, container.Id, container.Name, Volumes: true, "nothing was there before");
            yield break;
        }

        if (was.Kind == PreviousKind.Running && !container.IsRunning)
            yield return new StartContainer(service, container.Id, container.Name, "it ran before");
        yield return new RenameContainer(service, container.Id, container.Name, was.Original, "it goes back to its name");
    }
}

/// <summary>How services go back to what was before, in this order.</summary>
/// <param name="RemoveNew">Stops and removes what was new.</param>
/// <param name="Forget">Removes what was kept of what runs again. A crash after it finds its way by what was set aside, not by what was kept; a
/// refusal keeps nobody from going back, and the next deployment removes it.</param>
/// <param name="BringBack">Starts what ran before, under its name.</param>
internal sealed record UndoOperations(IReadOnlyList<Operation> RemoveNew, IReadOnlyList<Operation> Forget, IReadOnlyList<Operation> BringBack);
