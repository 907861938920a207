namespace PhasedRollout.Demo.GitHub;

/// <summary>What goes wrong with a request.</summary>
public enum GitHubFaultKind
{
    /// <summary>403: the token may not see this resource.</summary>
    Forbidden,

    /// <summary>404, as for everything that is absent or not visible.</summary>
    NotFound,

    /// <summary>403 with <c>X-RateLimit-Remaining: 0</c>, as when the hour's requests are used up.</summary>
    RateLimited,

    /// <summary>429 with <c>Retry-After</c>, the secondary rate limit.</summary>
    TooManyRequests,

    /// <summary>500 with a JSON message.</summary>
    ServerError,

    /// <summary>502, as GitHub says it under load.</summary>
    BadGateway,

    /// <summary>Begins an answer and cuts the connection.</summary>
    Drop,

    /// <summary>Never answers.</summary>
    Hang,

    /// <summary>Answers rightly, after <see cref="GitHubFault.Delay"/>.</summary>
    Slow,

    /// <summary>Announces the whole answer, sends half of it and cuts the connection.</summary>
    Truncate,

    /// <summary>200 with a body that is no JSON.</summary>
    Garbage,
}

/// <summary>A failure to act out.</summary>
/// <param name="PathContains">Requests whose path and query contain this text fail; empty means every request.</param>
/// <param name="Kind">How they fail.</param>
/// <param name="Times">How often before all is well again; 1 or more.</param>
public sealed record GitHubFault(string PathContains, GitHubFaultKind Kind, int Times = int.MaxValue)
{
    /// <summary>For <see cref="GitHubFaultKind.Slow"/> the wait before the answer, for <see cref="GitHubFaultKind.TooManyRequests"/> what <c>Retry-After</c> asks for (whole seconds).</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromSeconds(1);
}
