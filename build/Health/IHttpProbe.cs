using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>Asks a health address once.</summary>
public interface IHttpProbe
{
    /// <summary>Asks it; a refusal or a timeout is an answer, not an exception.</summary>
    Task<HttpAnswer> AskAsync(HealthUrl address, CancellationToken cancellationToken);
}

/// <summary>What a health address answered.</summary>
/// <param name="AskedAt">When it was asked.</param>
/// <param name="Passed">True when the status was the expected one.</param>
/// <param name="Observed">What came back: <c>200</c>, <c>503: database is starting</c>, <c>connection refused</c>.</param>
public sealed record HttpAnswer(DateTimeOffset AskedAt, bool Passed, string Observed);
