using PhasedRollout.Contexts;

namespace PhasedRollout.Phases;

/// <summary>Turns a verified rollout into phases.</summary>
public static class PhasePlanner
{
    /// <summary>The phases in order; within a phase dependencies come first, else the order of the declaration is kept.</summary>
    public static IReadOnlyList<Phase> Plan(VerifiedRollout verified) => throw new NotSupportedException();
}
