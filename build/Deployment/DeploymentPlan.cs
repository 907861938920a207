using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>A call to the target, decided on, with the reason for it.</summary>
/// <param name="Service">The service it is for; null for networks and volumes.</param>
/// <param name="Cause">Why.</param>
public abstract record Operation(string? Service, string Cause)
{
    /// <summary>What it is done to.</summary>
    public abstract string Subject { get; }

    /// <summary>One line: the operation, its subject, its cause.</summary>
    public sealed override string ToString() => $"{Title}: {Cause}";

    /// <summary>The operation with its subject, such as <c>StartContainer web</c>.</summary>
    public string Title => $"{GetType().Name} {Subject}";
}

/// <summary>Creates a network.</summary>
public sealed record CreateNetwork(NetworkSpec Network, string Cause) : Operation(null, Cause)
{
    /// <inheritdoc />
    public override string Subject => Network.Name;
}

/// <summary>Creates a volume.</summary>
public sealed record CreateVolume(VolumeSpec Volume, string Cause) : Operation(null, Cause)
{
    /// <inheritdoc />
    public override string Subject => Volume.Name;
}

/// <summary>Renames a container.</summary>
public sealed record RenameContainer(string Service, string Container, string From, string To, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => $"{From} to {To}";
}

/// <summary>Creates a container that is never started; it says that nothing was there before.</summary>
public sealed record CreatePlaceholder(
    string Service, string Name, string Image, IReadOnlyDictionary<string, string> Labels, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Name;
}

/// <summary>Creates a container.</summary>
public sealed record CreateContainer(
    string Service, ContainerSpec Container, IReadOnlyDictionary<string, string> InheritedVolumes, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Container.Name;
}

/// <summary>Joins a container to a further network.</summary>
public sealed record ConnectNetwork(string Service, string Container, NetworkAttachment Network, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => $"{Container} to {Network.Network}";
}

/// <summary>Stops a container.</summary>
public sealed record StopContainer(string Service, string Container, string Name, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Name;
}

/// <summary>Waits for what <c>depends_on</c> asks for.</summary>
public sealed record AwaitDependency(string Service, ServiceDependency Dependency, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Dependency.Service;
}

/// <summary>Starts a container.</summary>
public sealed record StartContainer(string Service, string Container, string Name, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Name;
}

/// <summary>Removes a container.</summary>
public sealed record RemoveContainer(string Service, string Container, string Name, bool Volumes, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Name;
}

/// <summary>Gives an image a further reference.</summary>
public sealed record TagImage(string Service, string Image, string Reference, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Reference;
}

/// <summary>Copies the configuration of a container into one that is never started.</summary>
public sealed record KeepContainer(
    string Service, string Container, string Name, string Image, IReadOnlyDictionary<string, string> Labels, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Name;
}

/// <summary>Removes a reference of an image, and the image with its last one.</summary>
public sealed record RemoveImage(string Service, string Reference, string Cause) : Operation(Service, Cause)
{
    /// <inheritdoc />
    public override string Subject => Reference;
}

/// <summary>What a phase does to the target, in four steps. Until <see cref="Switch"/> nothing that runs is touched.</summary>
/// <param name="Prepare">Makes everything that is new, beside what runs; what runs is only renamed.</param>
/// <param name="Switch">Stops what ran and starts what is new, dependencies first.</param>
/// <param name="Settle">After the gate: removes what was kept to go back to.</param>
/// <param name="Changes">What becomes of each service.</param>
public sealed record DeploymentPlan(
    IReadOnlyList<Operation> Prepare,
    IReadOnlyList<Operation> Switch,
    IReadOnlyList<Operation> Settle,
    IReadOnlyDictionary<string, ServiceChange> Changes)
{
    /// <summary>After the gate, before <see cref="Settle"/>: keeps what a rollback needs, and forgets the versions that are too many.</summary>
    public IReadOnlyList<Operation> Keep { get; init; } = [];

    /// <summary>Why of each service becomes what becomes of it.</summary>
    public IReadOnlyDictionary<string, string> Causes { get; init; } = new Dictionary<string, string>();

    /// <summary>True when everything is as asked.</summary>
    public bool IsEmpty => Prepare.Count == 0 && Switch.Count == 0 && Settle.Count == 0;

    /// <summary>One line an operation, the gate between the steps.</summary>
    public override string ToString() => string.Join('\n',
        [.. Prepare.Concat(Switch).Select(operation => operation.ToString()), .. Keep.Count + Settle.Count > 0 ? ["-- gate --"] : Array.Empty<string>(),
            .. Keep.Concat(Settle).Select(operation => operation.ToString())]);
}
