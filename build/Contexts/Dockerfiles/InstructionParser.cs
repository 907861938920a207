using System.Text;
using System.Text.Json;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Reads a logical line (BuildKit, <c>parser/split_command.go</c> and <c>parser/line_parsers.go</c>).</summary>
internal sealed class InstructionParser(char escape, List<DockerfileProblem> problems)
{
    // Go's encoding/json goes as deep.
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 10000 };

    /// <summary>Reads the instruction that starts at <paramref name="line"/>.</summary>
    public Instruction Parse(string text, int line) => Parse(text, line, isTrigger: false);

    private Instruction Parse(string text, int line, bool isTrigger)
    {
        var (keyword, rest) = SplitFirst(text.Trim());
        var (flags, arguments) = FlagWords.Split(rest);
        var instruction = new Instruction(keyword.ToUpperInvariant(), line, line) { Written = keyword, Flags = flags, Text = arguments };
        return instruction.Keyword switch
        {
            "ADD" or "COPY" or "VOLUME" => WithJson(instruction, SplitBlanks),
            "CMD" or "ENTRYPOINT" or "RUN" or "SHELL" => WithJson(instruction, whole => whole.Length == 0 ? [] : [whole]),
            "EXPOSE" or "FROM" => instruction with { Arguments = SplitBlanks(arguments) },
            "MAINTAINER" or "STOPSIGNAL" or "USER" or "WORKDIR" => instruction with { Arguments = arguments.Length == 0 ? [] : [arguments] },
            "ARG" => instruction with { Pairs = [.. SplitWords(arguments).Select(Pair)] },
            "ENV" or "LABEL" => instruction with { Pairs = Pairs(instruction) },
            "HEALTHCHECK" => Healthcheck(instruction),
            // A trigger of a trigger is refused whatever it says.
            "ONBUILD" when arguments.Length > 0 && !isTrigger => instruction with { Trigger = Parse(arguments, line, isTrigger: true) },
            _ => instruction,
        };
    }

    private Instruction WithJson(Instruction instruction, Func<string, IReadOnlyList<string>> otherwise) =>
        JsonArray(instruction, instruction.Text) is { } words
            ? instruction with { Arguments = words, IsJson = true }
            : instruction with { Arguments = otherwise(instruction.Text) };

    private Instruction Healthcheck(Instruction instruction)
    {
        var text = instruction.Text;
        var end = 0;
        while (end < text.Length && !char.IsWhiteSpace(text[end]))
            end++;

        if (end == 0)
            return instruction;

        var (kind, rest) = (text[..end], text[end..].TrimStart());
        if (JsonArray(instruction, rest) is { } words)
            return instruction with { Arguments = [kind, .. words], IsJson = true };

        return instruction with { Arguments = rest.Length == 0 ? [kind] : [kind, rest] };
    }

    // What starts as an array and is none is a shell's text, not a mistake to a builder.
    private IReadOnlyList<string>? JsonArray(Instruction instruction, string text)
    {
        if (!text.AsSpan().TrimStart().StartsWith("["))
            return null;

        try
        {
            using var document = JsonDocument.Parse(text, Json);
            if (document.RootElement.EnumerateArray().Any(element => element.ValueKind != JsonValueKind.String))
            {
                Problem(instruction, ProblemKind.Refused, $"the JSON array of {instruction.Keyword} holds something else than strings",
                    $"every element in double quotes: {instruction.Keyword} [\"…\", \"…\"]");
                return [];
            }

            return [.. document.RootElement.EnumerateArray().Select(TextOf)];
        }
        catch (JsonException)
        {
            if (instruction.Keyword is not "RUN" && text.TrimEnd().EndsWith(']'))
                Problem(instruction, ProblemKind.Suspicious,
                    $"{instruction.Keyword} looks like a JSON array and is none, so that a builder takes it as plain text", "double quotes, commas, no comma at the end");
            return null;
        }
    }

    private static string TextOf(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a surrogate pair: Go puts the replacement character there.
            return "\uFFFD";
        }
    }

    private IReadOnlyList<NameValue> Pairs(Instruction instruction)
    {
        var words = SplitWords(instruction.Text);
        if (words.Count == 0)
            return [];

        if (!words[0].Contains('=', StringComparison.Ordinal))
        {
            var (name, value) = SplitFirst(instruction.Text);
            if (value.Length > 0)
                return [new NameValue(name, value)];

            Problem(instruction, ProblemKind.Refused, $"{instruction.Keyword} {Shown.Safe(name, 60)} has no value", $"{instruction.Keyword} {Shown.Safe(name, 60)}=<value>");
            return [];
        }

        if (words.FirstOrDefault(word => !word.Contains('=', StringComparison.Ordinal)) is { } lonely)
            Problem(instruction, ProblemKind.Refused, $"'{Shown.Safe(lonely, 60)}' in {instruction.Keyword} has no equals sign",
                $"{instruction.Keyword} <name>=<value>, with quotes around a value that has blanks");

        return [.. words.Where(word => word.Contains('=', StringComparison.Ordinal)).Select(Pair)];
    }

    private static NameValue Pair(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? new NameValue(word, null) : new NameValue(word[..equals], word[(equals + 1)..]);
    }

    // Words with their quotes and escapes; blanks within quotes and after an escape belong to the word.
    private List<string> SplitWords(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var quote = '\0';
        var isInWord = false;
        var mayBeEmpty = false;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote == '\0' && char.IsWhiteSpace(character))
            {
                Close();
                continue;
            }

            isInWord = true;
            if (character == escape && quote != '\'')
            {
                if (i + 1 == text.Length)
                    break;
                word.Append(character).Append(text[++i]);
                continue;
            }

            if (quote == '\0' && character is '\'' or '"')
                (quote, mayBeEmpty) = (character, true);
            else if (quote == character)
                quote = '\0';

            word.Append(character);
        }

        Close();
        return words;

        void Close()
        {
            if (isInWord && (mayBeEmpty || word.Length > 0))
                words.Add(word.ToString());
            word.Clear();
            (isInWord, mayBeEmpty) = (false, false);
        }
    }

    private static (string First, string Others) SplitFirst(string text)
    {
        var end = SkipWord(text, 0);
        return (text[..end], text[SkipBlanks(text, end)..]);
    }

    private static List<string> SplitBlanks(string text)
    {
        var words = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = SkipWord(text, start);
            words.Add(text[start..end]);
            start = SkipBlanks(text, end);
        }

        return words;
    }

    private static int SkipWord(string text, int start)
    {
        while (start < text.Length && !IsBlank(text[start]))
            start++;

        return start;
    }

    private static int SkipBlanks(string text, int start)
    {
        while (start < text.Length && IsBlank(text[start]))
            start++;

        return start;
    }

    private static bool IsBlank(char character) => character is ' ' or '\t' or '\v' or '\f' or '\r';

    private void Problem(Instruction instruction, ProblemKind kind, string message, string remedy) =>
        problems.Add(new DockerfileProblem(instruction.Line, kind, message, remedy));
}
