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
    string NextCommand);
