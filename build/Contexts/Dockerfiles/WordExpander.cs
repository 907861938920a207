using System.Text;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>What is known of a variable.</summary>
internal readonly record struct Variable(bool IsKnown, string? Text)
{
    /// <summary>It may have any value, or none.</summary>
    public static Variable Unknown => new(false, null);

    /// <summary>It has none.</summary>
    public static Variable Unset => new(true, null);

    /// <summary>It has this one.</summary>
    public static Variable Of(string text) => new(true, text);
}

/// <summary>What a word expands to.</summary>
/// <param name="Text">The text; null when it cannot be known, or on an error.</param>
/// <param name="Words">The words it splits into; empty when they cannot be known, or on an error.</param>
/// <param name="Error">What a builder refuses in it, or null.</param>
/// <param name="Unset">The variables that were asked for and have no value.</param>
internal sealed record Expansion(string? Text, IReadOnlyList<string> Words, string? Error, IReadOnlySet<string> Unset);

/// <summary>Quotes, escapes and variables of a word, as the instructions of a Dockerfile know them
/// (BuildKit, <c>frontend/dockerfile/shell/lex.go</c>).</summary>
internal sealed class WordExpander(Func<string, Variable> lookup, char escape = '\\')
{
    /// <summary>No author goes deeper; a hostile file would end the process.</summary>
    private const int Deepest = 50;

    /// <summary>How much longer than the word its expansion may become before it counts as unknown.</summary>
    private const int MostAdded = 32 * 1024;

    /// <summary>True leaves quotes in the text.</summary>
    public bool KeepsQuotes { get; init; }

    /// <summary>True leaves escape characters in the text.</summary>
    public bool KeepsEscapes { get; init; }

    /// <summary>True leaves variables without a value as they are written.</summary>
    public bool KeepsUnset { get; init; }

    /// <summary>Expands <paramref name="word"/>.</summary>
    public Expansion Expand(string word)
    {
        var run = new Run(this, word);
        var words = new WordList();
        var (text, isKnown) = run.Until(null, KeepsEscapes, words);
        if (run.Error is not null)
            return new Expansion(null, [], run.Error, run.Unset);

        return isKnown && !run.IsTooLong
            ? new Expansion(text, words.Close(), null, run.Unset)
            : new Expansion(null, [], null, run.Unset);
    }

    private readonly record struct Piece(string Text, bool IsKnown)
    {
        public static Piece Of(string text) => new(text, true);

        public static Piece Unknown => new("", false);
    }

    private sealed class Run(WordExpander owner, string word)
    {
        private readonly char escape = owner.Escape;
        private bool keepsEscapes = owner.KeepsEscapes;
        private int position;
        private int depth;
        private int added;

        public string? Error { get; private set; }

        public bool IsTooLong => added > MostAdded;

        public HashSet<string> Unset { get; } = new(StringComparer.Ordinal);

        private bool IsAtEnd => position >= word.Length;

        private bool IsStopped => Error is not null || IsTooLong;

        // Up to the stop character, or to the end of the word when there is none.
        public Piece Until(char? stop, bool keepEscapes, WordList? words = null)
        {
            var saved = keepsEscapes;
            keepsEscapes = keepEscapes;
            var text = new StringBuilder();
            var isKnown = true;
            while (!IsAtEnd && !IsStopped)
            {
                var character = word[position];
                if (character == stop)
                {
                    position++;
                    keepsEscapes = saved;
                    return new Piece(text.ToString(), isKnown);
                }

                if (character is '$' or '\'' or '"')
                {
                    var piece = character switch { '$' => Dollar(), '\'' => SingleQuoted(), _ => DoubleQuoted() };
                    text.Append(piece.Text);
                    isKnown &= piece.IsKnown;
                    if (character == '$')
                        words?.Split(piece.Text);
                    else
                        words?.Append(piece.Text);
                    continue;
                }

                position++;
                if (character != escape)
                {
                    text.Append(character);
                    words?.Split(character);
                    continue;
                }

                if (keepsEscapes)
                {
                    text.Append(character);
                    words?.Append(character);
                }

                if (IsAtEnd)
                    break;

                text.Append(word[position]);
                words?.Append(word[position]);
                position++;
            }

            keepsEscapes = saved;
            return stop is null ? new Piece(text.ToString(), isKnown) : Fail($"unexpected end of statement while looking for matching {stop}");
        }

        private Piece SingleQuoted()
        {
            var end = word.IndexOf('\'', position + 1);
            if (end < 0)
            {
                position = word.Length;
                return Fail("unexpected end of statement while looking for matching single-quote");
            }

            var text = owner.KeepsQuotes ? word[position..(end + 1)] : word[(position + 1)..end];
            position = end + 1;
            return Piece.Of(text);
        }

        private Piece DoubleQuoted()
        {
            var text = new StringBuilder();
            var isKnown = true;
            if (owner.KeepsQuotes)
                text.Append('"');

            for (position++; !IsAtEnd && !IsStopped;)
            {
                var character = word[position];
                if (character == '$')
                {
                    var piece = Dollar();
                    text.Append(piece.Text);
                    isKnown &= piece.IsKnown;
                    continue;
                }

                position++;
                if (character == '"')
                    return new Piece((owner.KeepsQuotes ? text.Append('"') : text).ToString(), isKnown);

                if (character == escape)
                {
                    if (keepsEscapes)
                        text.Append(character);
                    if (IsAtEnd)
                        break;
                    if (word[position] is '"' or '$' || word[position] == escape)
                        character = word[position++];
                }

                text.Append(character);
            }

            return IsStopped ? Piece.Unknown : Fail("unexpected end of statement while looking for matching double-quote");
        }

        private Piece Dollar()
        {
            position++;
            if (IsAtEnd || word[position] != '{')
            {
                var plain = Name();
                return plain.Length == 0 ? Piece.Of("$") : Value(plain, Find(plain), $"${plain}");
            }

            position++;
            if (IsAtEnd)
                return Fail("syntax error: missing '}'");
            if (word[position] is '{' or '}' or ':')
                return Fail("syntax error: bad substitution");
            if (++depth > Deepest)
                return Fail("variables are nested too deeply");

            var substitution = Substitution(Name());
            depth--;
            return substitution;
        }

        private Piece Substitution(string name)
        {
            var modifier = Take();
            switch (modifier)
            {
                case "}":
                    return Value(name, Find(name), $"${{{name}}}");
                case ":":
                    return Modified(name, modifier + Take(), isUnsetWhenEmpty: true);
                case "+" or "-" or "?" or "#" or "%":
                    return Modified(name, modifier, isUnsetWhenEmpty: false);
                case "/":
                    return Replaced(name);
                default:
                    return Fail($"unsupported modifier ({modifier}) in substitution");
            }
        }

        private Piece Modified(string name, string modifier, bool isUnsetWhenEmpty)
        {
            var kind = modifier[^1];
            var argument = Until('}', keepEscapes: kind is '#' or '%');
            if (Error is not null || IsTooLong)
                return Unclosed();

            var variable = kind is '-' or '+' ? owner.Lookup(name) : Find(name);
            if (owner.KeepsUnset && variable is { IsKnown: true, Text: null })
                return Piece.Of($"${{{name}{modifier}{argument.Text}}}");
            if (!variable.IsKnown)
                return Piece.Unknown;

            var hasValue = variable.Text is not null && !(isUnsetWhenEmpty && variable.Text.Length == 0);
            return kind switch
            {
                '-' => hasValue ? Added(variable.Text!) : argument,
                '+' => hasValue ? argument : Piece.Of(""),
                '?' => hasValue ? Added(variable.Text!) : Missing(name, argument, variable.Text is null ? "unset" : "empty"),
                '#' or '%' => Trimmed(kind, argument, variable.Text ?? ""),
                _ => Fail($"unsupported modifier ({modifier}) in substitution"),
            };
        }

        private Piece Replaced(string name)
        {
            var isEvery = !IsAtEnd && word[position] == '/';
            if (isEvery)
                position++;

            var pattern = Until('/', keepEscapes: true);
            if (IsStopped)
                return Error is not null && IsAtEnd ? Fail("syntax error: missing '/' in ${}", again: true) : Piece.Unknown;

            var replacement = Until('}', keepEscapes: true);
            if (IsStopped)
                return Unclosed();

            var variable = Find(name);
            if (owner.KeepsUnset && variable is { IsKnown: true, Text: null })
                return Piece.Of($"${{{name}/{pattern.Text}/{replacement.Text}}}");
            if (!variable.IsKnown || !pattern.IsKnown || !replacement.IsKnown)
                return Piece.Unknown;

            return ShellPattern.Replace(variable.Text ?? "", pattern.Text, replacement.Text, isEvery) is { } text
                ? Added(text)
                : Fail($"invalid pattern ({pattern.Text}) in substitution");
        }

        private Piece Trimmed(char kind, Piece argument, string value)
        {
            if (!argument.IsKnown)
                return Piece.Unknown;

            var isLongest = argument.Text.StartsWith(kind);
            var pattern = isLongest ? argument.Text[1..] : argument.Text;
            return (kind == '#' ? ShellPattern.TrimStart(value, pattern, isLongest) : ShellPattern.TrimEnd(value, pattern, isLongest)) is { } text
                ? Added(text)
                : Fail($"invalid pattern ({pattern}) in substitution");
        }

        private Piece Value(string name, Variable variable, string written) => variable switch
        {
            { IsKnown: false } => Piece.Unknown,
            { Text: { } text } => Added(text),
            _ => Piece.Of(owner.KeepsUnset ? written : ""),
        };

        private Variable Find(string name)
        {
            var variable = owner.Lookup(name);
            if (variable is { IsKnown: true, Text: null })
                Unset.Add(name);

            return variable;
        }

        private Piece Missing(string name, Piece message, string what) =>
            Fail($"{name}: {(message is { IsKnown: true, Text.Length: > 0 } ? message.Text : $"is not allowed to be {what}")}");

        private Piece Added(string text)
        {
            added += text.Length;
            return Piece.Of(text);
        }

        private Piece Unclosed() => Error is not null && IsAtEnd ? Fail("syntax error: missing '}'", again: true) : Piece.Unknown;

        private Piece Fail(string error, bool again = false)
        {
            if (again || Error is null)
                Error = error;

            return Piece.Unknown;
        }

        private string Take() => IsAtEnd ? "" : word[position++].ToString();

        // Letters, digits and underscores; a number; or one of the shell's special parameters.
        private string Name()
        {
            var start = position;
            if (!IsAtEnd && char.IsDigit(word[position]))
            {
                while (!IsAtEnd && char.IsDigit(word[position]))
                    position++;
            }
            else if (!IsAtEnd && word[position] is '@' or '*' or '#' or '?' or '-' or '$' or '!')
            {
                position++;
            }
            else
            {
                while (!IsAtEnd && (char.IsLetterOrDigit(word[position]) || word[position] == '_'))
                    position++;
            }

            return word[start..position];
        }
    }

    private char Escape { get; } = escape;

    private Variable Lookup(string name) => lookup(name);

    /// <summary>Words as they grow; blanks end them unless they were quoted or escaped.</summary>
    private sealed class WordList
    {
        private readonly List<string> words = [];
        private readonly StringBuilder current = new();
        private bool isInWord;

        public void Append(char character)
        {
            current.Append(character);
            isInWord = true;
        }

        public void Append(string text)
        {
            current.Append(text);
            isInWord = true;
        }

        public void Split(string text)
        {
            foreach (var character in text)
                Split(character);
        }

        public void Split(char character)
        {
            if (!char.IsWhiteSpace(character))
            {
                Append(character);
            }
            else if (isInWord && current.Length > 0)
            {
                words.Add(current.ToString());
                current.Clear();
                isInWord = false;
            }
        }

        public List<string> Close()
        {
            if (current.Length > 0)
                words.Add(current.ToString());

            return words;
        }
    }
}
