namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>Cuts the text of a shell into its commands, as far as that is needed to see which programs are called.</summary>
internal static class ShellCommands
{
    /// <summary>The commands between <c>;</c>, <c>&amp;&amp;</c>, <c>||</c>, <c>|</c> and line ends, outside of quotes; a subshell's parentheses are left out.</summary>
    public static IEnumerable<string> Split(string text)
    {
        var start = 0;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote != '\0')
            {
                if (character == quote)
                    quote = '\0';
                else if (character == '\\' && quote == '"')
                    i++;
            }
            else if (character is '\'' or '"')
            {
                quote = character;
            }
            else if (character == '\\')
            {
                i++;
            }
            else if (character is ';' or '&' or '|' or '\n' or '(' or ')' or '`')
            {
                if (text[start..i].Trim() is { Length: > 0 } command)
                    yield return command;
                start = i + 1;
            }
        }

        if (start < text.Length && text[start..].Trim() is { Length: > 0 } last)
            yield return last;
    }
}
