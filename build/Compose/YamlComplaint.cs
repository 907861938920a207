using YamlDotNet.Core;

namespace PhasedRollout.Compose;

/// <summary>Says in words of the file what the YAML parser has against it.</summary>
internal static class YamlComplaint
{
    /// <summary>The problem behind <paramref name="complaint"/>.</summary>
    public static Problem Of(YamlException complaint, string text, string path)
    {
        var lines = text.Split('\n');
        var line = Math.Clamp((int)complaint.Start.Line, 1, lines.Length);
        var place = new SourceLocation(path, line, Math.Max(1, (int)complaint.Start.Column));
        if (Array.FindIndex(lines, IsConflictMark) is >= 0 and var conflict)
        {
            return new Problem(path, "the file holds the marks of a merge conflict", "resolve it: keep one side and remove the lines with <<<<<<<, ======= and >>>>>>>",
                new SourceLocation(path, conflict + 1, 1));
        }

        if (Has(complaint.Message, " tab ") && Array.FindIndex(lines, line - 1, IsTabbed) is >= 0 and var tabbed)
        {
            return new Problem(path, "a tab stands in the indentation", "indent with spaces; YAML allows no tab there",
                new SourceLocation(path, tabbed + 1, 1));
        }

        var (what, remedy) = Explain(complaint.Message);
        return new Problem(path, $"not valid YAML: {what}", remedy, place);
    }

    /// <summary>The problem of text that holds characters which no YAML file may hold, as a binary file does; null when it holds none.</summary>
    public static Problem? OfCharacters(string text, string path)
    {
        var line = 1;
        var column = 0;
        foreach (var character in text)
        {
            column++;
            if (character == '\n')
                (line, column) = (line + 1, 0);
            else if (character is '\uFFFD' or '\uFFFE' or '\uFFFF' || (char.IsControl(character) && character is not ('\t' or '\r' or '\u0085')))
            {
                return new Problem(path, $"not a text file: it holds the byte or character 0x{(int)character:X2}",
                    "give a Compose file, which is YAML in UTF-8", new SourceLocation(path, line, column));
            }
        }

        return null;
    }

    private static bool IsConflictMark(string line) => line.StartsWith("<<<<<<< ", StringComparison.Ordinal);

    private static bool IsTabbed(string line) => line[..^line.TrimStart().Length].Contains('\t', StringComparison.Ordinal);

    // The parser's own messages are those of libyaml ("While parsing a block mapping, did not find expected key."), for people who know its grammar.
    private static (string What, string Remedy) Explain(string message) => message switch
    {
        _ when Has(message, "unknown escape") || Has(message, "hexadecimal") =>
            ("an escape in double quotes is unknown", "use single quotes, or write '\\\\' for a backslash"),
        _ when Has(message, "quoted scalar") => ("a quote is opened and not closed", "close it"),
        _ when Has(message, "flow sequence") || Has(message, "flow mapping") || Has(message, "node content") =>
            ("a '[' or '{' is not closed, or a comma is missing", "close the bracket and put commas between the values"),
        _ when Has(message, "multiline plain scalar") =>
            ("the line before has no ': ' and no '- '", "write every line as 'key: value' or '- item'"),
        _ when Has(message, "plain scalar value") =>
            ("a second ': ' stands in the value, or the line is indented too far", "put a value that holds ': ' in quotes, and indent the keys of one mapping alike"),
        _ when Has(message, "block mapping") || Has(message, "block collection") || Has(message, "Block sequence") =>
            ("the line does not fit the ones before", "write 'key: value' or '- item', and indent the keys of one mapping alike"),
        _ when Has(message, "anchor or alias") =>
            ("an anchor or alias has no name", "write '&name' and '*name'; text that starts with '&' or '*' goes in quotes"),
        _ when Has(message, "tag") => ("a tag is malformed", "put text that starts with '!' in quotes"),
        _ when Has(message, "cannot start any token") => ("a value starts with a character that YAML reserves", "put the value in quotes"),
        _ => ("the text cannot be read from here on", "check the indentation, the quotes and the brackets of this line and the one before"),
    };

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);
}
