using PhasedRollout.Contexts;

namespace PhasedRollout.Deployment;

/// <summary>What stands on the target: a snapshot that the planner works from without any further call.</summary>
/// <param name="Containers">Every container of the target, also those of others.</param>
/// <param name="Networks">Every network.</param>
/// <param name="Volumes">Every volume.</param>
public sealed record ObservedState(
    IReadOnlyList<DeployedContainer> Containers,
    IReadOnlyList<DeployedNetwork> Networks,
    IReadOnlyList<DeployedVolume> Volumes);

/// <summary>A container as it was seen.</summary>
public sealed record DeployedContainer
{
    /// <summary>Its id: 64 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its name, without the leading slash.</summary>
    public required string Name { get; init; }

    /// <summary>The engine's word: <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>removing</c>, <c>exited</c> or <c>dead</c>.</summary>
    public required string State { get; init; }

    /// <summary>The exit code of an exited container of the project; null when it runs or was not asked for.</summary>
    public long? ExitCode { get; init; }

    /// <summary>The image's reference as the container was made with it.</summary>
    public string Image { get; init; } = "";

    /// <summary>The id of its image.</summary>
    public string ImageId { get; init; } = "";

    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>The ports it holds on the host now; empty while it does not run.</summary>
    public IReadOnlyList<PublishedPort> Ports { get; init; } = [];

    /// <summary>Its anonymous volumes: the path in the container to the volume's name.</summary>
    public IReadOnlyDictionary<string, string> AnonymousVolumes { get; init; } = new Dictionary<string, string>();

    /// <summary>The project it belongs to, by our label or Compose's; null for a container of neither.</summary>
    public string? Project => Label(RolloutLabels.Project) ?? Label(ComposeLabels.Project);

    /// <summary>The service it belongs to, by our label or Compose's; null for a container of neither.</summary>
    public string? Service => Label(RolloutLabels.Service) ?? Label(ComposeLabels.Service);

    /// <summary>The phase it was deployed in; null when it was not deployed from here.</summary>
    public int? Phase => int.TryParse(Label(RolloutLabels.Phase), out var phase) ? phase : null;

    /// <summary>The number of the change that made it; null where nothing was kept of what was before.</summary>
    public int? Change => int.TryParse(Label(RolloutLabels.Change), out var change) ? change : null;

    /// <summary>The hash of everything that decided it; null when it was not deployed from here.</summary>
    public string? ConfigHash => Label(RolloutLabels.ConfigHash);

    /// <summary>True when it was deployed from here.</summary>
    public bool IsOurs => Labels.ContainsKey(RolloutLabels.Project);

    /// <summary>True when it keeps what a rollback needs: it is nobody's service, and is never started.</summary>
    public bool IsKept => Versions.KeptContainer.Is(this);

    /// <summary>True for the container of a <c>docker compose run</c>.</summary>
    public bool IsOneOff => string.Equals(Label(ComposeLabels.OneOff), "True", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when its processes are alive, or about to be again.</summary>
    public bool IsRunning => State is "running" or "restarting" or "paused";

    /// <summary>The part that it plays while a phase is being replaced; null for an ordinary container.</summary>
    public PreviousName? Previous => IsOurs || Project is not null ? PreviousName.Parse(Name) : null;

    /// <summary>The part that it plays while it waits to take a running container's place; null for an ordinary container.</summary>
    public BesideName? Beside => IsOurs ? BesideName.Parse(Name) : null;

    /// <summary>True for what stands under a name of its service: neither set aside nor on its way.</summary>
    public bool IsInPlace => Previous is null && Beside is null;

    private string? Label(string name) => Labels.GetValueOrDefault(name);
}

/// <summary>A port that a container holds on the host.</summary>
/// <param name="HostAddress">The host's address, such as <c>0.0.0.0</c>.</param>
/// <param name="HostPort">The port on the host.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public sealed record PublishedPort(string HostAddress, int HostPort, string Protocol);

/// <summary>A network as it was seen.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Driver">Its driver.</param>
/// <param name="Scope"><c>local</c> or <c>swarm</c>.</param>
/// <param name="Attachable">True when an ordinary container may join an overlay network.</param>
/// <param name="Labels">Its labels.</param>
public sealed record DeployedNetwork(
    string Id, string Name, string Driver, string Scope, bool Attachable, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Its IPv4 addresses.</summary>
    public IReadOnlyList<AddressRange> Subnets { get; init; } = [];

    /// <summary>True for one that only holds configuration for others.</summary>
    public bool IsConfigOnly { get; init; }
}

/// <summary>A volume as it was seen.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Labels">Its labels.</param>
public sealed record DeployedVolume(string Name, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Its driver; null when it is not known.</summary>
    public string? Driver { get; init; }
}

/// <summary>An image as it was seen.</summary>
/// <param name="Id">Its id, <c>sha256:…</c>.</param>
/// <param name="Tags">Its references.</param>
/// <param name="Labels">Its labels.</param>
public sealed record DeployedImage(string Id, IReadOnlyList<string> Tags, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The platform it was made for; null when the engine does not say.</summary>
    public ImagePlatform? Platform { get; init; }
}
