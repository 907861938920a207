using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Locking;

/// <summary>Where the lock of a project stands: on the target, since that is what two deployers share.</summary>
public interface ILockStore
{
    /// <summary>The lock of a project; null when nobody holds it.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<HeldLock?> FindAsync(string project, CancellationToken cancellationToken);

    /// <summary>Takes the lock if nobody holds it; of any number at the same moment exactly one succeeds.</summary>
    /// <returns>The id of the lock; null when somebody else holds it.</returns>
    /// <exception cref="WorldRefusedException">The target refuses or does not answer.</exception>
    Task<string?> TryCreateAsync(string project, LockHolder holder, CancellationToken cancellationToken);

    /// <summary>True while exactly this lock stands.</summary>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    Task<bool> ExistsAsync(string id, CancellationToken cancellationToken);

    /// <summary>Gives a sign of life.</summary>
    /// <returns>False when this lock is gone.</returns>
    /// <exception cref="WorldRefusedException">The target refuses or does not answer.</exception>
    Task<bool> RenewAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes exactly this lock, with all that belongs to it; one that is gone is fine.</summary>
    /// <exception cref="WorldRefusedException">The target refuses or does not answer.</exception>
    Task RemoveAsync(string id, CancellationToken cancellationToken);
}
