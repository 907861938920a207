using System.Text;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>How a command follows the one before it.</summary>
internal enum ShellLink
{
    /// <summary>It is the first, or follows a semicolon or line break.</summary>
    Then,
    /// <summary>It runs when the one before succeeded.</summary>
    And,
    /// <summary>It runs when the one before failed.</summary>
    Or,
    /// <summary>It reads what the one before writes.</summary>
    Pipe,
}

/// <summary>A simple command of a shell text.</summary>
/// <param name="Words">Its words, variables expanded and quotes taken off; a null word depends on what is not known.</param>
/// <param name="Link">How it follows the one before.</param>
/// <param name="InBackground">True when it ends in <c>&amp;</c>.</param>
/// <param name="IsConditional">True inside <c>if</c>, <c>for</c>, <c>case</c>, a function and the like.</param>
internal sealed record ShellCommand(IReadOnlyList<string?> Words, ShellLink Link, bool InBackground, bool IsConditional);

/// <summary>Reads as much of the shell's language as start commands use: quotes, <c>$NAME</c> and <c>${NAME:-default}</c>, <c>&amp;&amp;</c>, <c>||</c>, pipes,
/// <c>&amp;</c>, redirections and comments. What it does not read makes a word unknown, never wrong.</summary>
/// <param name="text">The text.</param>
/// <param name="variable">The value of a variable: null when it is unset, <see cref="Unknown"/> when that is not known.</param>
internal sealed class ShellText(string text, Func<string, string?> variable)
{
    /// <summary>Stands for a value that is not known.</summary>
    public const string Unknown = "\0unknown";

    private const int LongestText = 100_000;
    private static readonly HashSet<string> Openers = ["if", "for", "while", "until", "case", "{", "("];
    private static readonly HashSet<string> Closers = ["fi", "done", "esac", "}", ")"];
    private static readonly HashSet<string> Joints = ["then", "do", "else", "elif", "!"];

    private readonly List<ShellCommand> commands = [];
    private readonly List<string?> words = [];
    private int position;
    private int depth;
    private bool hasCase;
    private ShellLink link = ShellLink.Then;

    /// <summary>The simple commands in order.</summary>
    public static IReadOnlyList<ShellCommand> Read(string text, Func<string, string?> variable) =>
        text.Length > LongestText ? [] : new ShellText(text.Replace("\\\n", " ", StringComparison.Ordinal), variable).Read();

    private List<ShellCommand> Read()
    {
        while (position < text.Length)
        {
            switch (text[position])
            {
                case ' ' or '\t' or '\r':
                    position++;
                    break;
                case '#':
                    position = text.IndexOf('\n', position) is >= 0 and var end ? end : text.Length;
                    break;
                case '\n' or ';':
                    End(ShellLink.Then, 1);
                    break;
                case '&' when Next('&'):
                    End(ShellLink.And, 2);
                    break;
                case '&' when Next('>'):
                    position++;
                    break;
                case '&':
                    End(ShellLink.Then, 1, inBackground: true);
                    break;
                case '|' when Next('|'):
                    End(ShellLink.Or, 2);
                    break;
                case '|':
                    End(ShellLink.Pipe, 1);
                    break;
                case '(' or ')':
                    depth += text[position] == '(' ? 1 : -1;
                    End(ShellLink.Then, 1);
                    break;
                case '<' or '>':
                    SkipRedirection();
                    break;
                default:
                    words.Add(Word());
                    break;
            }
        }

        End(ShellLink.Then, 0);
        return commands;
    }

    private bool Next(char expected) => position + 1 < text.Length && text[position + 1] == expected;

    private void End(ShellLink next, int length, bool inBackground = false)
    {
        position += length;
        while (words is [{ } word, ..] && (Openers.Contains(word) || Closers.Contains(word) || Joints.Contains(word)))
        {
            depth += Openers.Contains(word) ? 1 : Closers.Contains(word) ? -1 : 0;
            hasCase |= word == "case";
            words.RemoveAt(0);
            // "for name in …" and "case word in" name no program.
            if (word is "for" or "case")
                words.Clear();
        }

        if (words.Count > 0)
            commands.Add(new ShellCommand([.. words], link, inBackground, depth != 0 || hasCase));

        // Operators keep their meaning over line breaks.
        if (words.Count > 0 || next != ShellLink.Then)
            link = next;
        words.Clear();
    }

    // "2>&1", "> file", "<< EOF": the target is no argument.
    private void SkipRedirection()
    {
        if (words is [.., { } descriptor] && descriptor.Length == 1 && char.IsAsciiDigit(descriptor[0]) && text[position - 1] == descriptor[0])
            words.RemoveAt(words.Count - 1);

        while (position < text.Length && text[position] is '<' or '>' or '&')
            position++;
        while (position < text.Length && text[position] is ' ' or '\t')
            position++;
        if (position < text.Length && text[position] is not ('\n' or ';' or '|'))
            Word();
    }

    private string? Word()
    {
        var start = position;
        var word = new StringBuilder();
        var isUnknown = false;
        while (position < text.Length && text[position] is not (' ' or '\t' or '\r' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>'))
        {
            switch (text[position])
            {
                case '\'':
                    var end = text.IndexOf('\'', position + 1);
                    word.Append(text, position + 1, (end < 0 ? text.Length : end) - position - 1);
                    position = end < 0 ? text.Length : end + 1;
                    break;
                case '"':
                    isUnknown |= !Quoted(word);
                    break;
                case '\\' when position + 1 < text.Length:
                    word.Append(text[position + 1]);
                    position += 2;
                    break;
                case '$' or '`':
                    isUnknown |= !Expand(word);
                    break;
                default:
                    word.Append(text[position++]);
                    break;
            }
        }

        // Never stand still.
        if (position == start)
            position++;

        return isUnknown ? null : word.ToString();
    }

    private bool Quoted(StringBuilder word)
    {
        var isKnown = true;
        position++;
        while (position < text.Length && text[position] != '"')
        {
            if (text[position] is '$' or '`')
                isKnown &= Expand(word);
            else if (text[position] == '\\' && position + 1 < text.Length && text[position + 1] is '"' or '\\' or '$' or '`')
            {
                word.Append(text[position + 1]);
                position += 2;
            }
            else
                word.Append(text[position++]);
        }

        position++;
        return isKnown;
    }

    // True when the value is known.
    private bool Expand(StringBuilder word)
    {
        if (text[position] == '`')
        {
            position = text.IndexOf('`', position + 1) is >= 0 and var end ? end + 1 : text.Length;
            return false;
        }

        position++;
        if (position >= text.Length || !(text[position] is '{' or '(' or '_' || char.IsAsciiLetterOrDigit(text[position]) || text[position] is '@' or '*' or '#' or '?' or '$' or '!' or '-'))
        {
            word.Append('$');
            return true;
        }

        if (text[position] == '(')
        {
            SkipParentheses();
            return false;
        }

        var braced = text[position] == '{';
        if (braced)
            position++;

        var from = position;
        while (position < text.Length && (char.IsAsciiLetterOrDigit(text[position]) || text[position] == '_'))
            position++;

        var name = text[from..position];
        if (!braced)
        {
            if (name.Length == 0)
                position++;
            return name.Length > 0 && Append(word, variable(name), "");
        }

        var argument = Argument();
        if (name.Length == 0)
            return false;

        var value = variable(name);
        return argument switch
        {
            "" => Append(word, value, ""),
            [':', '-' or '=', ..] => value is null or "" ? Nested(word, argument[2..]) : Append(word, value, ""),
            ['-' or '=', ..] => value is null ? Nested(word, argument[1..]) : Append(word, value, ""),
            [':', '?', ..] or ['?', ..] => Append(word, value, ""),
            _ => false,
        };
    }

    private static bool Nested(StringBuilder word, string argument)
    {
        if (argument.Contains('$', StringComparison.Ordinal) || argument.Contains('`', StringComparison.Ordinal))
            return false;

        word.Append(argument.Trim('"', '\''));
        return true;
    }

    private static bool Append(StringBuilder word, string? value, string otherwise)
    {
        if (value == Unknown)
            return false;

        word.Append(value ?? otherwise);
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

        var argument = text[from..Math.Min(position, text.Length)];
        position++;
        return argument;
    }

    private void SkipParentheses()
    {
        for (var open = 0; position < text.Length; position++)
        {
            open += text[position] == '(' ? 1 : text[position] == ')' ? -1 : 0;
            if (open != 0)
                continue;

            position++;
            break;
        }
    }
}
