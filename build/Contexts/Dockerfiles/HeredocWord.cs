namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A word that opens a heredoc, such as <c>&lt;&lt;-"EOF"</c>.</summary>
internal sealed record HeredocWord(string Name, bool Expands, bool StripsTabs)
{
    private static readonly WordExpander Lines = new(_ => Variable.Unset) { KeepsQuotes = true, KeepsEscapes = true, KeepsUnset = true };
    private static readonly WordExpander Names = new(_ => Variable.Unset) { KeepsUnset = true };
    private static readonly WordExpander RawNames = new(_ => Variable.Unset) { KeepsUnset = true, KeepsQuotes = true };

    /// <summary>Every opening word of an instruction's line. A line that a shell could not split opens none.</summary>
    public static IReadOnlyList<HeredocWord> FindAll(string line) =>
        line.Contains("<<", StringComparison.Ordinal) ? [.. Lines.Expand(line).Words.Select(Of).OfType<HeredocWord>()] : [];

    /// <summary><paramref name="word"/> as an opening word; null when it is none.</summary>
    public static HeredocWord? Of(string word)
    {
        var digits = 0;
        while (digits < word.Length && char.IsAsciiDigit(word[digits]))
            digits++;

        if (!word.AsSpan(digits).StartsWith("<<"))
            return null;

        var stripsTabs = word.AsSpan(digits + 2).StartsWith("-");
        var name = word[(digits + (stripsTabs ? 3 : 2))..];
        if (name.Length == 0 || name.Contains('<', StringComparison.Ordinal))
            return null;

        if (Names.Expand(name) is not { Error: null, Words: [var plain] } || RawNames.Expand(name) is not { Error: null, Words: [var raw] })
            return null;

        // A quote that only the raw word has was taken off: the word is quoted.
        return new HeredocWord(plain, Quotes(plain) == Quotes(raw), stripsTabs);
    }

    private static int Quotes(string text) => text.Count(character => character is '\'' or '"');
}
