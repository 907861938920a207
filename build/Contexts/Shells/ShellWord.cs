using System.Text;

namespace PhasedRollout.Contexts.Shells;

/// <summary>A word of a shell text.</summary>
/// <param name="Value">What it stands for; null when that depends on what is not known.</param>
/// <param name="Written">The word with quotes taken off and variables left as they are written.</param>
/// <param name="IsQuoted">True when a part of it is quoted.</param>
internal sealed record ShellWord(string? Value, string Written, bool IsQuoted);

/// <summary>Reads one word: quotes, backslashes, <c>$NAME</c>, <c>${NAME:-default}</c>, <c>$(…)</c> and backticks.</summary>
/// <param name="text">The text.</param>
/// <param name="variable">The value of a variable: null when it is unset, <see cref="ShellText.Unknown"/> when that is not known.</param>
internal sealed class ShellWordReader(string text, Func<string, string?> variable)
{
    private readonly StringBuilder value = new();
    private readonly StringBuilder written = new();
    private int position;
    private bool isUnknown;
    private bool isQuoted;

    /// <summary>The characters that end a word where they are not quoted.</summary>
    public static bool EndsWord(char character) => character is ' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>';

    /// <summary>The word at <paramref name="start"/>, and where it ends.</summary>
    public (ShellWord Word, int End) Read(int start)
    {
        value.Clear();
        written.Clear();
        (position, isUnknown, isQuoted) = (start, false, false);
        while (position < text.Length && !EndsWord(text[position]))
        {
            switch (text[position])
            {
                case '\'':
                    var end = text.IndexOf('\'', position + 1) is >= 0 and var closing ? closing : text.Length;
                    Append(text[(position + 1)..end]);
                    (position, isQuoted) = (Math.Min(end + 1, text.Length), true);
                    break;
                case '"':
                    ReadQuoted();
                    break;
                case '\\' when position + 1 < text.Length:
                    // Before a line's end it joins the two lines.
                    if (text[position + 1] != '\n')
                        Append(text[(position + 1)..(position + 2)]);
                    position += 2;
                    break;
                case '$' or '`':
                    Expand();
                    break;
                default:
                    Append(text[position..++position]);
                    break;
            }
        }

        return (new ShellWord(isUnknown ? null : value.ToString(), written.ToString(), isQuoted), position);
    }

    /// <summary>Where the parenthesis that opens at <paramref name="start"/> has been closed.</summary>
    public static int SkipParentheses(string text, int start)
    {
        for (var (i, open) = (start, 0); i < text.Length; i++)
        {
            open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
            if (open == 0)
                return i + 1;
        }

        return text.Length;
    }

    private void Append(string known)
    {
        value.Append(known);
        written.Append(known);
    }

    private void ReadQuoted()
    {
        isQuoted = true;
        position++;
        while (position < text.Length && text[position] != '"')
        {
            if (text[position] is '$' or '`')
                Expand();
            else if (text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '"' or '\\' or '$' or '`' or '\n')
            {
                if (text[position + 1] != '\n')
                    Append(text[(position + 1)..(position + 2)]);
                position += 2;
            }
            else
                Append(text[position..++position]);
        }

        position = Math.Min(position + 1, text.Length);
    }

    private void Expand()
    {
        var start = position;
        isUnknown |= !(text[position] == '`' ? SkipBackticks() : ExpandDollar());
        written.Append(text, start, position - start);
    }

    private bool SkipBackticks()
    {
        position = text.IndexOf('`', position + 1) is >= 0 and var end ? end + 1 : text.Length;
        return false;
    }

    // True when the value is known.
    private bool ExpandDollar()
    {
        position++;
        if (position >= text.Length || !(text[position] is '{' or '(' or '_' or '@' or '*' or '#' or '?' or '$' or '!' or '-' || char.IsAsciiLetterOrDigit(text[position])))
        {
            value.Append('$');
            return true;
        }

        if (text[position] == '(')
        {
            position = SkipParentheses(text, position);
            return false;
        }

        var isBraced = text[position] == '{';
        if (isBraced)
            position++;

        var from = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
            position++;

        var name = text[from..position];
        if (!isBraced)
        {
            if (name.Length == 0)
                position++;
            return name.Length > 0 && Take(variable(name));
        }

        var argument = Argument();
        return name.Length > 0 && Braced(variable(name), argument);
    }

    private bool Braced(string? found, string argument) => argument switch
    {
        "" or [':', '?', ..] or ['?', ..] => Take(found),
        [':', '-' or '=', ..] => found is null or "" ? TakeDefault(argument[2..]) : Take(found),
        ['-' or '=', ..] => found is null ? TakeDefault(argument[1..]) : Take(found),
        _ => false,
    };

    private bool TakeDefault(string argument)
    {
        if (argument.Contains('$', StringComparison.Ordinal) || argument.Contains('`', StringComparison.Ordinal))
            return false;

        value.Append(argument.Trim('"', '\''));
        return true;
    }

    private bool Take(string? found)
    {
        if (found == ShellText.Unknown)
            return false;

        value.Append(found);
        return true;
    }

    // What stands before the closing brace.
    private string Argument()
    {
        var from = position;
        for (var open = 1; position < text.Length; position++)
        {
            open += text[position] == '{' ? 1 : text[position] == '}' ? -1 : 0;
            if (open == 0)
                break;
        }

        var argument = text[from..position];
        position = Math.Min(position + 1, text.Length);
        return argument;
    }
}
