using System.Collections.Concurrent;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What a run needs before it writes to the target: the lock, and a journal. Both are opened once a run and closed at its end.</summary>
public sealed class WriteAccess(DeploymentLock held, RunJournal journal) : IAsyncDisposable
{
    private readonly CancellationTokenSource giveUp = new();
    private readonly ConcurrentQueue<string> broken = new();
    private Task? opening;
    private bool isClosed;

    /// <summary>True when somebody else deployed when this run first asked: what was seen of the target before may be no longer so.</summary>
    public bool WasHeldByOthers => held.WasHeldByOthers;

    /// <summary>What belongs into the report: whose lock this run broke, and why.</summary>
    public IReadOnlyList<string> Notes => [.. broken];

    /// <summary>Begins to open it, beside what the run does until it writes; how that ends is <see cref="OpenAsync"/>'s to tell.</summary>
    public void BeginOpening(string project) => opening ??= OpenOnceAsync(project);

    /// <summary>Opens it, if it is not open already.</summary>
    /// <exception cref="WorldRefusedException">Somebody else deploys, or the target does not answer.</exception>
    public Task OpenAsync(string project, CancellationToken cancellationToken)
    {
        BeginOpening(project);
        return opening!.WaitAsync(cancellationToken);
    }

    /// <summary>Closes it, whatever state the run is in; it may be closed more than once.</summary>
    public async ValueTask DisposeAsync()
    {
        if (isClosed)
            return;

        isClosed = true;
        await giveUp.CancelAsync();
        if (opening is not null)
            await opening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await held.ReleaseAsync();
        journal.End();
        journal.Dispose();
        giveUp.Dispose();
    }

    private async Task OpenOnceAsync(string project)
    {
        held.Broken = broken.Enqueue;
        await held.AcquireAsync(project, giveUp.Token);
        journal.Begin(project);
        foreach (var sentence in broken)
            journal.Note(sentence);
    }
}
