using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>An expected way to fail. Its message is for people and its first line stands alone; it is shown without a stack trace.</summary>
public abstract class RolloutException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Command line or compose text are wrong as far as they alone can tell: exit code 2.</summary>
public sealed class InvalidInputException(IReadOnlyList<Problem> problems)
    : RolloutException(string.Join(Environment.NewLine, problems.Select(problem => problem.ToString())))
{
    /// <summary>Everything that is wrong, in the order of the text; never empty.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}

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
