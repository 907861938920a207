using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Looks every context of a rollout up and applies the rules.</summary>
public sealed class ContextVerifier(IRepositorySource source, IRunLog log)
{
    /// <summary>Verifies the whole rollout; a blocked service is a verdict, not an exception.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    public Task<VerifiedRollout> VerifyAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        log.Debug($"verifying {rollout.Project} with {source}");
        throw new NotSupportedException();
    }
}
