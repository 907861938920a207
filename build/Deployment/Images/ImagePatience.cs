namespace PhasedRollout.Deployment.Images;

/// <summary>How long an image may take, and took.</summary>
internal static class ImagePatience
{
    /// <summary>Does <paramref name="work"/>, and answers <paramref name="late"/> when that takes too long.</summary>
    public static async Task<T> WithinAsync<T>(
        TimeSpan atMost, Func<CancellationToken, Task<T>> work, T late, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(atMost);
        try
        {
            return await work(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return late;
        }
    }

    /// <summary>The time since <paramref name="started"/> (<see cref="TimeProvider.GetTimestamp"/>), for people.</summary>
    public static string Took(TimeProvider clock, long started) =>
        FormattableString.Invariant($"{clock.GetElapsedTime(started).TotalSeconds:0.0} s");
}
