using System.Text;

namespace PhasedRollout.Compose;

/// <summary>Reads <c>.env</c> files in Compose's syntax (Compose Specification, "Env_file format"): <c>NAME=value</c>, <c>export</c>, comments,
/// single quotes as they stand, double quotes with escapes and over several lines, and variables everywhere but in single quotes.</summary>
public static class EnvFileReader
{
    private const string Syntax = "write NAME=value, one a line; '#' starts a comment";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="outer">Values that win over those of the file where the file uses variables.</param>
    /// <returns>The entries in the order of the file (a null value: the name stood alone), and what is wrong with it.</returns>
    public static (IReadOnlyList<KeyValuePair<string, string?>> Entries, IReadOnlyList<Problem> Problems) Read(string path, VariableSet outer)
    {
        try
        {
            return Parse(File.ReadAllText(path, Encoding.UTF8), path, outer);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return ([], [new Problem(path, "there is no such file", "create it, or give another file with --env-file")]);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
        {
            return ([], [new Problem(path, "the file cannot be read", "check that it is a file and its permissions")]);
        }
    }

    /// <summary>Reads text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="path">The path that positions name.</param>
    /// <param name="outer">Values that win over those of the text where the text uses variables.</param>
    public static (IReadOnlyList<KeyValuePair<string, string?>> Entries, IReadOnlyList<Problem> Problems) Parse(
        string text, string path, VariableSet outer)
    {
        var scanner = new Scanner(text.TrimStart('\uFEFF').Replace("\r\n", "\n", StringComparison.Ordinal), path, outer);
        scanner.Run();
        return (scanner.Entries, scanner.Problems);
    }

    private sealed class Scanner(string text, string path, VariableSet outer)
    {
        private int position;
        private int line = 1;

        public List<KeyValuePair<string, string?>> Entries { get; } = [];

        public List<Problem> Problems { get; } = [];

        public void Run()
        {
            while (position < text.Length)
            {
                var start = line;
                var head = Line();
                var trimmed = head.Trim();
                if (trimmed.Length == 0 || trimmed[0] == '#')
                {
                    Advance(head.Length + 1);
                    continue;
                }

                Entry(head, start);
            }
        }

        private void Entry(string head, int start)
        {
            var separator = head.AsSpan().IndexOfAny('=', ':');
            var name = (separator < 0 ? head.Split('#')[0] : head[..separator]).Trim();
            if (name.StartsWith("export ", StringComparison.Ordinal))
                name = name["export ".Length..].TrimStart();

            if (!IsName(name))
            {
                // Never the line itself: it may hold a secret.
                Complain(start, "the line does not start with a variable's name", Syntax);
                Advance(head.Length + 1);
                return;
            }

            if (separator < 0)
            {
                Advance(head.Length + 1);
                Entries.Add(new(name, outer[name]));
                return;
            }

            Advance(separator + 1);
            while (position < text.Length && text[position] is ' ' or '\t')
                Advance(1);

            if (Value(name, start) is { } value)
                Entries.Add(new(name, value));
        }

        private string? Value(string name, int start)
        {
            var quote = position < text.Length ? text[position] : '\n';
            if (quote is not ('"' or '\''))
            {
                var rest = Line();
                Advance(rest.Length + 1);
                return Interpolated(WithoutComment(rest), name, start);
            }

            var end = Closing(quote);
            if (end < 0)
            {
                Complain(start, $"the quote of '{name}' is not closed", "close it; a value in quotes may run over several lines");
                Advance(text.Length - position);
                return null;
            }

            var body = text[(position + 1)..end];
            Advance(end + 1 - position);
            var tail = Line();
            Advance(tail.Length + 1);
            if (tail.Trim() is { Length: > 0 } more && more[0] != '#')
                Complain(start, $"text follows the closing quote of '{name}'", "put the whole value into the quotes, or escape a quote in it with '\\'");

            return quote == '\'' ? body : Interpolated(Unescaped(body), name, start);
        }

        private string? Interpolated(string value, string name, int start)
        {
            try
            {
                var known = Entries.Where(entry => entry.Value is not null).GroupBy(entry => entry.Key).ToDictionary(group => group.Key, group => group.Last().Value!);
                foreach (var outerName in outer.Names)
                    known[outerName] = outer[outerName]!;

                var result = ComposeInterpolation.Apply(value, VariableSet.Of(known).Or(other => outer[other]));

                // As Compose does, with a warning there: an unset variable in an env file is empty.
                return result.IsComplete
                    ? result.Text
                    : ComposeInterpolation.Apply(value, VariableSet.Of(known.Concat(result.Missing.DistinctBy(missing => missing.Name)
                        .Select(missing => new KeyValuePair<string, string>(missing.Name, ""))).ToDictionary())).Text;
            }
            catch (FormatException malformed)
            {
                Complain(start, $"the value of '{name}' cannot be used", malformed.Message.Contains("malformed", StringComparison.Ordinal)
                    ? "a '${' in it starts no variable: put the value in single quotes, or write '$$' for a dollar"
                    : "write it with fewer nested variables");
                return null;
            }
        }

        private int Closing(char quote)
        {
            for (var i = position + 1; i < text.Length; i++)
            {
                if (text[i] == '\\' && quote == '"')
                    i++;
                else if (text[i] == quote)
                    return i;
            }

            return -1;
        }

        private string Line()
        {
            var end = text.IndexOf('\n', position);
            return end < 0 ? text[position..] : text[position..end];
        }

        private void Advance(int count)
        {
            var end = Math.Min(text.Length, position + count);
            line += text.AsSpan(position, end - position).Count('\n');
            position = end;
        }

        private void Complain(int start, string what, string remedy) =>
            Problems.Add(new Problem(path, what, remedy, new SourceLocation(path, start, 1)));

        private static bool IsName(string name) =>
            name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(character => char.IsLetterOrDigit(character) || character is '_' or '.' or '-' or '[' or ']');

        private static string WithoutComment(string value)
        {
            for (var i = 1; i < value.Length; i++)
            {
                if (value[i] == '#' && char.IsWhiteSpace(value[i - 1]))
                    return value[..i].TrimEnd();
            }

            return value.StartsWith('#') ? "" : value.TrimEnd();
        }

        private static string Unescaped(string value)
        {
            var result = new StringBuilder(value.Length);
            for (var i = 0; i < value.Length; i++)
            {
                if (value[i] != '\\' || i + 1 == value.Length)
                {
                    result.Append(value[i]);
                    continue;
                }

                i++;
                result.Append(value[i] switch
                {
                    'n' => "\n",
                    'r' => "\r",
                    't' => "\t",
                    '$' => "$$",
                    '"' => "\"",
                    '\\' => "\\",
                    var other => $"\\{other}",
                });
            }

            return result.ToString();
        }
    }
}
