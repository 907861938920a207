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
    IReadOnlyList<int>? ListeningPorts);

/// <summary>A health probe that the engine ran.</summary>
/// <param name="Start">When it began.</param>
/// <param name="ExitCode">Its exit code; 0 is healthy.</param>
/// <param name="Output">What it printed.</param>
public sealed record ProbeEvidence(DateTimeOffset Start, long ExitCode, string Output);
