using YamlDotNet.Core;

namespace PhasedRollout.Compose;

/// <summary>Says in words of the file what the YAML parser has against it.</summary>
internal static class YamlComplaint
{
    private const string Spaces = "indent with spaces; YAML allows no tab there";

    /// <summary>The problem behind <paramref name="complaint"/>.</summary>
    public static Problem Of(YamlException complaint, string text, string path)
    {
        var lines = text.Split('\n');
        var line = Math.Clamp((int)complaint.Start.Line, 1, lines.Length);
        var place = new SourceLocation(path, line, Math.Max(1, (int)complaint.Start.Column));
        if (LineWithTab(lines, line) is { } tabbed)
            return new Problem(path, "a tab stands in the indentation", Spaces, new SourceLocation(path, tabbed, 1));

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

    private static int? LineWithTab(string[] lines, int line)
    {
        for (var number = line; number >= Math.Max(1, line - 1); number--)
        {
            var text = lines[number - 1];
            if (text[..^text.TrimStart().Length].Contains('\t', StringComparison.Ordinal))
                return number;
        }

        return null;
    }

    // The parser's own messages are those of libyaml ("While parsing a block mapping, did not find expected key."), for people who know its grammar.
    private static (string What, string Remedy) Explain(string message) => message switch
    {
        _ when Has(message, "simple key") || Has(message, "expected ':'") || Has(message, "implicit key") =>
            ("a line is neither 'key: value' nor '- item'", "put a colon and a space after the key, and quotes around text that runs over several lines"),
        _ when Has(message, "quoted scalar") || Has(message, "end of stream") && Has(message, "quot") =>
            ("a quote is opened and not closed", "close it, or double it inside single quotes"),
        _ when Has(message, "flow sequence") || Has(message, "flow mapping") =>
            ("a '[' or '{' is not closed, or a comma is missing", "close the bracket and put commas between the values"),
        _ when Has(message, "block mapping") || Has(message, "block collection") || Has(message, "mapping values are not allowed") =>
            ("the indentation does not fit the lines before, or a colon stands in text without quotes",
                "indent the keys of one mapping alike, and put text that holds ': ' in quotes"),
        _ when Has(message, "anchor") || Has(message, "alias") =>
            ("an anchor or alias has no proper name", "write '&name' and '*name' with letters, digits and '-'; text that starts with '&' or '*' goes in quotes"),
        _ when Has(message, "tag") => ("a tag is malformed", "put text that starts with '!' in quotes"),
        _ when Has(message, "escape") => ("an escape in double quotes is unknown", "use single quotes, or write '\\\\' for a backslash"),
        _ when Has(message, "cannot start any token") =>
            ("a value starts with a character that YAML reserves", "put the value in quotes"),
        _ => ("the text cannot be read from here on", "check the indentation, the quotes and the brackets of this line and the one before"),
    };

    private static bool Has(string message, string part) => message.Contains(part, StringComparison.OrdinalIgnoreCase);
}
