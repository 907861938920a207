namespace PhasedRollout.Phases;

/// <summary>Reads generated phase files back.</summary>
public static class PhaseComposeReader
{
}
