using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Shells;

/// <summary>Reads as much of the shell's language as Dockerfiles, start commands and health checks use: quotes, variables, <c>&amp;&amp;</c>, <c>||</c>, pipes,
/// <c>&amp;</c>, redirections, here documents, comments, groups and subshells. What it does not read makes a word unknown, never wrong.</summary>
internal sealed class ShellText
{
    /// <summary>Stands for a value that is not known.</summary>
    public const string Unknown = "\0unknown";

    private const int LongestText = 100_000;
    private static readonly HashSet<string> Openers = ["if", "for", "while", "until", "case", "select", "{"];
    private static readonly HashSet<string> Closers = ["fi", "done", "esac", "}"];
    private static readonly HashSet<string> Joints = ["then", "do", "else", "elif", "!", "function"];
    private static readonly HashSet<string> Posix = ["sh", "bash", "ash", "dash", "zsh", "ksh"];

    private readonly string text;
    private readonly ShellWordReader reader;
    private readonly ShellSequence sequence;
    private readonly List<ShellWord> words = [];
    private readonly Queue<(string End, bool StripsTabs)> documents = new();
    private int position;
    private int depth;
    private bool hasCase;
    private bool isNegated;
    private ShellLink link = ShellLink.Then;

    private ShellText(string text, Func<string, string?> variable, string? folder, bool stopsAtFailure)
    {
        this.text = text;
        reader = new ShellWordReader(text, variable);
        sequence = new ShellSequence(folder, stopsAtFailure);
    }

    /// <summary>The simple commands of <paramref name="text"/> in order.</summary>
    /// <param name="text">The text.</param>
    /// <param name="variable">The value of a variable: null when it is unset, <see cref="Unknown"/> when that is not known.</param>
    /// <param name="folder">Where it starts; null when that is not known.</param>
    /// <param name="stopsAtFailure">True when the shell was started with <c>-e</c>.</param>
    public static IReadOnlyList<ShellCommand> Read(string text, Func<string, string?> variable, string? folder = null, bool stopsAtFailure = false) =>
        text.Length > LongestText ? [] : new ShellText(text.Replace("\r\n", "\n", StringComparison.Ordinal), variable, folder, stopsAtFailure).Read();

    /// <summary>The simple commands of a RUN in the order in which they run; none of one that no POSIX shell reads. No variable is known.</summary>
    public static IReadOnlyList<ShellCommand> OfRun(EvaluatedInstruction run)
    {
        var instruction = run.Instruction;
        if (instruction is { IsJson: true, Arguments: [var shell, var option, var script, ..] } && IsPosix(shell) && IsCommandOption(option))
            return Read(script, NoVariable, run.WorkingDirectory, option.Contains('e', StringComparison.Ordinal));
        if (instruction.IsJson)
            return [new ShellCommand(instruction.Arguments, ShellLink.Then, false, false) { Written = instruction.Arguments, Folder = run.WorkingDirectory, MustSucceed = true }];
        if (run.Shell is [var own, ..] && !IsPosix(own))
            return [];

        var stops = run.Shell?.Skip(1).Any(word => IsCommandOption(word) && word.Contains('e', StringComparison.Ordinal)) == true;
        return instruction.Heredocs is [var heredoc] && Interpreter(instruction.Text) is { } interpreter
            ? IsPosix(interpreter) ? Read(heredoc.Content, NoVariable, run.WorkingDirectory, stops) : []
            : Read(instruction.Text, NoVariable, run.WorkingDirectory, stops);
    }

    private static string NoVariable(string name) => Unknown;

    private static bool IsPosix(string program) => Posix.Contains(program[(program.LastIndexOf('/') + 1)..]);

    // -c, -ec, -euxc
    private static bool IsCommandOption(string word) => word.StartsWith('-') && !word.StartsWith("--", StringComparison.Ordinal) && word.EndsWith('c');

    // What reads a heredoc that is the whole of a RUN: "<<EOF" the shell itself, "bash <<EOF" another one; null where it is something else.
    private static string? Interpreter(string text) => text.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) switch
    {
        [var document] when document.StartsWith("<<", StringComparison.Ordinal) => "sh",
        [var program, var document] when document.StartsWith("<<", StringComparison.Ordinal) && IsPosix(program) => program,
        [var program, .., var document] when document.StartsWith("<<", StringComparison.Ordinal) && program.StartsWith("python", StringComparison.Ordinal) => program,
        _ => null,
    };

    private IReadOnlyList<ShellCommand> Read()
    {
        while (position < text.Length)
        {
            switch (text[position])
            {
                case ' ' or '\t' or '\r':
                    position++;
                    break;
                case '\\' when Next('\n'):
                    position += 2;
                    break;
                case '#':
                    position = text.IndexOf('\n', position) is >= 0 and var end ? end : text.Length;
                    break;
                case '\n':
                    End(ShellLink.Then, 1);
                    SkipDocuments();
                    break;
                // [[ a || b ]] is one command.
                case '&' or '|' or '(' or ')' or '<' or '>' when words is [{ Value: "[[" }, ..] && words[^1].Value != "]]":
                    position++;
                    break;
                case ';':
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
                    End(ShellLink.Pipe, Next('&') ? 2 : 1);
                    break;
                case '(':
                    Open();
                    break;
                case ')':
                    End(ShellLink.Then, 1, isInner: true);
                    Close();
                    break;
                case '<' or '>':
                    SkipRedirection();
                    break;
                default:
                    (var word, position) = reader.Read(position);
                    words.Add(word);
                    break;
            }
        }

        End(ShellLink.Then, 0);
        return sequence.Finish();
    }

    private bool Next(char expected) => position + 1 < text.Length && text[position + 1] == expected;

    private void Open()
    {
        // name() begins a function, which runs when it is called; ((…)) is arithmetic.
        if (words.Count == 1 && text.AsSpan(position + 1).TrimStart(" \t").StartsWith(")"))
        {
            words.Clear();
            position = text.IndexOf(')', position) + 1;
            sequence.DefineFunction();
        }
        else if (Next('('))
        {
            position = ShellWordReader.SkipParentheses(text, position);
        }
        else
        {
            End(ShellLink.Then, 1, isInner: true);
            depth++;
            sequence.EnterSubshell();
        }
    }

    private void Close()
    {
        depth--;
        sequence.LeaveSubshell();
    }

    private void End(ShellLink next, int length, bool inBackground = false, bool isInner = false)
    {
        position += length;
        SkipKeywords();
        if (words.Count > 0)
            sequence.Add(
                new ShellCommand([.. words.Select(word => word.Value)], link, inBackground, depth != 0 || hasCase) { Written = [.. words.Select(word => word.Written)] },
                isNegated, next);

        // Operators keep their meaning over line breaks.
        if (words.Count > 0 || next != ShellLink.Then)
            link = next;
        if (next == ShellLink.Then && !isInner && depth == 0 && link == ShellLink.Then)
            sequence.EndList();
        isNegated = false;
        words.Clear();
    }

    private void SkipKeywords()
    {
        while (words is [{ IsQuoted: false, Value: { } word }, ..] && (Openers.Contains(word) || Closers.Contains(word) || Joints.Contains(word)))
        {
            depth += Openers.Contains(word) ? 1 : Closers.Contains(word) ? -1 : 0;
            hasCase |= word == "case";
            isNegated |= word == "!";
            words.RemoveAt(0);
            // "for name in …" and "case word in" name no program.
            if (word is "for" or "case" or "select")
                words.Clear();
            else if (word == "function")
                sequence.DefineFunction();
        }
    }

    // "2>&1", "> file", "<< EOF", "<(program)": the target is no argument.
    private void SkipRedirection()
    {
        if (words is [.., { Value: { Length: 1 } descriptor }] && char.IsAsciiDigit(descriptor[0]) && text[position - 1] == descriptor[0])
            words.RemoveAt(words.Count - 1);

        if (Next('('))
        {
            position = ShellWordReader.SkipParentheses(text, position + 1);
            words.Add(new ShellWord(null, "", true));
            return;
        }

        var from = position;
        while (position < text.Length && text[position] is '<' or '>' or '&' or '|')
            position++;

        var isDocument = position - from == 2 && text[from] == '<' && text[from + 1] == '<';
        var stripsTabs = isDocument && position < text.Length && text[position] == '-';
        if (stripsTabs)
            position++;
        while (position < text.Length && text[position] is ' ' or '\t')
            position++;
        if (position >= text.Length || ShellWordReader.EndsWord(text[position]))
            return;

        (var target, position) = reader.Read(position);
        if (isDocument)
            documents.Enqueue((target.Written, stripsTabs));
    }

    private void SkipDocuments()
    {
        while (documents.TryDequeue(out var document))
        {
            while (position < text.Length)
            {
                var end = text.IndexOf('\n', position) is >= 0 and var found ? found : text.Length;
                var line = text[position..end];
                position = Math.Min(end + 1, text.Length);
                if ((document.StripsTabs ? line.TrimStart('\t') : line) == document.End)
                    break;
            }
        }
    }
}
