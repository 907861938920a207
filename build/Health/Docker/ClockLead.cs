namespace PhasedRollout.Health.Docker;

/// <summary>By how much the engine's clock is ahead of ours: measured once, and the same for everybody. Two measurements differ, and a container that
/// is seen with another lead than before would seem to have been started anew.</summary>
/// <param name="measure">Measures it.</param>
internal sealed class ClockLead(Func<CancellationToken, Task<TimeSpan>> measure)
{
    private readonly Lock gate = new();
    private Task<TimeSpan>? measured;

    /// <summary>The lead; a measurement that failed is made again.</summary>
    public Task<TimeSpan> GetAsync(CancellationToken cancellationToken)
    {
        lock (gate)
            return measured is { IsFaulted: false, IsCanceled: false } known ? known : measured = measure(cancellationToken);
    }
}
