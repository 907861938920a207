namespace PhasedRollout.Compose;

/// <summary>An expected way to fail. Its message is for people and its first line stands alone; it is shown without a stack trace.</summary>
public abstract class RolloutException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Command line or compose text are wrong as far as they alone can tell: exit code 2.</summary>
public sealed class InvalidInputException(IReadOnlyList<Problem> problems)
    : RolloutException(string.Join(Environment.NewLine, problems.Select(problem => problem.ToString())))
{
    /// <summary>Everything that is wrong, in the order of the text; never empty.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
