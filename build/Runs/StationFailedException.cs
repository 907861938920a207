using PhasedRollout.Compose;
using PhasedRollout.Diagnosis;

namespace PhasedRollout.Runs;

/// <summary>A station failed and the reasons are known.</summary>
/// <param name="diagnoses">The reasons, the root first; never empty.</param>
public sealed class StationFailedException(IReadOnlyList<FailureDiagnosis> diagnoses) : RolloutException(Summary(diagnoses))
{
    /// <summary>The reasons, the root first.</summary>
    public IReadOnlyList<FailureDiagnosis> Diagnoses { get; } = diagnoses;

    private static string Summary(IReadOnlyList<FailureDiagnosis> diagnoses) => diagnoses.Count == 1
        ? diagnoses[0].Cause
        : FormattableString.Invariant($"{diagnoses[0].Cause} (and {diagnoses.Count - 1} more)");
}
