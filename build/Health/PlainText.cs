using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Health;

/// <summary>Makes text from outside fit to be shown: logs and answers may carry anything.</summary>
internal static partial class PlainText
{
    /// <summary>One line without terminal sequences and control characters, of at most <paramref name="longest"/> characters.</summary>
    public static string Line(string text, int longest = 300)
    {
        // A megabyte on one line must not cost a megabyte of matching.
        if (text.Length > 16 * longest)
            text = text[..(16 * longest)];

        var line = new StringBuilder(Math.Min(text.Length, longest));
        var gap = false;
        foreach (var character in TerminalSequence().Replace(text, ""))
        {
            if (char.IsWhiteSpace(character) || IsInvisible(character))
            {
                gap |= line.Length > 0 && char.IsWhiteSpace(character);
                continue;
            }

            if (line.Length + (gap ? 1 : 0) >= longest)
                return line.Append('…').ToString();

            if (gap)
                line.Append(' ');

            gap = false;
            line.Append(character);
        }

        return line.ToString();
    }

    /// <summary>The last <paramref name="most"/> lines of <paramref name="text"/> that hold anything, each as <see cref="Line"/> makes it, indentation kept.</summary>
    public static IReadOnlyList<string> LastLines(string text, int most, int longest = 500) =>
        [.. text.Split('\n').Select(line => Indentation().Match(line).Value.Replace('\t', ' ') + Line(line, longest)).Where(line => line.Trim().Length > 0).TakeLast(most)];

    /// <summary>A span of time for people: <c>850 ms</c>, <c>12 s</c>, <c>5 min</c>, <c>2 min 30 s</c>, <c>3 h</c>.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalMilliseconds: < 1000 } => Invariant($"{Math.Max(0, span.TotalMilliseconds):0} ms"),
        { TotalSeconds: < 90 } => Invariant($"{span.TotalSeconds:0.#} s"),
        { TotalMinutes: < 90, Seconds: 0 } => Invariant($"{Math.Floor(span.TotalMinutes):0} min"),
        { TotalMinutes: < 90 } => Invariant($"{Math.Floor(span.TotalMinutes):0} min {span.Seconds} s"),
        { TotalHours: < 48 } => Invariant($"{span.TotalHours:0} h"),
        _ => Invariant($"{span.TotalDays:0} d"),
    };

    /// <summary><c>1 restart</c>, <c>2 restarts</c>.</summary>
    public static string Count(long number, string noun) => Invariant($"{number} {noun}{(number == 1 ? "" : "s")}");

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    // Bidirectional controls (Cf) can make a line read as another one.
    private static bool IsInvisible(char character) =>
        char.GetUnicodeCategory(character) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse;

    // CSI, OSC (ended by BEL or ST) and two-character escapes, ECMA-48.
    [GeneratedRegex(@"\x1B(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1B]*(?:\x07|\x1B\\)?|[@-Z\\-_])")]
    private static partial Regex TerminalSequence();

    [GeneratedRegex(@"\A[ \t]{0,16}")]
    private static partial Regex Indentation();
}
