using System.Collections.Concurrent;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Asks each question once: whoever asks while the answer is on its way waits for the same one. A failure is told to all who wait
/// and then forgotten.</summary>
internal sealed class Once<TKey, TValue>
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, Lazy<Task<TValue>>> answers = new();

    /// <summary>True when <paramref name="key"/> was asked.</summary>
    public bool IsAsked(TKey key) => answers.ContainsKey(key);

    /// <summary>The answer to <paramref name="key"/>.</summary>
    public async Task<TValue> AskAsync(TKey key, Func<Task<TValue>> ask, CancellationToken cancellationToken)
    {
        var entry = answers.GetOrAdd(key, _ => new Lazy<Task<TValue>>(ask));
        try
        {
            return await entry.Value.WaitAsync(cancellationToken);
        }
        catch
        {
            if (entry.Value is { IsFaulted: true } or { IsCanceled: true })
                answers.TryRemove(new KeyValuePair<TKey, Lazy<Task<TValue>>>(key, entry));

            throw;
        }
    }
}
