using System.Text;

namespace PhasedRollout.Contexts.Packages;

/// <summary>The simple commands of a shell text, as far as they can be told without running it.</summary>
/// <param name="Commands">The words of each command; a word with a variable in it holds the dollar.</param>
/// <param name="StopsAtFailure">True when a command that fails makes the whole fail: they are joined by <c>&amp;&amp;</c>, or <c>set -e</c> stands in front.</param>
internal sealed record ShellCommands(IReadOnlyList<IReadOnlyList<string>> Commands, bool StopsAtFailure)
{
    private static readonly HashSet<string> Keywords =
        ["if", "then", "else", "elif", "fi", "for", "while", "until", "do", "done", "case", "esac", "{", "}", "!", "function", "exit", "trap"];

    /// <summary>Splits <paramref name="text"/>.</summary>
    public static ShellCommands Split(string text)
    {
        var commands = new List<IReadOnlyList<string>>();
        var words = new List<string>();
        var word = new StringBuilder();
        var (isQuoted, isAfterSemicolon, isSequence, isPlain) = (false, false, false, true);
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            var next = i + 1 < text.Length ? text[i + 1] : '\0';
            switch (character)
            {
                case '\'' or '"':
                    var end = Closing(text, i);
                    word.Append(text, i + 1, Math.Max(0, end - i - 1));
                    (isQuoted, i) = (true, end);
                    break;
                case '\\' when i + 1 < text.Length:
                    if (next is not ('\n' or '\r'))
                        word.Append(next);
                    i++;
                    break;
                case '#' when word.Length == 0 && !isQuoted:
                    i = text.IndexOf('\n', i) is >= 0 and var line ? line - 1 : text.Length;
                    break;
                case '&' when next == '&':
                    EndCommand();
                    i++;
                    break;
                case '|' or '&' or '(' or ')' or '`':
                    // A pipe hides a failure, || answers it, the others make a shell of their own.
                    isPlain &= character == '&' && word.Length > 0 && word[^1] == '>';
                    if (isPlain)
                        word.Append(character);
                    else
                        EndCommand();
                    break;
                case ';' or '\n':
                    EndCommand();
                    isAfterSemicolon = commands.Count > 0;
                    break;
                case ' ' or '\t' or '\r':
                    EndWord();
                    break;
                default:
                    word.Append(character);
                    break;
            }
        }

        EndCommand();
        var setsE = commands is [["set", var flags, ..], ..] && flags.StartsWith('-') && flags.Contains('e', StringComparison.Ordinal);
        var hasKeywords = commands.Any(command => Keywords.Contains(command[0]));
        return new ShellCommands(commands, isPlain && !hasKeywords && (setsE || !isSequence));

        void EndWord()
        {
            if (word.Length > 0 || isQuoted)
                words.Add(word.ToString());
            word.Clear();
            isQuoted = false;
        }

        void EndCommand()
        {
            EndWord();
            if (words.Count == 0)
                return;

            isSequence |= isAfterSemicolon;
            commands.Add([.. words]);
            words.Clear();
        }
    }

    private static int Closing(string text, int start)
    {
        var i = start + 1;
        while (i < text.Length && text[i] != text[start])
            i += text[i] == '\\' && text[start] == '"' ? 2 : 1;
        return Math.Min(i, text.Length);
    }
}
