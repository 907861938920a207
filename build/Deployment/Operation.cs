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
