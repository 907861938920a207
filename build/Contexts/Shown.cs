using System.Globalization;
using System.Text;

namespace PhasedRollout.Contexts;

/// <summary>Makes text from outside fit to be shown: a repository may hold file names with line breaks or terminal commands.</summary>
public static class Shown
{
    /// <summary><paramref name="text"/> with every control, format and line-separating character written as <c>\u{hex}</c>,
    /// cut after <paramref name="longest"/> characters.</summary>
    public static string Safe(string text, int longest = 400)
    {
        var safe = new StringBuilder(Math.Min(text.Length, longest));
        foreach (var rune in text.EnumerateRunes())
        {
            if (safe.Length >= longest)
                return safe.Append('…').ToString();

            if (IsHarmless(Rune.GetUnicodeCategory(rune)))
                safe.Append(rune.ToString());
            else
                safe.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
        }

        return safe.ToString();
    }

    private static bool IsHarmless(UnicodeCategory category) => category is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate);
}
