namespace PhasedRollout.Runs;

/// <summary>Writes words for a POSIX shell.</summary>
public static class ShellWord
{
    /// <summary>The word as it has to be typed: as it is when it is harmless, else in single quotes.</summary>
    public static string Quote(string word) => word.Length > 0 && word.All(IsHarmless)
        ? word
        : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static bool IsHarmless(char character) => char.IsAsciiLetterOrDigit(character) || "-_./:=@,+".Contains(character, StringComparison.Ordinal);
}
