using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What a run needs before it writes to the target: the lock, and a journal. Both are opened once a run and closed at its end.</summary>
public sealed class WriteAccess(DeploymentLock held, RunJournal journal)
{
    private bool begun;

    /// <summary>Opens it, if it is not open already.</summary>
    /// <exception cref="WorldRefusedException">Somebody else deploys, or the target does not answer.</exception>
    public async Task OpenAsync(string project, CancellationToken cancellationToken)
    {
        List<string> broken = [];
        held.Broken = broken.Add;
        await held.AcquireAsync(project, cancellationToken);
        if (!begun)
            journal.Begin(project);
        begun = true;
        foreach (var sentence in broken)
            journal.Note(sentence);
    }

    /// <summary>Closes it, whatever state the run is in; it may be closed more than once.</summary>
    public async Task CloseAsync()
    {
        await held.ReleaseAsync();
        journal.End();
        journal.Dispose();
    }
}
