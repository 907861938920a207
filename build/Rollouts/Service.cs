using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>A service of the stack, with every value interpolated as far as its variables have values.</summary>
public sealed record Service
{
    /// <summary>The service's key in the compose file.</summary>
    public required string Name { get; init; }

    /// <summary>Where the service's key stands.</summary>
    public required SourceLocation Location { get; init; }

    /// <summary>Where each key of the service stands, by path below the service such as <c>build/context</c>.</summary>
    public IReadOnlyDictionary<string, SourceLocation> Locations { get; init; } = new Dictionary<string, SourceLocation>();

    /// <summary><c>container_name</c>, or null: Compose then names it <c>project-service-1</c>.</summary>
    public string? ContainerName { get; init; }

    /// <summary><c>image</c>; with <see cref="Build"/> it names the built image.</summary>
    public string? Image { get; init; }

    /// <summary><c>build</c>, or null for a pre-built image.</summary>
    public BuildDefinition? Build { get; init; }

    /// <summary><c>pull_policy</c>: <c>always</c>, <c>missing</c> or <c>never</c>.</summary>
    public string PullPolicy { get; init; } = "missing";

    /// <summary><c>platform</c>, such as <c>linux/amd64</c>.</summary>
    public string? Platform { get; init; }

    /// <summary><c>command</c>, split into words; null leaves the image's own, an empty list clears it.</summary>
    public IReadOnlyList<string>? Command { get; init; }

    /// <summary><c>entrypoint</c>, split into words; null leaves the image's own, an empty list clears it.</summary>
    public IReadOnlyList<string>? Entrypoint { get; init; }

    /// <summary><c>environment</c> over <c>env_file</c>; a null value means: taken from the environment of whoever deploys, absent there.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>True when an <c>env_file</c> is not known here, so that <see cref="Environment"/> may lack what it has elsewhere.</summary>
    public bool HasUnreadEnvFile { get; init; }

    /// <summary><c>ports</c>, one entry a single port.</summary>
    public IReadOnlyList<PortMapping> Ports { get; init; } = [];

    /// <summary><c>expose</c>, such as <c>8000</c> or <c>8000/udp</c>.</summary>
    public IReadOnlyList<string> Expose { get; init; } = [];

    /// <summary><c>volumes</c> and <c>tmpfs</c>.</summary>
    public IReadOnlyList<MountDefinition> Mounts { get; init; } = [];

    /// <summary><c>networks</c>; the implicit <c>default</c> is written out. Empty with a <see cref="NetworkMode"/>.</summary>
    public IReadOnlyList<NetworkAttachment> Networks { get; init; } = [];

    /// <summary><c>network_mode</c>: <c>host</c>, <c>none</c>, or null.</summary>
    public string? NetworkMode { get; init; }

    /// <summary><c>healthcheck</c>, or null: the image's own.</summary>
    public Healthcheck? Healthcheck { get; init; }

    /// <summary><c>x-health</c>: what must answer from outside, or null.</summary>
    public HealthUrl? HealthUrl { get; init; }

    /// <summary>True for a service that may end: nothing restarts it and nothing checks it, so that exit code 0 means its work is done.</summary>
    public bool MayEnd => Restart == "no" && Healthcheck is null or { Disabled: true } && HealthUrl is null;

    /// <summary><c>restart</c>: <c>no</c>, <c>always</c>, <c>on-failure[:n]</c> or <c>unless-stopped</c>.</summary>
    public string Restart { get; init; } = "no";

    /// <summary><c>depends_on</c>.</summary>
    public IReadOnlyList<ServiceDependency> DependsOn { get; init; } = [];

    /// <summary>True where <c>deploy.update_config.order</c> says <c>stop-first</c>: two containers of the service must never run at once.</summary>
    public bool StopsFirst { get; init; }

    /// <summary><c>labels</c>.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>extra_hosts</c> as <c>name:address</c>.</summary>
    public IReadOnlyList<string> ExtraHosts { get; init; } = [];

    /// <summary><c>user</c>.</summary>
    public string? User { get; init; }

    /// <summary><c>working_dir</c>.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary><c>hostname</c>.</summary>
    public string? Hostname { get; init; }

    /// <summary><c>stop_signal</c>.</summary>
    public string? StopSignal { get; init; }

    /// <summary><c>stop_grace_period</c>; the engine's own is ten seconds.</summary>
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

    /// <summary><c>mem_limit</c> or <c>deploy.resources.limits.memory</c>, in bytes.</summary>
    public long? MemoryLimit { get; init; }

    /// <summary><c>cpus</c> or <c>deploy.resources.limits.cpus</c>, in processors.</summary>
    public decimal? Cpus { get; init; }

    /// <summary><c>shm_size</c>, in bytes.</summary>
    public long? SharedMemorySize { get; init; }

    /// <summary><c>logging</c>, or null: the engine's own.</summary>
    public LoggingDefinition? Logging { get; init; }

    /// <summary>Keys of the Compose schema that stand here and that a deployment to an engine does not honour yet; they block in Preflight by name.</summary>
    public IReadOnlyList<UndeployableKey> UndeployableKeys { get; init; } = [];

    /// <summary>The name of the container in project <paramref name="project"/>.</summary>
    public string ContainerNameIn(string project) => ContainerName ?? $"{project}-{Name}-1";
}

/// <summary><c>build</c>.</summary>
/// <param name="Context">The context as written, interpolated.</param>
/// <param name="Dockerfile"><c>dockerfile</c>; <c>Dockerfile</c> when absent.</param>
public sealed record BuildDefinition(string Context, string Dockerfile)
{
    /// <summary>The context, parsed.</summary>
    public required ContextReference Reference { get; init; }

    /// <summary><c>dockerfile_inline</c>, or null.</summary>
    public string? DockerfileInline { get; init; }

    /// <summary><c>args</c>; a null value means: from the environment of whoever builds, absent there.</summary>
    public IReadOnlyDictionary<string, string?> Arguments { get; init; } = new Dictionary<string, string?>();

    /// <summary><c>target</c>, or null for the last stage.</summary>
    public string? Target { get; init; }

    /// <summary><c>labels</c> of the image.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary><c>no_cache</c>.</summary>
    public bool NoCache { get; init; }

    /// <summary><c>pull</c>.</summary>
    public bool Pull { get; init; }
}

/// <summary>A published port.</summary>
/// <param name="ContainerPort">The port in the container, 1–65535.</param>
/// <param name="HostPort">The port on the host, 1–65535; null lets the engine choose.</param>
/// <param name="HostAddress">The host's address, or null for all.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
public sealed record PortMapping(int ContainerPort, int? HostPort, string? HostAddress = null, string Protocol = "tcp")
{
    /// <summary>The last port of a range on the host, of which the first that is free is taken; null when <see cref="HostPort"/> alone is asked for.</summary>
    public int? HostPortEnd { get; init; }

    /// <summary>Where it was written.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary>A mount.</summary>
/// <param name="Type"><c>bind</c>, <c>volume</c> or <c>tmpfs</c>.</param>
/// <param name="Source">A host path, or the key of a volume; null for an anonymous volume or a tmpfs.</param>
/// <param name="Target">The path in the container.</param>
/// <param name="ReadOnly">True when the container may not write there.</param>
public sealed record MountDefinition(string Type, string? Source, string Target, bool ReadOnly)
{
    /// <summary>The options of a tmpfs as mount takes them, such as <c>size=64m,mode=1777</c>; null when it has none.</summary>
    public string? Options { get; init; }

    /// <summary>One line, in which options stand only where there are some.</summary>
    public override string ToString() =>
        $"MountDefinition {{ Type = {Type}, Source = {Source}, Target = {Target}, ReadOnly = {ReadOnly}{(Options is null ? "" : $", Options = {Options}")} }}";
}

/// <summary>A network that a service joins.</summary>
/// <param name="Network">The network's key in the compose file.</param>
/// <param name="Aliases">Further names of the service there.</param>
/// <param name="Ipv4Address">A fixed address, or null.</param>
public sealed record NetworkAttachment(string Network, IReadOnlyList<string> Aliases, string? Ipv4Address = null);

/// <summary><c>healthcheck</c>. Null values leave what the image says.</summary>
/// <param name="Test">The command as the Engine API takes it, starting with <c>CMD</c>, <c>CMD-SHELL</c> or <c>NONE</c>; null: the image's own.</param>
/// <param name="Interval">From probe to probe.</param>
/// <param name="Timeout">How long a probe may take.</param>
/// <param name="Retries">How many failures in a row make it unhealthy.</param>
/// <param name="StartPeriod">How long failures do not count after the start.</param>
/// <param name="Disabled">True for <c>disable: true</c>.</param>
public sealed record Healthcheck(
    IReadOnlyList<string>? Test,
    TimeSpan? Interval,
    TimeSpan? Timeout,
    int? Retries,
    TimeSpan? StartPeriod,
    bool Disabled);

/// <summary><c>x-health</c>: an address that must answer from outside; <c>localhost</c> means the engine's host.</summary>
/// <param name="Url">An absolute http or https address.</param>
/// <param name="Expect">The status code that means healthy.</param>
public sealed record HealthUrl(Uri Url, int Expect = 200);

/// <summary>What must have happened to a dependency before a service starts.</summary>
public enum DependencyCondition
{
    /// <summary><c>service_started</c>.</summary>
    Started,
    /// <summary><c>service_healthy</c>.</summary>
    Healthy,
    /// <summary><c>service_completed_successfully</c>.</summary>
    CompletedSuccessfully,
}

/// <summary><c>depends_on</c>.</summary>
/// <param name="Service">The service that comes first.</param>
/// <param name="Condition">What must have happened to it.</param>
/// <param name="Required">False for a dependency that may be absent.</param>
public sealed record ServiceDependency(string Service, DependencyCondition Condition, bool Required = true)
{
    /// <summary>Where it was written.</summary>
    public SourceLocation? Location { get; init; }
}

/// <summary><c>logging</c>.</summary>
/// <param name="Driver">The driver, or null for the engine's own.</param>
/// <param name="Options">Its options.</param>
public sealed record LoggingDefinition(string? Driver, IReadOnlyDictionary<string, string> Options);

/// <summary>A key that Compose knows and a deployment to an engine does not honour yet.</summary>
/// <param name="Path">Its path in the document, such as <c>services/web/gpus</c>.</param>
/// <param name="Location">Where it stands.</param>
public sealed record UndeployableKey(string Path, SourceLocation Location);
