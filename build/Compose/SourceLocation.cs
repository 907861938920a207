namespace PhasedRollout.Compose;

/// <summary>A place in a file that a person wrote.</summary>
/// <param name="File">The file's path as the user gave it.</param>
/// <param name="Line">The line, counted from 1.</param>
/// <param name="Column">The column, counted from 1.</param>
public sealed record SourceLocation(string File, int Line, int Column)
{
    /// <summary><c>file:line:column</c>, the form editors and terminals make a link of.</summary>
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}:{Column}");
}
