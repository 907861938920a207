using System.Net;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>GitHub's two limits, as https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api has them.</summary>
internal static class RateLimit
{
    private static readonly TimeSpan Unsaid = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait before asking again; null when <paramref name="response"/> is not about a limit. Its content must be buffered.</summary>
    public static TimeSpan? WaitOf(HttpResponseMessage response, TimeProvider clock)
    {
        if (response.StatusCode is not (HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests))
            return null;

        // GitHub's clock and ours may differ; its own Date header is the one its reset time goes by.
        var now = response.Headers.Date ?? clock.GetUtcNow();
        if (response.Headers.RetryAfter is { } after)
            return AtLeastZero(after.Delta ?? after.Date - now ?? Unsaid);

        if (Allowance.Of(response) is { Remaining: 0 } allowance)
            return AtLeastZero(allowance.Reset - now) + TimeSpan.FromSeconds(1);

        return response.StatusCode == HttpStatusCode.TooManyRequests || Refusals.MessageOf(response).Contains("rate limit", StringComparison.OrdinalIgnoreCase)
            ? Unsaid
            : null;
    }

    private static TimeSpan AtLeastZero(TimeSpan span) => span < TimeSpan.Zero ? TimeSpan.Zero : span;
}
