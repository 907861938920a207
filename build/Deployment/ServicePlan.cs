using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>What a phase does to one service.</summary>
internal sealed class ServicePlan
{
    private readonly List<Operation> prepare = [];
    private readonly List<Operation> stops = [];
    private readonly List<Operation> starts = [];
    private readonly List<Operation> settle = [];
    private readonly WantedService wanted;
    private readonly string runMark;

    public ServicePlan(string project, WantedService wanted, ObservedState observed, string runMark)
    {
        this.wanted = wanted;
        this.runMark = runMark;

        var all = DeploymentPlanner.Of(project, wanted.Service.Name, observed);
        var previous = all.Where(container => container.Previous is not null).ToArray();
        var current = all.Except(previous).ToArray();
        var kept = current.FirstOrDefault(IsAsWanted);

        if (kept is null)
            Replace(current, previous);
        else
            Keep(kept, [.. current.Where(container => container != kept)], previous);

        foreach (var container in previous)
        {
            if (container.IsRunning)
                stops.Add(new StopContainer(Name, container.Id, container.Name, "gives way to what replaces it"));
            settle.Add(Remove(container, volumes: false, "what replaced it passed the gate"));
        }
    }

    public Service Service => wanted.Service;

    public ServiceChange Change { get; private set; }

    /// <summary>Why it changes, or does not.</summary>
    public string Cause { get; private set; } = "it is as asked";

    public IReadOnlyList<Operation> Prepare => prepare;

    public IReadOnlyList<Operation> Stops => stops;

    public IReadOnlyList<Operation> Starts => starts;

    public IReadOnlyList<Operation> Settle => settle;

    /// <summary>What the service was before; null when nothing of it changes.</summary>
    public OutgoingContainer? Outgoing { get; private set; }

    private string Name => wanted.Service.Name;

    // A container that was created and never started may lack networks: it is made anew rather than trusted.
    private bool IsAsWanted(DeployedContainer container) =>
        container.Name == wanted.Container.Name
        && container.ConfigHash == wanted.Container.ConfigHash
        && container.State is not ("created" or "dead");

    private void Keep(DeployedContainer kept, DeployedContainer[] surplus, DeployedContainer[] previous)
    {
        // A second container of the service is left alone until the gate has passed: there is nothing it would be kept for.
        foreach (var container in surplus)
            settle.Add(Remove(container, volumes: false, "another container of the service is as asked"));

        // A change that a killed run left unsettled is this run's to settle, and to report.
        Outgoing = Youngest(previous);
        Change = previous.Length == 0 ? ServiceChange.None
            : previous.All(container => container.Previous!.Kind == PreviousKind.Absent) ? ServiceChange.Created
            : ServiceChange.Replaced;

        if (previous.Length > 0)
            Cause = "an interrupted run left it before its gate";
        if (kept.IsRunning || (wanted.MayEnd && kept.ExitCode == 0))
            return;

        Cause = "it is as asked and does not run";
        Start(kept.Id, Cause);
    }

    private void Replace(DeployedContainer[] current, DeployedContainer[] previous)
    {
        var leftovers = current.Where(container => container.IsOurs && (previous.Length > 0 || container.State == "created")).ToArray();
        var old = current.Except(leftovers).ToArray();

        foreach (var container in leftovers)
        {
            var leftover = container.State == "created" ? "an interrupted run created and never started it" : "an interrupted run left it before its gate";
            if (container.IsRunning)
                prepare.Add(new StopContainer(Name, container.Id, container.Name, leftover));
            prepare.Add(Remove(container, volumes: true, leftover));
        }

        foreach (var container in old)
            SetAside(container, Difference(container));

        var replaced = previous.Concat(old).Where(container => container.Previous?.Kind != PreviousKind.Absent).ToArray();
        if (previous.Length == 0 && old.Length == 0)
            SetAsideAbsence();
        else
            Outgoing = Youngest([.. previous, .. old]);

        Cause = old.Length > 0 ? Difference(old[^1]) : replaced.Length == 0 ? "no container of the service" : "an interrupted run left it before its gate";
        var cause = replaced.Length == 0 ? "no container of the service" : $"replaces {replaced[^1].Previous?.Original ?? replaced[^1].Name}";
        Change = replaced.Length == 0 ? ServiceChange.Created : ServiceChange.Replaced;
        prepare.Add(new CreateContainer(Name, wanted.Container, Inherited(replaced), cause));
        foreach (var network in wanted.Container.Configuration.Networks.Skip(1))
            prepare.Add(new ConnectNetwork(Name, wanted.Container.Name, network, "the service joins several networks"));

        Start(wanted.Container.Name, "it is new");
    }

    private OutgoingContainer? Youngest(DeployedContainer[] before) =>
        before.LastOrDefault(container => container.Previous?.Kind != PreviousKind.Absent) is { } ran
            ? new OutgoingContainer(Name, ran.Id, ran.Id, ran.Previous?.Original ?? ran.Name, ran.Image, ran.ImageId, ran.Labels)
            : before.LastOrDefault() is { } placeholder ? Absence(placeholder.Name) : null;

    private OutgoingContainer Absence(string placeholder) =>
        new(Name, placeholder, placeholder, wanted.Container.Name, wanted.Container.ImageReference, null, new Dictionary<string, string>());

    private string Difference(DeployedContainer container) =>
        !container.IsOurs ? "it was not deployed from here"
        : container.Name != wanted.Container.Name ? "the container's name changed"
        : container.ConfigHash == wanted.Container.ConfigHash ? $"it is {container.State}"
        : Changed(container, RolloutLabels.Tree, "its context changed, tree") ?? Changed(container, RolloutLabels.Image, "its image changed,")
            ?? "its configuration changed";

    private string? Changed(DeployedContainer container, string label, string what) =>
        container.Labels.TryGetValue(label, out var before) && wanted.Container.Labels.TryGetValue(label, out var now) && before != now
            ? $"{what} {Short(before)} is now {(now.Length == 0 ? "another" : Short(now))}"
            : null;

    // Enough of an id to know it again.
    private static string Short(string id) => id.StartsWith("sha256:", StringComparison.Ordinal) ? Short(id[7..]) : id[..Math.Min(12, id.Length)];

    private void SetAside(DeployedContainer container, string cause)
    {
        var name = new PreviousName(container.Name, runMark, container.IsRunning ? PreviousKind.Running : PreviousKind.Stopped).ToString();
        prepare.Add(new RenameContainer(Name, container.Id, container.Name, name, cause));
        if (container.IsRunning)
            stops.Add(new StopContainer(Name, container.Id, name, "gives way to what replaces it"));
        settle.Add(new RemoveContainer(Name, container.Id, name, Volumes: false, "what replaced it passed the gate"));
    }

    private void SetAsideAbsence()
    {
        var name = new PreviousName(wanted.Container.Name, runMark, PreviousKind.Absent).ToString();
        var labels = wanted.Container.Labels
            .Where(label => label.Key is RolloutLabels.Project or RolloutLabels.Service or RolloutLabels.Run or RolloutLabels.Phase)
            .ToDictionary(label => label.Key, label => label.Value);
        Outgoing = Absence(name);
        prepare.Add(new CreatePlaceholder(Name, name, wanted.Container.ImageReference, labels, "says that nothing was there before"));
        settle.Add(new RemoveContainer(Name, name, name, Volumes: true, "the service passed the gate"));
    }

    // What an image declares as a volume and nobody named would be lost with the container; Compose carries it over, and so do we.
    private Dictionary<string, string> Inherited(DeployedContainer[] replaced) => replaced.Length == 0
        ? []
        : replaced[^1].AnonymousVolumes
            .Where(volume => wanted.Container.Configuration.Mounts.All(mount => mount.Target != volume.Key))
            .ToDictionary(volume => volume.Key, volume => volume.Value);

    private void Start(string container, string cause)
    {
        foreach (var dependency in wanted.Service.DependsOn.Where(dependency => dependency.Condition != DependencyCondition.Started))
            starts.Add(new AwaitDependency(Name, dependency, $"{Name} depends on it"));

        starts.Add(new StartContainer(Name, container, wanted.Container.Name, cause));
    }

    private RemoveContainer Remove(DeployedContainer container, bool volumes, string cause) =>
        new(Name, container.Id, container.Name, volumes, cause);
}

/// <summary>How one service goes back to what was before.</summary>
internal sealed class UndoPlan
{
    private readonly DeployedContainer[] previous;

    public UndoPlan(string project, Service service, ObservedState observed)
    {
        var all = DeploymentPlanner.Of(project, service.Name, observed);
        previous = [.. all.Where(container => container.Previous is not null)];

        if (previous.Length == 0)
            return;

        // The youngest of each name is what ran last; older ones of the same name are what an interrupted run left.
        var back = previous.GroupBy(container => container.Previous!.Original).Select(group => group.Last()).ToArray();
        var from = previous.SelectMany(container => new[] { container.Id, container.Name }).ToHashSet(StringComparer.Ordinal);
        Forget = [.. KeptContainer.Of(project, observed).Where(kept => kept.Service == service.Name && from.Contains(kept.From))
            .SelectMany(kept => KeepPlan.Forget(kept, "what it keeps runs again"))];
        RemoveNew = [.. all.Where(container => container.Previous is null && container.IsOurs).SelectMany(container => Remove(service.Name, container))];
        BringBack = [.. back.SelectMany(container => Restore(service.Name, container)),
            .. previous.Except(back).Select(container => new RemoveContainer(
                service.Name, container.Id, container.Name, Volumes: false, "something younger ran in its place"))];
    }

    public bool IsUnsettled => previous.Length > 0;

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
