using System.Text.RegularExpressions;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>Brings a line of foreign output into the form that rules read.</summary>
internal static partial class OutputLine
{
    private const int LongestPrefix = 120;

    // Of a longer line its two ends are read, where a message begins and where its cause stands.
    private const int LongestEnd = 64 * 1024;

    /// <summary>The lines without the time and the name that a builder, Compose or a logger puts before each; a record in JSON is split where its text
    /// has line breaks.</summary>
    public static IReadOnlyList<string> Clean(IEnumerable<string> lines) => [.. lines.SelectMany(Clean)];

    private static IEnumerable<string> Clean(string line)
    {
        if (line.Length > 2 * LongestEnd)
            line = line[..LongestEnd] + " … " + line[^LongestEnd..];

        // A text within a text: JSON, or what Rust and Go print of a string.
        line = line.Replace("\\\"", "\"", StringComparison.Ordinal);
        if (!line.StartsWith('{') || !line.Contains('"', StringComparison.Ordinal))
            return [WithoutPrefix(line)];

        return line.Replace("\\t", " ", StringComparison.Ordinal).Split("\\n");
    }

    private static string WithoutPrefix(string line)
    {
        var head = line.Length > LongestPrefix ? line[..LongestPrefix] : line;
        return Prefix().Match(head) is { Length: > 0 } prefix && !string.IsNullOrWhiteSpace(prefix.Value) ? line[prefix.Length..] : line;
    }

    // "#12 7.813 ", "7.813 ", "web_1  | ", "2024-03-27T23:54:24.123Z ", "2024-03-27 23:54:24,123 ", "2024/03/27 23:54:24 "
    [GeneratedRegex(@"\A\s{0,8}(?:#\d{1,4} )?(?:\d{1,5}\.\d{1,4} )?(?:[\w.-]{1,60}\s{1,20}\| )?(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?Z?(?: ?[+-]\d\d:?\d\d)? )?(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d{1,9})? )?")]
    private static partial Regex Prefix();
}
