namespace PhasedRollout.Deployment;

/// <summary>Does things side by side, at most so many at once.</summary>
internal static class Workers
{
    /// <summary>Results in the order of the items. After the first failure nothing further is begun; what has begun is told to stop, and the
    /// first failure is thrown once all have ended.</summary>
    public static async Task<IReadOnlyList<TResult>> RunAsync<T, TResult>(
        IReadOnlyList<T> items, int parallelism, Func<T, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        using var places = new SemaphoreSlim(Math.Max(1, parallelism));
        return await RunAsync(items, places, work, cancellationToken);
    }

    /// <summary>The same with places that others use too; who asks first is served first, and all of these ask before this returns.</summary>
    public static async Task<IReadOnlyList<TResult>> RunAsync<T, TResult>(
        IReadOnlyList<T> items, SemaphoreSlim places, Func<T, CancellationToken, Task<TResult>> work, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Exception? first = null;
        var tasks = items.Select(RunOneAsync).ToArray();
        try
        {
            return await Task.WhenAll(tasks);
        }
        catch (Exception) when (first is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(first);
            throw;
        }

        async Task<TResult> RunOneAsync(T item)
        {
            await places.WaitAsync(stop.Token);
            try
            {
                return await work(item, stop.Token);
            }
            catch (Exception error)
            {
                if (Interlocked.CompareExchange(ref first, error, null) is null)
                    await stop.CancelAsync();
                throw;
            }
            finally
            {
                places.Release();
            }
        }
    }
}
