using System.Globalization;
using PhasedRollout.Deployment.Versions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>What a phase does to one service.</summary>
internal sealed class ServicePlan
{
    private readonly List<Operation> prepare = [];
    private readonly List<Operation> trial = [];
    private readonly List<Operation> endTrial = [];
    private readonly List<Operation> handOver = [];
    private readonly List<Operation> stops = [];
    private readonly List<Operation> starts = [];
    private readonly List<Operation> settle = [];

    private const string Replaced = "what replaced it passed the gate";

    private readonly WantedService wanted;
    private readonly string runMark;
    private readonly int? change;

    /// <param name="project">The project.</param>
    /// <param name="wanted">The service as it should stand.</param>
    /// <param name="observed">What stands on the target.</param>
    /// <param name="runMark">Eight hexadecimal digits of the run.</param>
    /// <param name="coupled">A service that changes in the same phase and may not meet another version of this one; null for none.</param>
    /// <param name="change">The number under which what was before is kept; null when it is not.</param>
    public ServicePlan(string project, WantedService wanted, ObservedState observed, string runMark, string? coupled, int? change)
    {
        this.wanted = wanted;
        this.runMark = runMark;
        this.change = change;

        var all = DeploymentPlanner.Of(project, wanted.Service.Name, observed);
        var previous = all.Where(container => container.Previous is not null).ToArray();
        var current = all.Where(container => container.IsInPlace).ToArray();
        var kept = current.FirstOrDefault(IsAsWanted);
        Replacement = HowToReplace(kept is null ? [.. previous, .. current] : previous, coupled);

        // Nobody depends on what an interrupted run was trying: what answers under the service's name is another one.
        foreach (var container in all.Where(container => container.Beside is not null))
            RemoveLeftover(container, "an interrupted run left it before its gate");

        if (kept is null)
            Replace(current, previous);
        else
            Keep(kept, [.. current.Where(container => container != kept)], previous);

        foreach (var container in previous)
            Retire(container, container.Name);
    }

    public Service Service => wanted.Service;

    public ServiceChange Change { get; private set; }

    /// <summary>Why it changes, or does not.</summary>
    public string Cause { get; private set; } = "it is as asked";

    /// <summary>How what runs is replaced; null when nothing that runs is.</summary>
    public Replacement? Replacement { get; }

    public IReadOnlyList<Operation> Prepare => prepare;

    public IReadOnlyList<Operation> Trial => trial;

    public IReadOnlyList<Operation> EndTrial => endTrial;

    public IReadOnlyList<Operation> HandOver => handOver;

    public IReadOnlyList<Operation> Stops => stops;

    public IReadOnlyList<Operation> Starts => starts;

    public IReadOnlyList<Operation> Settle => settle;

    /// <summary>What the service was before; null when nothing of it changes.</summary>
    public OutgoingContainer? Outgoing { get; private set; }

    private string Name => wanted.Service.Name;

    private bool IsBeside => Replacement is { IsBeside: true };

    /// <summary>True when something is done to the service before its gate.</summary>
    public bool IsTouched => Change != ServiceChange.None || starts.Count > 0;

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
        Start(starts, kept.Id, wanted.Container.Name, Cause);
    }

    private void Replace(DeployedContainer[] current, DeployedContainer[] previous)
    {
        var leftovers = current.Where(container => container.IsOurs && (previous.Length > 0 || container.State == "created")).ToArray();
        var old = current.Except(leftovers).ToArray();

        foreach (var container in leftovers)
            RemoveLeftover(container,
                container.State == "created" ? "an interrupted run created and never started it" : "an interrupted run left it before its gate");

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
        if (IsBeside)
            StartBeside(cause);
        else
            Create(prepare, wanted.Container, Inherited(replaced), cause, "it is new", starts);
    }

    // On trial it bears neither the service's aliases nor labels that a proxy reads: whoever asks for the service reaches the old one.
    private void StartBeside(string cause)
    {
        var configuration = wanted.Container.Configuration;
        var onTrial = wanted.Container with
        {
            Configuration = configuration with
            {
                Name = new BesideName(configuration.Name, runMark, IsTrial: true).ToString(),
                Networks = [.. configuration.Networks.Select(network => network with { Aliases = [] })],
            },
            Labels = wanted.Container.Labels.Where(label => label.Key.StartsWith(RolloutLabels.Prefix, StringComparison.Ordinal)).ToDictionary(),
        };
        var next = wanted.Container with
        {
            Configuration = configuration with { Name = new BesideName(configuration.Name, runMark, IsTrial: false).ToString() },
        };
        var none = new Dictionary<string, string>();
        Create(trial, onTrial, none, $"on trial beside what runs: {cause}", "it must become healthy before anybody is sent to it", trial);
        endTrial.Add(new StopContainer(Name, onTrial.Name, onTrial.Name, "it became healthy"));
        endTrial.Add(new RemoveContainer(Name, onTrial.Name, onTrial.Name, Volumes: true, "it became healthy"));
        Create(starts, next, none, $"beside what runs: {cause}", "it is new, and answers with the old one until the gate", starts);
        handOver.Add(new RenameContainer(Name, next.Name, next.Name, configuration.Name, "it passed the gate beside the old one"));
    }

    private void Create(
        List<Operation> to, ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, string cause,
        string startCause, List<Operation> startTo)
    {
        if (change is { } number)
            container = container with
            {
                Labels = new Dictionary<string, string>(container.Labels) { [RolloutLabels.Change] = number.ToString(CultureInfo.InvariantCulture) },
            };
        to.Add(new CreateContainer(Name, container, inheritedVolumes, cause));
        foreach (var network in container.Configuration.Networks.Skip(1))
            to.Add(new ConnectNetwork(Name, container.Name, network, "the service joins several networks"));
        Start(startTo, container.Name, container.Name, startCause);
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
        (IsBeside ? handOver : prepare).Add(new RenameContainer(Name, container.Id, container.Name, name, cause));
        Retire(container, name);
    }

    // What is replaced beside it answers until the gate has passed.
    private void Retire(DeployedContainer container, string name)
    {
        if (container.IsRunning && IsBeside)
            settle.Add(new StopContainer(Name, container.Id, name, Replaced));
        else if (container.IsRunning)
            stops.Add(new StopContainer(Name, container.Id, name, $"gives way to what replaces it, since {Replacement!.StopsFirst}"));
        settle.Add(new RemoveContainer(Name, container.Id, name, Volumes: false, Replaced));
    }

    private void RemoveLeftover(DeployedContainer container, string cause)
    {
        if (container.IsRunning)
            prepare.Add(new StopContainer(Name, container.Id, container.Name, cause));
        prepare.Add(Remove(container, volumes: true, cause));
    }

    private Replacement? HowToReplace(DeployedContainer[] replaced, string? coupled) => replaced.Any(container => container.IsRunning)
        ? new Replacement(BesideRule.Hindrance(wanted, replaced, coupled))
        : null;

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

    private void Start(List<Operation> to, string container, string name, string cause)
    {
        foreach (var dependency in wanted.Service.DependsOn.Where(dependency => dependency.Condition != DependencyCondition.Started))
            to.Add(new AwaitDependency(Name, dependency, $"{Name} depends on it"));

        to.Add(new StartContainer(Name, container, name, cause));
    }

    private RemoveContainer Remove(DeployedContainer container, bool volumes, string cause) =>
        new(Name, container.Id, container.Name, volumes, cause);
}
