using PhasedRollout.Compose;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>A station failed and the reasons are known.</summary>
/// <param name="diagnoses">The reasons, the root first; never empty.</param>
public sealed class StationFailedException(IReadOnlyList<FailureDiagnosis> diagnoses) : RolloutException(Summary(diagnoses))
{
    /// <summary>The reasons, the root first.</summary>
    public IReadOnlyList<FailureDiagnosis> Diagnoses { get; } = diagnoses;

    /// <summary>The compose text alone was wrong; the world was not asked: services that depend on a later phase. What an engine or a gate says of
    /// the same order is what the world said.</summary>
    public bool IsWrongInput { get; private init; }

    /// <summary>A station found something that blocks before it did anything.</summary>
    public static StationFailedException OfFindings(IReadOnlyList<FailureDiagnosis> diagnoses) =>
        new(diagnoses) { IsWrongInput = diagnoses.All(diagnosis => diagnosis.Failure == FailureClass.DependencyOrder) };

    private static string Summary(IReadOnlyList<FailureDiagnosis> diagnoses) => diagnoses.Count == 1
        ? diagnoses[0].Cause
        : FormattableString.Invariant($"{diagnoses[0].Cause} (and {diagnoses.Count - 1} more)");
}
