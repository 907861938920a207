using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>What can be seen of a place to deploy to. Nothing here changes it.</summary>
public interface ITargetObserver
{
    /// <summary>Says what the target is.</summary>
    /// <exception cref="WorldRefusedException">It does not answer, or is too old.</exception>
    Task<TargetDescription> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Every container, also those of others, also those that do not run.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<IReadOnlyList<DeployedContainer>> ListContainersAsync(CancellationToken cancellationToken);

    /// <summary>The state of a container now; null when it is gone.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<ContainerStatus?> InspectContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Every network.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<IReadOnlyList<DeployedNetwork>> ListNetworksAsync(CancellationToken cancellationToken);

    /// <summary>Every volume.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<IReadOnlyList<DeployedVolume>> ListVolumesAsync(CancellationToken cancellationToken);

    /// <summary>The image that <paramref name="reference"/> names on the target; null when it is not there.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<DeployedImage?> FindImageAsync(string reference, CancellationToken cancellationToken);

    /// <summary>The images that carry the label <see cref="RolloutLabels.BuiltFor"/> of a project.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<IReadOnlyList<DeployedImage>> ListImagesAsync(string project, CancellationToken cancellationToken);

    /// <summary>Asks the image's registry, through the target, whether it could be pulled; a refusal is an answer, not an exception.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<RegistryAnswer> AskRegistryAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Who holds a port of the target's host, as far as that can be seen from here: null when nobody does, or nobody can see it.
    /// Containers are not looked at.</summary>
    Task<PortHolder?> FindPortHolderAsync(PortMapping port, CancellationToken cancellationToken);

    /// <summary>The text of a small file in a volume or a folder of the host, as far as it can be seen from here; null when it is not there or cannot be seen.</summary>
    /// <param name="source">The name of the volume, or the absolute path of the folder on the target's host.</param>
    /// <param name="path">The file's path in it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<string?> ReadVolumeFileAsync(string source, string path, CancellationToken cancellationToken);

    /// <summary>The bytes that are free where the target keeps images; null when that cannot be seen from here.</summary>
    Task<long?> FreeDiskAsync(CancellationToken cancellationToken);
}

/// <summary>A place to deploy to; every method is one call to it. A refused call is a <see cref="TargetRefusedException"/>.</summary>
public interface IDeploymentTarget : ITargetObserver
{
    /// <summary>The same target for calls that have this cause; one that keeps a record says it there.</summary>
    IDeploymentTarget Because(string cause) => this;

    /// <summary>Builds an image from a tar archive, or from <see cref="ImageBuild.Remote"/>.</summary>
    /// <exception cref="WorldRefusedException">The target refuses or does not answer. A build that fails is an answer.</exception>
    Task<BuildAnswer> BuildImageAsync(ImageBuild build, Stream context, Action<string> output, CancellationToken cancellationToken);

    /// <summary>Pulls an image with the credentials of the Docker configuration.</summary>
    /// <returns>Null when it is there now; else what the registry or the engine said.</returns>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<string?> PullImageAsync(string reference, string? platform, Action<string> output, CancellationToken cancellationToken);

    /// <summary>Removes a reference of an image, and the image with its last one.</summary>
    /// <exception cref="TargetRefusedException">The target refuses: a container uses it.</exception>
    Task RemoveImageAsync(string reference, CancellationToken cancellationToken);

    /// <summary>Gives an image a further reference; another image of that reference loses it.</summary>
    /// <exception cref="TargetRefusedException">The target refuses: there is no such image.</exception>
    Task TagImageAsync(string image, string reference, CancellationToken cancellationToken);

    /// <summary>The references of images that begin with <paramref name="prefix"/>, which ends in a slash.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<IReadOnlyList<string>> ListImageReferencesAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Creates a container that is never started, with the configuration of another one, also how that joins its networks.</summary>
    /// <param name="container">The container to take the configuration from.</param>
    /// <param name="name">The new one's name.</param>
    /// <param name="image">The reference of the same image.</param>
    /// <param name="labels">All its labels; none of the other's.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task KeepContainerAsync(
        string container, string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);

    /// <summary>Creates a container with the configuration that <see cref="ContainerSpec.CopyOf"/> keeps, and the name, image and labels of
    /// <paramref name="container"/>, joined to all its networks.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task RestoreContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken);

    /// <summary>Creates a network.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task CreateNetworkAsync(NetworkSpec network, CancellationToken cancellationToken);

    /// <summary>Removes a network.</summary>
    /// <exception cref="TargetRefusedException">The target refuses: somebody uses it.</exception>
    Task RemoveNetworkAsync(string id, CancellationToken cancellationToken);

    /// <summary>Creates a volume.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task CreateVolumeAsync(VolumeSpec volume, CancellationToken cancellationToken);

    /// <summary>Removes a volume with what is in it.</summary>
    /// <exception cref="TargetRefusedException">The target refuses: somebody uses it.</exception>
    Task RemoveVolumeAsync(string name, CancellationToken cancellationToken);

    /// <summary>Creates a container, joined to its first network.</summary>
    /// <param name="container">The container.</param>
    /// <param name="inheritedVolumes">Anonymous volumes of the container it replaces: the path in the container to the volume's name.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task CreateContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken);

    /// <summary>Creates a container that is never started: a name with labels.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task CreatePlaceholderAsync(
        string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken);

    /// <summary>Joins a container to a further network.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task ConnectNetworkAsync(string container, NetworkAttachment network, CancellationToken cancellationToken);

    /// <summary>Starts a container; one that runs is left alone.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task StartContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Stops a container within its own grace period; one that does not run is left alone.</summary>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task StopContainerAsync(string container, CancellationToken cancellationToken);

    /// <summary>Renames a container.</summary>
    /// <exception cref="TargetRefusedException">The target refuses: the name is taken.</exception>
    Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken);

    /// <summary>Removes a container, running or not; one that is gone is fine.</summary>
    /// <param name="container">The container.</param>
    /// <param name="volumes">True to remove its anonymous volumes that nobody else uses too.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="TargetRefusedException">The target refuses.</exception>
    Task RemoveContainerAsync(string container, bool volumes, CancellationToken cancellationToken);
}

/// <summary>The target refused a call.</summary>
/// <param name="call">The call, such as <c>start container web</c>.</param>
/// <param name="error">The target's own words.</param>
/// <param name="inner">What the library threw.</param>
public sealed class TargetRefusedException(string call, string error, Exception? inner = null)
    : WorldRefusedException(FailureClass.Unknown, $"{call}: {error}", "see the engine's answer", [error], inner: inner)
{
    /// <summary>The target's own words.</summary>
    public string Error { get; } = error;
}

/// <summary>What a target is.</summary>
/// <param name="Endpoint">How it was reached, such as <c>unix:///var/run/docker.sock</c>.</param>
/// <param name="Name">The name of its host.</param>
/// <param name="Version">Its version.</param>
/// <param name="ApiVersion">The version of its API.</param>
/// <param name="Platform">Its platform, such as <c>linux/amd64</c>.</param>
/// <param name="IsLocal">True when it runs on this machine, so that ports of processes and free disk can be seen from here.</param>
public sealed record TargetDescription(
    string Endpoint, string Name, string Version, Version ApiVersion, string Platform, bool IsLocal)
{
    /// <summary>The memory of its host in bytes; null when it is not known.</summary>
    public long? Memory { get; init; }

    /// <summary>The processors of its host; null when they are not known.</summary>
    public int? Processors { get; init; }

    /// <summary>True when it builds with BuildKit.</summary>
    public bool HasBuildKit { get; init; }

    /// <summary>True when the engine runs without root.</summary>
    public bool IsRootless { get; init; }

    /// <summary>The ranges from which it gives addresses to networks; empty: the engine's own.</summary>
    public IReadOnlyList<AddressPool> AddressPools { get; init; } = [];

    /// <summary>The IPv4 routes of its host; empty when they cannot be seen from here.</summary>
    public IReadOnlyList<AddressRange> Routes { get; init; } = [];
}

/// <summary>A range from which an engine gives addresses to networks.</summary>
/// <param name="Base">The range, such as <c>172.20.0.0/14</c>.</param>
/// <param name="Size">The length of the range that a network gets, such as 16.</param>
public sealed record AddressPool(string Base, int Size);

/// <summary>The state of a container.</summary>
/// <param name="State">The engine's word.</param>
/// <param name="Health"><c>starting</c>, <c>healthy</c>, <c>unhealthy</c>, or null without a health check.</param>
/// <param name="ExitCode">Its exit code; meaningful once it exited.</param>
/// <param name="Error">What the engine said when it could not start it; empty when it could.</param>
public sealed record ContainerStatus(string State, string? Health, long ExitCode, string Error);

/// <summary>What a registry says of an image.</summary>
/// <param name="Available">True when it could be pulled, false when not, null when it could not be asked.</param>
/// <param name="Message">The digest, or what was answered instead.</param>
/// <param name="Platforms">The platforms that it is there for, when the registry said.</param>
public sealed record RegistryAnswer(bool? Available, string Message, IReadOnlyList<ImagePlatform>? Platforms = null);

/// <summary>A process that holds a port.</summary>
/// <param name="Address">The address it listens on.</param>
/// <param name="ProcessId">Its id; null when it could not be seen.</param>
/// <param name="ProcessName">Its name; null when it could not be seen.</param>
public sealed record PortHolder(string Address, int? ProcessId, string? ProcessName)
{
    /// <summary>For people: <c>nginx (process 4711)</c>.</summary>
    public override string ToString() => ProcessId is { } id
        ? FormattableString.Invariant($"{ProcessName ?? "a process"} (process {id})")
        : "a process of another user, which only root can name";
}

/// <summary>What builds an image.</summary>
public enum ImageBuilder
{
    /// <summary>The builder that every engine has.</summary>
    Classic,
    /// <summary>BuildKit.</summary>
    BuildKit,
}

/// <summary>An image to be built.</summary>
/// <param name="Service">The service.</param>
/// <param name="Tags">The references it gets.</param>
/// <param name="Dockerfile">The Dockerfile's path in the archive.</param>
public sealed record ImageBuild(string Service, IReadOnlyList<string> Tags, string Dockerfile)
{
    /// <summary>What builds it.</summary>
    public ImageBuilder Builder { get; init; }

    /// <summary>The images that BuildKit takes from registries, as far as they are known: it is given nobody's credentials, so that they have to be there.</summary>
    public IReadOnlyList<ImageToPull> BaseImages { get; init; } = [];

    /// <summary>Build arguments; never shown.</summary>
    public IReadOnlyDictionary<string, string> Arguments { get; init; } = new Dictionary<string, string>();

    /// <summary>The stage to build, or null for the last.</summary>
    public string? Target { get; init; }

    /// <summary>The platform, or null for the target's own.</summary>
    public string? Platform { get; init; }

    /// <summary>The URL of a context that the target fetches itself; null: it is sent.</summary>
    public string? Remote { get; init; }

    /// <summary>Labels of the image.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>True to run every step again.</summary>
    public bool NoCache { get; init; }

    /// <summary>True to look for newer base images.</summary>
    public bool Pull { get; init; }
}

/// <summary>An image of a registry that a build needs.</summary>
/// <param name="Reference">The image.</param>
/// <param name="Platform">The platform it is needed for; null for the target's own.</param>
public sealed record ImageToPull(ImageReference Reference, string? Platform);

/// <summary>How a build ended.</summary>
/// <param name="ImageId">The image's id; null when it failed.</param>
/// <param name="Step">The step that was running when it failed.</param>
/// <param name="Error">The builder's error; null when it succeeded.</param>
public sealed record BuildAnswer(string? ImageId, string? Step, string? Error);
