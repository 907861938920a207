namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A build stage with the configuration that its image will have. What stands nowhere in the file comes from the base image and is unknown.</summary>
public sealed record Stage
{
    /// <summary>Its position, from 0.</summary>
    public required int Index { get; init; }

    /// <summary>Its name in lower case, or null.</summary>
    public string? Name { get; init; }

    /// <summary>Its FROM.</summary>
    public required Instruction From { get; init; }

    /// <summary>What FROM names, variables expanded; null when that cannot be known.</summary>
    public string? BaseName { get; init; }

    /// <summary>The stage it is built from, or null.</summary>
    public Stage? Parent { get; init; }

    /// <summary>True when a named context of the compose file stands in for the base or for the whole stage: what is in it is unknown.</summary>
    public bool IsReplaced { get; init; }

    /// <summary>The variables that FROM uses and that have no value.</summary>
    public IReadOnlyCollection<string> UnsetInFrom { get; init; } = [];

    /// <summary>The image at the bottom, through all stages; null when it is unknown, <c>scratch</c> when there is none.</summary>
    public string? BaseImage { get; init; }

    /// <summary>True when nothing comes from an image: what the file does not say is not there.</summary>
    public bool IsFromScratch => BaseImage == "scratch";

    /// <summary>Its instructions without FROM, with what they mean here; ONBUILD triggers of the stage it is built from come first.</summary>
    public IReadOnlyList<EvaluatedInstruction> Instructions { get; init; } = [];

    /// <summary>The ARGs of this stage.</summary>
    public IReadOnlyList<BuildArgument> Arguments { get; init; } = [];

    /// <summary>What ENV sets, here and in the stages below; a null value cannot be known.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>WORKDIR; null when it is the base image's or cannot be known.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>USER; null when it is the base image's or cannot be known, empty for root in an image from scratch.</summary>
    public string? User { get; init; }

    /// <summary>EXPOSE, here and in the stages below; the base image may add to it.</summary>
    public IReadOnlyList<ExposedPort> ExposedPorts { get; init; } = [];

    /// <summary>True when an EXPOSE could not be evaluated.</summary>
    public bool HasUnknownPorts { get; init; }

    /// <summary>VOLUME, here and in the stages below; null entries cannot be known.</summary>
    public IReadOnlyList<string?> Volumes { get; init; } = [];

    /// <summary>ENTRYPOINT; null when it is the base image's.</summary>
    public ImageCommand? Entrypoint { get; init; }

    /// <summary>CMD; null when it is the base image's.</summary>
    public ImageCommand? Command { get; init; }

    /// <summary>HEALTHCHECK; null when it is the base image's.</summary>
    public ImageHealthcheck? Healthcheck { get; init; }

    /// <summary>SHELL; null when it is the base image's, which nearly always has <c>/bin/sh -c</c>.</summary>
    public IReadOnlyList<string>? Shell { get; init; }

    /// <summary>What cannot be expanded; it fails when the stage is built.</summary>
    public IReadOnlyList<DockerfileProblem> Problems { get; init; } = [];

    /// <summary>The stages that it copies or mounts from.</summary>
    public IReadOnlyList<int> Sources { get; init; } = [];

    /// <summary>The ONBUILD triggers, for stages built from this one.</summary>
    public IReadOnlyList<Instruction> Triggers { get; init; } = [];

    /// <summary>Two stages are never the same: comparing all they say, down to the last base, would serve nobody.</summary>
    public bool Equals(Stage? other) => ReferenceEquals(this, other);

    /// <inheritdoc/>
    public override int GetHashCode() => Index;

    /// <summary>How it is called in a message.</summary>
    public override string ToString() => Name is null ? FormattableString.Invariant($"stage {Index}") : $"stage '{Name}'";
}

/// <summary>An instruction of a stage, with what it means there.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Arguments">Its arguments with variables expanded, where the builder expands them; null entries cannot be known.</param>
/// <param name="WorkingDirectory">Where it runs; null when that is unknown.</param>
/// <param name="Shell">The shell that a shell form runs in; null when it is the base image's.</param>
public sealed record EvaluatedInstruction(
    Instruction Instruction, IReadOnlyList<string?> Arguments, string? WorkingDirectory, IReadOnlyList<string>? Shell)
{
    /// <summary>The mounts of a RUN.</summary>
    public IReadOnlyList<RunMount> Mounts { get; init; } = [];
}

/// <summary>An ARG.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Line">Its line.</param>
/// <param name="HasDefault">True when it has a default, be it that of an ARG before the first FROM.</param>
/// <param name="IsPassed">True when the compose file passes it.</param>
/// <param name="IsPredefined">True when builders have a value of their own for it.</param>
public sealed record BuildArgument(string Name, int Line, bool HasDefault, bool IsPassed, bool IsPredefined)
{
    /// <summary>True when it has no value for sure.</summary>
    public bool IsUnset => !HasDefault && !IsPassed && !IsPredefined;
}

/// <summary>A port of EXPOSE, or a range of them.</summary>
/// <param name="First">The first port, 0–65535.</param>
/// <param name="Last">The last port; the first one when there is one only.</param>
/// <param name="Protocol"><c>tcp</c>, <c>udp</c> or <c>sctp</c>.</param>
/// <param name="Line">The line of its EXPOSE.</param>
public sealed record ExposedPort(int First, int Last, string Protocol, int Line)
{
    /// <summary>True when <paramref name="port"/> is one of them.</summary>
    public bool Covers(int port, string protocol = "tcp") => port >= First && port <= Last && Protocol == protocol;
}

/// <summary>CMD or ENTRYPOINT.</summary>
/// <param name="Words">The words of the exec form; of the shell form one, the whole text.</param>
/// <param name="IsShell">True for the shell form.</param>
/// <param name="Line">Its line; 0 when the image has none.</param>
public sealed record ImageCommand(IReadOnlyList<string> Words, bool IsShell, int Line)
{
    /// <summary>The image has none.</summary>
    public static ImageCommand None { get; } = new([], false, 0);
}

/// <summary>HEALTHCHECK.</summary>
/// <param name="Test">The command as the Engine API takes it: <c>CMD</c> and words, <c>CMD-SHELL</c> and a text, or <c>NONE</c>; empty when the image has none.</param>
/// <param name="Line">Its line; 0 when the image has none.</param>
public sealed record ImageHealthcheck(IReadOnlyList<string> Test, int Line)
{
    /// <summary>The image has none.</summary>
    public static ImageHealthcheck None { get; } = new([], 0);

    /// <summary>True when nothing is probed.</summary>
    public bool IsDisabled => Test is [] or ["NONE"];

    /// <summary>From probe to probe; null: the engine's 30 s.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>How long a probe may take; null: the engine's 30 s.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>How long failures do not count; null: not at all.</summary>
    public TimeSpan? StartPeriod { get; init; }

    /// <summary>From probe to probe within the start period; null: the engine's 5 s.</summary>
    public TimeSpan? StartInterval { get; init; }

    /// <summary>How many failures in a row make it unhealthy; null: the engine's 3.</summary>
    public int? Retries { get; init; }
}
