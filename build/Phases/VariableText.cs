namespace PhasedRollout.Phases;

/// <summary>Looks at a text of which parts are Compose variables whose values are not known.</summary>
internal static class VariableText
{
    /// <summary>The first place of one of <paramref name="characters"/> that is not within <c>${…}</c>; -1 when there is none.</summary>
    public static int IndexOutsideVariables(string text, params ReadOnlySpan<char> characters)
    {
        var depth = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '$' && i + 1 < text.Length && text[i + 1] == '{')
                (depth, i) = (depth + 1, i + 1);
            else if (text[i] == '}' && depth > 0)
                depth--;
            else if (depth == 0 && characters.Contains(text[i]))
                return i;
        }

        return -1;
    }

    /// <summary>For a text that begins with <c>${NAME:-argument}</c> (or <c>-</c>, <c>:+</c>, <c>+</c>): what stands before the argument,
    /// the argument, and the tail from the closing brace on; null for any other text.</summary>
    public static (string Before, string Argument, string Tail)? SplitArgument(string text)
    {
        if (!text.StartsWith("${", StringComparison.Ordinal))
            return null;

        var sign = 2;
        while (sign < text.Length && (char.IsAsciiLetterOrDigit(text[sign]) || text[sign] == '_'))
            sign++;
        if (sign < text.Length && text[sign] == ':')
            sign++;
        if (sign >= text.Length || text[sign] is not ('-' or '+'))
            return null;

        var argument = text[(sign + 1)..];
        var end = IndexOutsideVariables(argument, '}');
        return end < 0 ? null : (text[..(sign + 1)], argument[..end], argument[end..]);
    }
}
