using PhasedRollout.Deployment;

namespace PhasedRollout.Health;

/// <summary>Runs a container's own healthcheck in it, at a moment of our choice.</summary>
public interface ICheckRunner
{
    /// <summary>Runs the check once, as the engine would.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="check">Its check.</param>
    /// <param name="cancellationToken">Ends the wait; the check itself may run on.</param>
    /// <returns>How it ended; null when it could not be run, or did not end in its time.</returns>
    Task<ProbeEvidence?> RunAsync(string containerId, ContainerCheck check, CancellationToken cancellationToken);
}

/// <summary>The check that a container was made with.</summary>
/// <param name="Command">The program and its arguments; a <c>CMD-SHELL</c> text is one of the container's shell.</param>
/// <param name="Timeout">How long the engine waits for it.</param>
public sealed record ContainerCheck(IReadOnlyList<string> Command, TimeSpan Timeout);
