namespace PhasedRollout.Contexts.GitHub;

/// <summary>How patient we are.</summary>
/// <param name="Timeout">How long a server may be silent: before its answer begins, and between two pieces of it.</param>
/// <param name="Budget">How long a run waits in all: for limits that GitHub names, and between tries. Beyond it the run ends and says when to come back.</param>
/// <param name="Tries">How often a request is sent when the server fails.</param>
internal sealed record Patience(TimeSpan Timeout, TimeSpan Budget, int Tries)
{
    /// <summary>15 seconds, 60 seconds, 5 tries.</summary>
    public static readonly Patience Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), 5);
}

/// <summary>What is left of <see cref="Patience.Budget"/>. Requests wait side by side: time in which several of them wait counts once.</summary>
internal sealed class WaitBudget(TimeSpan budget, TimeProvider clock)
{
    private readonly Lock turn = new();
    private TimeSpan spent;
    private DateTimeOffset until = DateTimeOffset.MinValue;
    private DateTimeOffset silentUntil = DateTimeOffset.MinValue;

    /// <summary>Takes <paramref name="wait"/> from now on; false when the budget does not hold so much.</summary>
    /// <param name="wait">The time.</param>
    /// <param name="all">True when GitHub asked for it: then nobody asks anything before it is over.</param>
    public bool TryTake(TimeSpan wait, bool all)
    {
        lock (turn)
        {
            var (now, end) = (clock.GetUtcNow(), clock.GetUtcNow() + wait);
            var more = end - (until > now ? until : now);
            if (more > TimeSpan.Zero)
            {
                if (spent + more > budget)
                    return false;

                (spent, until) = (spent + more, end);
            }

            if (all && end > silentUntil)
                silentUntil = end;

            return true;
        }
    }

    /// <summary>Waits until nobody is asked to be silent any more.</summary>
    public async Task RestAsync(CancellationToken cancellationToken)
    {
        while (Rest() is { } rest && rest > TimeSpan.Zero)
            await Task.Delay(rest, clock, cancellationToken);
    }

    private TimeSpan Rest()
    {
        lock (turn)
            return silentUntil - clock.GetUtcNow();
    }
}
