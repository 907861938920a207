using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>A container to be made: everything that decides it, and the labels by which it is known again.</summary>
/// <param name="Configuration">What decides it.</param>
/// <param name="ConfigHash">The hash of <paramref name="Configuration"/>.</param>
/// <param name="ImageReference">The image to make it from.</param>
/// <param name="Labels">All its labels, those of the user, of Compose and ours.</param>
public sealed record ContainerSpec(
    ContainerConfiguration Configuration, string ConfigHash, string ImageReference, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>Its name.</summary>
    public string Name => Configuration.Name;

    /// <summary>The kept container whose configuration it takes over, networks included; null when <see cref="Configuration"/> says it all.</summary>
    public string? CopyOf { get; init; }
}

/// <summary>Everything that decides a container. Two equal ones need no second container; what stands here and nothing else is in the hash.</summary>
public sealed record ContainerConfiguration
{
    /// <summary>The container's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the image is: the fingerprint of what it is built from, or the id of a pre-built one.</summary>
    public required string ImageIdentity { get; init; }

    /// <summary><c>platform</c>.</summary>
    public string? Platform { get; init; }

    /// <summary><c>command</c>.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary><c>entrypoint</c>.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>environment</c> with every value; it enters the hash and the container, and nothing else.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary><c>ports</c>.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    /// <summary><c>expose</c>.</summary>
    public IReadOnlyList<string> Expose { get; init; } = [];

    /// <summary>Mounts; the source of a volume is its name on the target.</summary>
    public IReadOnlyList<MountDefinition> Mounts { get; init; } = [];

    /// <summary>Networks by their names on the target; the service's own name is among the aliases.</summary>
    public IReadOnlyList<NetworkAttachment> Networks { get; init; } = [];

    /// <summary><c>network_mode</c>.</summary>
    public string? NetworkMode { get; init; }

    /// <summary><c>healthcheck</c>.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary><c>restart</c>.</summary>
    public string Restart { get; init; } = "no";

    /// <summary><c>labels</c>, those of the user.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>extra_hosts</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary><c>user</c>.</summary>
    public string? User { get; init; }

    /// <summary><c>working_dir</c>.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary><c>hostname</c>.</summary>
    public string? Hostname { get; init; }

    /// <summary><c>stop_signal</c>.</summary>
    public string? StopSignal { get; init; }

    /// <summary><c>stop_grace_period</c>.</summary>
    public TimeSpan? StopGracePeriod { get; init; }

    /// <summary><c>init</c>.</summary>
    public bool? Init { get; init; }

    /// <summary><c>privileged</c>.</summary>
    public bool Privileged { get; init; }

    /// <summary><c>read_only</c>.</summary>
    public bool ReadOnly { get; init; }

    /// <summary><c>tty</c>.</summary>
    public bool Tty { get; init; }

    /// <summary><c>stdin_open</c>.</summary>
    public bool StdinOpen { get; init; }

    /// <summary><c>cap_add</c>.</summary>
    public IReadOnlyList<string> CapAdd { get; init; } = [];

    /// <summary><c>cap_drop</c>.</summary>
    public IReadOnlyList<string> CapDrop { get; init; } = [];

    /// <summary><c>security_opt</c>.</summary>
    public IReadOnlyList<string> SecurityOptions { get; init; } = [];

    /// <summary>The memory limit in bytes.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary>The limit of processors.</summary>
    public decimal? Cpus { get; init; }

    /// <summary><c>shm_size</c> in bytes.</summary>
    public long? SharedMemorySize { get; init; }

    /// <summary><c>logging</c>.</summary>
    public LoggingDefinition? Logging { get; init; }
}

/// <summary>A network to be made.</summary>
/// <param name="Name">Its name on the target.</param>
/// <param name="Driver">Its driver, or null for the target's own.</param>
/// <param name="DriverOptions">Its driver's options.</param>
/// <param name="Internal">True when it has no way out.</param>
/// <param name="Attachable">True when ordinary containers may join an overlay network.</param>
/// <param name="Labels">Its labels.</param>
public sealed record NetworkSpec(
    string Name,
    string? Driver,
    IReadOnlyDictionary<string, string> DriverOptions,
    bool Internal,
    bool Attachable,
    IReadOnlyDictionary<string, string> Labels);

/// <summary>A volume to be made.</summary>
/// <param name="Name">Its name on the target.</param>
/// <param name="Driver">Its driver, or null for the target's own.</param>
/// <param name="DriverOptions">Its driver's options.</param>
/// <param name="Labels">Its labels.</param>
public sealed record VolumeSpec(
    string Name, string? Driver, IReadOnlyDictionary<string, string> DriverOptions, IReadOnlyDictionary<string, string> Labels);
