using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Locking;

/// <summary>The lock of a run: taken once before the first write, renewed while the run lives, released at its end.</summary>
/// <remarks>
/// A holder that dies leaves a lock that falls silent. Whoever comes next breaks it: at once when the holder's process was one of this
/// machine and has ended, else when its lease has run out by the target's clock. A holder gives up some time before that, by its own clock,
/// so that there is no moment in which two believe that it is theirs.
/// </remarks>
public sealed class DeploymentLock(
    ILockStore store, LockHolder holder, LockSettings settings, IDeployerProcesses processes, TimeProvider clock, IRunLog log)
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromSeconds(20);
    private const int ReleaseAttempts = 3;

    private Lease? lease;
    private string? lost;

    /// <summary>What is told when a lock of somebody else was broken: a sentence with the holder and the reason.</summary>
    public Action<string>? Broken { get; set; }

    /// <summary>True when somebody else held the lock when this run first asked: the target may have changed since.</summary>
    public bool WasHeldByOthers { get; private set; }

    /// <summary>Takes the lock, if this run does not hold it already.</summary>
    /// <exception cref="WorldRefusedException">Somebody else holds it, or the target does not answer.</exception>
    public async Task AcquireAsync(string project, CancellationToken cancellationToken) => lease ??= await TakeAsync(project, cancellationToken);

    /// <summary>Asks before a write whether the lock is still this run's.</summary>
    /// <exception cref="WorldRefusedException">It was lost, or the target does not answer.</exception>
    /// <exception cref="InvalidOperationException">It was never taken.</exception>
    public async Task EnsureHeldAsync(CancellationToken cancellationToken)
    {
        var held = lease ?? throw new InvalidOperationException("a write to the target without its lock");
        if (lost is null && clock.GetElapsedTime(held.Renewed) > settings.Lease - settings.Margin)
            lost = "it could not be renewed in time";
        if (lost is null && clock.GetElapsedTime(held.Seen) > settings.Trust)
            await LookAsync(held, cancellationToken);
        if (lost is not null)
            throw LockRefusals.Lost(held.Project, lost, await FindQuietlyAsync(held.Project, cancellationToken));
    }

    /// <summary>Gives the lock back, whatever state the run is in; what cannot be removed now expires by itself.</summary>
    public async Task ReleaseAsync()
    {
        if (Interlocked.Exchange(ref lease, null) is not { } held)
            return;

        await held.DisposeAsync();
        if (lost is not null)
            return;

        using var patience = new CancellationTokenSource(ReleaseTimeout, clock);
        for (var attempt = 1; ; attempt++)
            try
            {
                await store.RemoveAsync(held.Id, patience.Token);
                return;
            }
            catch (WorldRefusedException refused) when (attempt < ReleaseAttempts)
            {
                log.Debug($"the lock could not be released now: {refused.Message}");
                await Task.Delay(Poll, clock, CancellationToken.None);
            }
            catch (Exception error) when (error is WorldRefusedException or OperationCanceledException)
            {
                log.Warning(string.Create(CultureInfo.InvariantCulture,
                    $"the lock of {held.Project} could not be released and expires in {settings.Lease.TotalSeconds:0} s: {error.Message}"));
                return;
            }
    }

    private async Task<Lease> TakeAsync(string project, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var announced = false;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await store.FindAsync(project, cancellationToken) is not { } held)
            {
                var asked = clock.GetTimestamp();
                if (await TryCreateAsync(project) is { } id)
                    return Begin(project, id, asked);
                WasHeldByOthers = true;
                continue;
            }

            WasHeldByOthers = true;
            if (held.Holder is null)
                throw LockRefusals.Foreign(project, held);

            if (WhyBroken(held) is { } reason)
            {
                await store.RemoveAsync(held.Id, cancellationToken);
                var sentence = $"broke the lock of {held}: {reason}";
                log.Warning(sentence);
                Broken?.Invoke(sentence);
            }
            else if (clock.GetElapsedTime(began) >= settings.Wait)
            {
                throw LockRefusals.Held(project, held, settings);
            }
            else
            {
                if (!announced)
                    log.Information(string.Create(CultureInfo.InvariantCulture, $"waiting up to {settings.Wait.TotalSeconds:0} s: {project} is being deployed by {held}"));
                announced = true;
                await Task.Delay(Poll, clock, cancellationToken);
            }
        }
    }

    // Not to be stopped half way: a lock that nobody knows of would stand until it expires. So would one whose answer was lost.
    private async Task<string?> TryCreateAsync(string project)
    {
        try
        {
            return await store.TryCreateAsync(project, holder, CancellationToken.None);
        }
        catch (WorldRefusedException refused)
        {
            if (await FindQuietlyAsync(project, CancellationToken.None) is not { Holder: { } there } made || there.RunId != holder.RunId)
                throw;
            log.Debug($"the lock stands, though the target said: {refused.Message}");
            return made.Id;
        }
    }

    private string? WhyBroken(HeldLock held) =>
        held.Silence > settings.Lease ? string.Create(CultureInfo.InvariantCulture, $"its holder gave no sign of life for {held.Silence.TotalSeconds:0} s")
        : held.Holder!.Process is { } process && processes.HasEnded(process) ? string.Create(CultureInfo.InvariantCulture, $"its process {process.Id} on this machine has ended")
        : held.Holder.RunId == settings.BreakRun ? "--break-lock names it"
        : null;

    private Lease Begin(string project, string id, long asked)
    {
        var taken = new Lease(project, id, asked);
        taken.BeginRenewing(token => RenewAsync(taken, token));
        return taken;
    }

    private async Task RenewAsync(Lease held, CancellationToken cancellationToken)
    {
        var pause = settings.Renewal;
        while (lost is null)
        {
            await Task.Delay(pause, clock, cancellationToken);
            var asked = clock.GetTimestamp();
            try
            {
                if (await store.RenewAsync(held.Id, cancellationToken))
                    held.Renewed = held.Seen = asked;
                else
                    lost ??= "somebody removed it";
                pause = settings.Renewal;
            }
            catch (WorldRefusedException refused)
            {
                pause = Poll;
                log.Debug($"the lock could not be renewed now: {refused.Message}");
            }
        }
    }

    private async Task LookAsync(Lease held, CancellationToken cancellationToken)
    {
        var asked = clock.GetTimestamp();
        if (await store.ExistsAsync(held.Id, cancellationToken))
            held.Seen = asked;
        else
            lost ??= "somebody removed it";
    }

    private async Task<HeldLock?> FindQuietlyAsync(string project, CancellationToken cancellationToken)
    {
        try
        {
            return await store.FindAsync(project, cancellationToken);
        }
        catch (WorldRefusedException)
        {
            return null;
        }
    }

    private sealed class Lease(string project, string id, long asked) : IAsyncDisposable
    {
        private readonly CancellationTokenSource end = new();
        private Task renewing = Task.CompletedTask;
        private long renewed = asked;
        private long seen = asked;

        public string Project => project;

        public string Id => id;

        /// <summary>When the last sign of life that arrived was sent; a time stamp of the clock.</summary>
        public long Renewed
        {
            get => Volatile.Read(ref renewed);
            set => Volatile.Write(ref renewed, value);
        }

        /// <summary>When the lock was last known to stand; a time stamp of the clock.</summary>
        public long Seen
        {
            get => Volatile.Read(ref seen);
            set => Volatile.Write(ref seen, value);
        }

        public void BeginRenewing(Func<CancellationToken, Task> renew) => renewing = renew(end.Token);

        public async ValueTask DisposeAsync()
        {
            await end.CancelAsync();
            await renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            end.Dispose();
        }
    }
}
