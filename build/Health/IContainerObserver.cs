using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>Sees containers: a look at any moment, and a call when something happens to one.</summary>
public interface IContainerObserver
{
    /// <summary>Looks at a container; one that does not exist is a sample of status <see cref="ContainerSample.Removed"/>.</summary>
    /// <exception cref="WorldRefusedException">The engine does not answer.</exception>
    Task<ContainerSample> LookAsync(string containerId, CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="happened"/> for every event of these containers until the engine ends the stream.
    /// A stream that the engine ends, or that cannot be opened, ends without an exception.</summary>
    Task ListenAsync(IReadOnlyList<string> containerIds, Action<ContainerEvent> happened, CancellationToken cancellationToken);
}

/// <summary>Something that happened to a container.</summary>
/// <param name="ContainerId">The container's id.</param>
/// <param name="Action">The engine's word: <c>start</c>, <c>die</c>, <c>oom</c>, <c>health_status: healthy</c> …</param>
public sealed record ContainerEvent(string ContainerId, string Action);

/// <summary>A look at a container. Every time in it is on this machine's clock, whatever the engine's says.</summary>
/// <param name="At">When it was looked at.</param>
/// <param name="Status">The engine's word: <c>created</c>, <c>running</c>, <c>paused</c>, <c>restarting</c>, <c>exited</c>, <c>dead</c>;
/// or <see cref="Removed"/>.</param>
/// <param name="StartedAt">When it was started last; null when it never was.</param>
/// <param name="RestartCount">How often the engine restarted it since somebody started it.</param>
public sealed record ContainerSample(DateTimeOffset At, string Status, DateTimeOffset? StartedAt, long RestartCount)
{
    /// <summary>The status of a container that does not exist.</summary>
    public const string Removed = "removed";

    /// <summary>The exit code of its last end; 0 while it runs.</summary>
    public long ExitCode { get; init; }

    /// <summary>True when the kernel killed it for its memory.</summary>
    public bool OutOfMemory { get; init; }

    /// <summary>What the engine said when it could not start it; empty when it could.</summary>
    public string Error { get; init; } = "";

    /// <summary>The engine's verdict: <c>starting</c>, <c>healthy</c>, <c>unhealthy</c>; null when nothing checks the container.
    /// It outlives a restart, so it proves nothing without a probe that began afterwards.</summary>
    public string? Verdict { get; init; }

    /// <summary>The engine's last five probes, oldest first; they outlive a restart too.</summary>
    public IReadOnlyList<ProbeEvidence> Probes { get; init; } = [];

    /// <summary>How often the check that the container was made with is run.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many failures in a row make it unhealthy.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>The check that the container was made with; null when there is none, or it cannot be run from here.</summary>
    public ContainerCheck? Check { get; init; }

    /// <summary>That check as we ran it, oldest first.</summary>
    public IReadOnlyList<ProbeEvidence> OwnChecks { get; init; } = [];

    /// <summary>True when its main process runs.</summary>
    public bool IsRunning => Status == "running";

    /// <summary>True when the engine runs a check in it.</summary>
    public bool HasCheck => Verdict is not null;

    /// <summary>The engine's probes that began after the container did.</summary>
    public IEnumerable<ProbeEvidence> FreshProbes => Fresh(Probes);

    /// <summary>Our runs of its check that began after the container did.</summary>
    public IEnumerable<ProbeEvidence> FreshOwnChecks => Fresh(OwnChecks);

    /// <summary>True when its check passed as we ran it, and the engine has not probed the container since it started.</summary>
    public bool IsVouchedForByOwnCheck =>
        IsRunning && Verdict == "starting" && !FreshProbes.Any() && FreshOwnChecks.LastOrDefault() is { ExitCode: 0 };

    private IEnumerable<ProbeEvidence> Fresh(IEnumerable<ProbeEvidence> probes) => StartedAt is { } started ? probes.Where(probe => probe.Start >= started) : [];
}
