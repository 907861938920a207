using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>GitHub, an engine, a network or a service said no: exit code 1.</summary>
/// <param name="failure">What kind of refusal it is.</param>
/// <param name="message">What was asked of whom, and what the answer was.</param>
/// <param name="remedy">What to do about it.</param>
/// <param name="evidence">The lines that show it.</param>
/// <param name="service">The service it concerns, if it is one.</param>
/// <param name="inner">What the library threw.</param>
public class WorldRefusedException(
    FailureClass failure,
    string message,
    string remedy,
    IReadOnlyList<string>? evidence = null,
    string? service = null,
    Exception? inner = null) : RolloutException(message, inner)
{
    /// <summary>What kind of refusal it is.</summary>
    public FailureClass Failure { get; } = failure;

    /// <summary>What to do about it.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>The lines that show it; may be empty.</summary>
    public IReadOnlyList<string> Evidence { get; } = evidence ?? [];

    /// <summary>The service it concerns, or null.</summary>
    public string? Service { get; } = service;
}
