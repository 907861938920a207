using System.Globalization;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Locking;

/// <summary>A target's lock in memory, with the target's clock. Every change goes through <see cref="Change"/>, where a test may kill the deployer.</summary>
internal sealed class MemoryLocks(TimeProvider clock) : ILockStore
{
    private readonly Lock gate = new();
    private (string Id, string Project, LockHolder Holder, DateTimeOffset Since, DateTimeOffset Renewed)? standing;
    private int count;

    public bool IsSilent { get; set; }

    public int Looks { get; private set; }

    public int Renewals { get; private set; }

    public Func<string, Func<bool>, Task<bool>> Change { get; set; } = (_, act) => Task.FromResult(act());

    public string? RunThatHolds => standing?.Holder.RunId;

    public Task<HeldLock?> FindAsync(string project, CancellationToken cancellationToken) => Read(() => standing is { } held && held.Project == project
        ? new HeldLock(held.Id, held.Holder, held.Since, clock.GetUtcNow() - held.Renewed)
        : null);

    public async Task<string?> TryCreateAsync(string project, LockHolder holder, CancellationToken cancellationToken)
    {
        string? id = null;
        await Write("lock", () =>
        {
            if (standing is not null)
                return false;
            id = "lock-" + (++count).ToString(CultureInfo.InvariantCulture);
            standing = (id, project, holder, clock.GetUtcNow(), clock.GetUtcNow());
            return true;
        });
        return id;
    }

    public Task<bool> ExistsAsync(string id, CancellationToken cancellationToken) => Read(() =>
    {
        Looks++;
        return standing?.Id == id;
    });

    public Task<bool> RenewAsync(string id, CancellationToken cancellationToken) => Read(() =>
    {
        Renewals++;
        if (standing is not { } held || held.Id != id)
            return false;
        standing = held with { Renewed = clock.GetUtcNow() };
        return true;
    });

    public Task RemoveAsync(string id, CancellationToken cancellationToken) => Write("unlock", () =>
    {
        if (standing?.Id == id)
            standing = null;
        return true;
    });

    private async Task<bool> Write(string what, Func<bool> act)
    {
        await Read(() => 0);
        return await Change(what, () =>
        {
            lock (gate)
                return act();
        });
    }

    private Task<T> Read<T>(Func<T> look)
    {
        lock (gate)
            return IsSilent
                ? Task.FromException<T>(new WorldRefusedException(FailureClass.EngineUnreachable, "no engine answers", "start it"))
                : Task.FromResult(look());
    }
}

/// <summary>Processes that a test lets live and end.</summary>
internal sealed class MemoryProcesses(DeployerProcess? current = null) : IDeployerProcesses
{
    public HashSet<DeployerProcess> Ended { get; } = [];

    public DeployerProcess? Current => current;

    public bool HasEnded(DeployerProcess process) => Ended.Contains(process);
}
