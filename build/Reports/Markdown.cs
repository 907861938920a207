using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Reports;

/// <summary>Writes text from outside into GitHub-flavoured Markdown (spec 0.29) so that it stays text.</summary>
internal static partial class Markdown
{
    /// <summary>One line of prose: no markup, no HTML, no mention, no table cell begins in it.</summary>
    public static string Text(string text)
    {
        text = OneLine(text);
        var result = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            result.Append(text[i] switch
            {
                '&' => "&amp;",
                '<' => "&lt;",
                '>' => "&gt;",
                '\\' or '`' or '*' or '[' or ']' or '|' or '~' => "\\" + text[i],
                '_' when !(IsWordAt(text, i - 1) && IsWordAt(text, i + 1)) => "\\_",
                // GitHub notifies whoever is named so.
                '@' when !IsWordAt(text, i - 1) => "&#64;",
                _ => text[i].ToString(),
            });
        }

        // What would begin a heading, a list or a rule stands at the start of the line.
        return BlockStart().Replace(result.ToString(), match => match.Groups[1].Value + "\\" + match.Groups[2].Value);
    }

    /// <summary>A code span.</summary>
    public static string Code(string text)
    {
        text = OneLine(text);
        if (text.Length == 0)
            return "";

        var fence = Fence(text, 1);
        var padding = text.StartsWith('`') || text.EndsWith('`') ? " " : "";
        return fence + padding + text + padding + fence;
    }

    /// <summary>A code span within a table cell, where a bar ends the cell even in code.</summary>
    public static string CodeInTable(string text) => Code(text).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>A fenced code block, each line indented by <paramref name="indent"/> to belong to a list item.</summary>
    public static string Block(IEnumerable<string> lines, string language = "text", string indent = "")
    {
        var content = string.Join('\n', lines).Split('\n');
        var fence = Fence(string.Join('\n', content), 3);
        return string.Concat(content.Prepend(fence + language).Append(fence).Select(line => (indent + line).TrimEnd() + "\n"));
    }

    private static string Fence(string content, int atLeast)
    {
        var longest = Backticks().Matches(content).Select(match => match.Length).DefaultIfEmpty(0).Max();
        return new string('`', Math.Max(atLeast, longest + 1));
    }

    private static string OneLine(string text) => WhiteSpace().Replace(text, " ").Trim();

    private static bool IsWordAt(string text, int index) =>
        index >= 0 && index < text.Length && char.IsLetterOrDigit(text[index]);

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();

    [GeneratedRegex("`+")]
    private static partial Regex Backticks();

    [GeneratedRegex(@"^(\d{0,9})([#+=.)-])")]
    private static partial Regex BlockStart();
}
