using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Builds the images of the next phase while the present one holds its gate. It builds and pulls, and touches no container; what fails
/// is said when that phase comes.</summary>
internal sealed class ImagesAhead(PhaseImages images, IRunLog log)
{
    private Begun? begun;

    /// <summary>Begins with a phase, unless it has begun.</summary>
    public void Begin(Rollout rollout, Phase phase)
    {
        if (begun is not null)
            return;

        log.Debug(FormattableString.Invariant($"preparing the images of phase {phase.Number} meanwhile"));
        var stop = new CancellationTokenSource();
        begun = new Begun(phase.Number, images.PrepareAsync(rollout, phase, stop.Token), stop);
    }

    /// <summary>The images of a phase: those that were begun, or begun now.</summary>
    /// <exception cref="ImageFailedException">One of them could not be had.</exception>
    /// <exception cref="WorldRefusedException">The target or the source does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, PreparedImage>> PrepareAsync(Rollout rollout, Phase phase, CancellationToken cancellationToken)
    {
        if (begun is not { } ahead || ahead.Phase != phase.Number)
        {
            await AbandonAsync();
            return await images.PrepareAsync(rollout, phase, cancellationToken);
        }

        begun = null;
        using var stop = ahead.Stop;
        await using var forward = cancellationToken.Register(stop.Cancel);
        try
        {
            return await ahead.Work;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (WorldRefusedException refused)
        {
            // It may have passed while the gate was held.
            log.Debug($"preparing ahead was refused ({refused.Message}); once more");
            return await images.PrepareAsync(rollout, phase, cancellationToken);
        }
    }

    /// <summary>Stops what was begun and waits for its end: the phase that it was for does not come.</summary>
    public async Task AbandonAsync()
    {
        if (begun is not { } ahead)
            return;

        begun = null;
        using var stop = ahead.Stop;
        await stop.CancelAsync();
        try
        {
            await ahead.Work;
        }
        catch (Exception error) when (error is OperationCanceledException or ImageFailedException or WorldRefusedException)
        {
            log.Debug(FormattableString.Invariant($"the images of phase {ahead.Phase} were not finished: {error.Message}"));
        }
    }

    private sealed record Begun(int Phase, Task<IReadOnlyDictionary<string, PreparedImage>> Work, CancellationTokenSource Stop);
}
