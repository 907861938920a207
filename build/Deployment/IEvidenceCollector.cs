using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Secures what a failed container can tell, before anything is undone.</summary>
public interface IEvidenceCollector
{
    /// <summary>Collects from each container; what cannot be had is said in the evidence, never thrown.</summary>
    Task<IReadOnlyList<ContainerEvidence>> CollectAsync(IReadOnlyList<GatedService> services, CancellationToken cancellationToken);
}

/// <summary>What a container could tell.</summary>
/// <param name="Service">The service's name.</param>
/// <param name="ContainerName">The container's name.</param>
/// <param name="Status">The engine's word: <c>running</c>, <c>exited</c>, <c>restarting</c> …; null when the container could not be inspected.</param>
/// <param name="ExitCode">The exit code of an exited container.</param>
/// <param name="OutOfMemory">True when the kernel killed it for its memory.</param>
/// <param name="RestartCount">How often the engine restarted it.</param>
/// <param name="Error">What the engine said when it could not start the container; empty when it could.</param>
/// <param name="Probes">The last health probes, oldest first.</param>
/// <param name="Log">The last lines of its log, oldest first.</param>
/// <param name="ListeningPorts">The TCP ports on which something in the container listens; null when that could not be seen.</param>
public sealed record ContainerEvidence(
    string Service,
    string ContainerName,
    string? Status,
    long? ExitCode,
    bool OutOfMemory,
    long RestartCount,
    string Error,
    IReadOnlyList<ProbeEvidence> Probes,
    IReadOnlyList<string> Log,
    IReadOnlyList<int>? ListeningPorts)
{
    /// <summary>Those of <see cref="ListeningPorts"/> that only the container itself can reach: they listen on 127.0.0.1 or ::1.</summary>
    public IReadOnlyList<int> LoopbackPorts { get; init; } = [];

    /// <summary>The networks that it is attached to.</summary>
    public IReadOnlyList<string> Networks { get; init; } = [];

    /// <summary>What happened to it, in the engine's words, oldest first.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>What its databases and caches answered when they were asked from inside its network.</summary>
    public IReadOnlyList<ReachedServer> Reached { get; init; } = [];

    /// <summary>What could not be had, and why.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];
}

/// <summary>How a server answered a connection that was tried from inside a container's network.</summary>
public enum Reach
{
    /// <summary>It took the connection.</summary>
    Answers,
    /// <summary>It refused the connection.</summary>
    Refuses,
    /// <summary>Its name does not resolve there.</summary>
    UnknownHost,
    /// <summary>It did not answer in time, or there is no route to it.</summary>
    Silent,
}

/// <summary>A server that was asked from inside a container's network.</summary>
/// <param name="Server">The server, from the service's own connection string.</param>
/// <param name="Outcome">How it answered.</param>
/// <param name="Said">The same in words.</param>
public sealed record ReachedServer(DatabaseServer Server, Reach Outcome, string Said);

/// <summary>A health probe that the engine ran.</summary>
/// <param name="Start">When it began.</param>
/// <param name="ExitCode">Its exit code; 0 is healthy.</param>
/// <param name="Output">What it printed.</param>
public sealed record ProbeEvidence(DateTimeOffset Start, long ExitCode, string Output);
