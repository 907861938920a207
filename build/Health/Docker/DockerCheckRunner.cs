using PhasedRollout.Deployment;

namespace PhasedRollout.Health.Docker;

/// <summary>Runs containers' own checks by the engine's <c>exec</c>, which is how the engine probes (moby, daemon/health.go).</summary>
/// <param name="run">Runs a program in a container and answers its exit code; null when it could not be run, or did not end in its time.</param>
/// <param name="time">The clock.</param>
internal sealed class DockerCheckRunner(
    Func<string, IReadOnlyList<string>, TimeSpan, CancellationToken, Task<long?>> run, TimeProvider time) : ICheckRunner
{
    /// <inheritdoc />
    public async Task<ProbeEvidence?> RunAsync(string containerId, ContainerCheck check, CancellationToken cancellationToken)
    {
        var start = time.GetUtcNow();
        return await run(containerId, check.Command, check.Timeout, cancellationToken) is { } exitCode
            // The engine cannot run it either: its own probe has the words for that.
            && exitCode is not (126 or 127)
            ? new ProbeEvidence(start, exitCode, "")
            : null;
    }
}
