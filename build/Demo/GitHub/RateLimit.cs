namespace PhasedRollout.Demo.GitHub;

/// <summary>What is left of a window, as the <c>X-RateLimit-*</c> headers say it.</summary>
internal sealed record RateLimitState(int Limit, int Remaining, int Used, long ResetUnixSeconds);

/// <summary>Counts the requests of one caller in fixed windows.</summary>
internal sealed class RateLimit(int limit, TimeSpan window, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _reset = clock.GetUtcNow() + window;
    private int _used;

    /// <summary>Takes one request; false when none is left.</summary>
    public bool TryTake()
    {
        lock (_lock)
        {
            Roll();
            if (_used >= limit)
                return false;
            _used++;
            return true;
        }
    }

    /// <summary>Gives a request back: a 304 to an authenticated caller is not counted.</summary>
    public void GiveBack()
    {
        lock (_lock)
            _used = Math.Max(0, _used - 1);
    }

    /// <summary>The state to report.</summary>
    public RateLimitState Look()
    {
        lock (_lock)
        {
            Roll();
            return new RateLimitState(limit, limit - _used, _used, _reset.ToUnixTimeSeconds());
        }
    }

    private void Roll()
    {
        var now = clock.GetUtcNow();
        if (now < _reset)
            return;
        _used = 0;
        _reset = now + window;
    }
}
