using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Builds and pulls the images of all phases of a run, those of the first phase first, while services start and hold their gates. It touches
/// no container; what fails is said when its phase comes.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "No timer and no handle is asked of the source: it holds nothing.")]
internal sealed class ImagesAhead(PhaseImages images, IRunLog log)
{
    private readonly Dictionary<int, Task<IReadOnlyDictionary<string, PreparedImage>>> begun = [];
    private CancellationTokenSource stop = new();

    /// <summary>The images of the first of these phases; those of the others are begun.</summary>
    /// <exception cref="ImageFailedException">One of them could not be had.</exception>
    /// <exception cref="WorldRefusedException">The target or the source does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, PreparedImage>> PrepareAsync(
        Rollout rollout, IReadOnlyList<Phase> phases, CancellationToken cancellationToken)
    {
        var wasAhead = begun.ContainsKey(phases[0].Number);
        Begin(rollout, phases);
        await using var forward = cancellationToken.Register(stop.Cancel);
        try
        {
            return await begun[phases[0].Number];
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception failure) when (wasAhead && failure is WorldRefusedException or OperationCanceledException)
        {
            // It may have passed while the gate was held.
            log.Debug($"preparing ahead was refused ({failure.Message}); once more");
            await AbandonAsync();
            return await PrepareAsync(rollout, phases, cancellationToken);
        }
    }

    /// <summary>Stops what was begun and waits for its end: the phases that it was for do not come.</summary>
    public async Task AbandonAsync()
    {
        await stop.CancelAsync();
        foreach (var (phase, work) in begun)
            try
            {
                await work;
            }
            catch (Exception error) when (error is OperationCanceledException or ImageFailedException or WorldRefusedException)
            {
                log.Debug(FormattableString.Invariant($"the images of phase {phase} were not finished: {error.Message}"));
            }

        begun.Clear();
        stop.Dispose();
        stop = new CancellationTokenSource();
    }

    private void Begin(Rollout rollout, IReadOnlyList<Phase> phases)
    {
        Task before = Task.CompletedTask;
        foreach (var phase in phases.Where(phase => !begun.ContainsKey(phase.Number)))
        {
            var inLine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            begun[phase.Number] = AfterAsync(before, inLine, rollout, phase, stop.Token);
            before = inLine.Task;
        }
    }

    private async Task<IReadOnlyDictionary<string, PreparedImage>> AfterAsync(
        Task before, TaskCompletionSource inLine, Rollout rollout, Phase phase, CancellationToken cancellationToken)
    {
        try
        {
            await before.WaitAsync(cancellationToken);
            var prepared = await images.PrepareAsync(rollout, phase, () => inLine.TrySetResult(), cancellationToken);
            inLine.TrySetResult();
            return prepared;
        }
        finally
        {
            inLine.TrySetCanceled(CancellationToken.None);
        }
    }
}
