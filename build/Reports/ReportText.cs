using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>Makes text from outside fit to be shown: no secret, no terminal sequence, nothing that reorders what the eye sees.
/// Escaping is the business of each format.</summary>
internal sealed partial class ReportText(Redactor redactor)
{
    /// <summary><paramref name="text"/> as it may be shown; it may still hold line breaks and tabs.</summary>
    public string Clean(string text)
    {
        // Once before and once after: a terminal sequence can stand inside a secret, and a secret can hold what is taken out here.
        text = redactor.Redact(text);
        text = TerminalSequence().Replace(text.ReplaceLineEndings("\n"), "");
        text = string.Concat(text.EnumerateRunes().Where(IsShown));
        return UrlPassword().Replace(redactor.Redact(text), "$1" + Redactor.Mask + "@");
    }

    /// <summary>The same for an optional text.</summary>
    public string? CleanOrNull(string? text) => text is null ? null : Clean(text);

    /// <summary>The same for lines that belong together: a secret of several lines is found although each line stands alone.</summary>
    public IReadOnlyList<string> Clean(IReadOnlyList<string> lines) =>
        lines.Count == 0 ? [] : Clean(string.Join('\n', lines)).TrimEnd('\n').Split('\n');

    private static bool IsShown(Rune rune) =>
        rune.Value is '\n' or '\t' || !(Rune.IsControl(rune) || IsBidirectionalControl(rune) || IsNoncharacter(rune));

    // Unicode keeps them for the inside of programs, and XML 1.0 has no way to write U+FFFE and U+FFFF.
    private static bool IsNoncharacter(Rune rune) => rune.Value is (>= 0xFDD0 and <= 0xFDEF) || (rune.Value & 0xFFFE) == 0xFFFE;

    private static bool IsBidirectionalControl(Rune rune) =>
        Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format && rune.Value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);

    // ECMA-48 control sequences (colours, cursor) and operating system commands (titles, links).
    [GeneratedRegex(@"\x1B(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?)")]
    private static partial Regex TerminalSequence();

    // The password of any URL, known as a secret or not; a token that stands alone before the @ of an http address is one too.
    [GeneratedRegex(@"(://[^/\s:@]*:|https?://)[^/\s@]+@")]
    private static partial Regex UrlPassword();
}
