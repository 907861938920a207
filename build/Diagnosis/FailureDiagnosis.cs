using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis;

/// <summary>Why a run failed.</summary>
/// <param name="Failure">The kind of failure.</param>
/// <param name="Service">The service it began with, or null.</param>
/// <param name="Cause">One sentence that stands alone.</param>
/// <param name="Evidence">The lines that show it.</param>
/// <param name="Remedy">What to do.</param>
/// <param name="NextCommand">The next command to type.</param>
public sealed record FailureDiagnosis(
    FailureClass Failure,
    string? Service,
    string Cause,
    IReadOnlyList<string> Evidence,
    string Remedy,
    string NextCommand)
{
    /// <summary>What it is within its class, such as <c>missing-module</c>; null when nothing narrower could be shown.</summary>
    public string? SubCause { get; init; }

    /// <summary>How far the evidence carries: <see cref="Certainty.Certain"/> only where it can mean nothing else.</summary>
    public Certainty Certainty { get; init; } = Certainty.Likely;

    /// <summary>The service that failed first and brought this one down; null for a cause of its own.</summary>
    public string? ConsequenceOf { get; init; }
}
