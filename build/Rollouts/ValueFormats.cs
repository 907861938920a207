using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PhasedRollout.Rollouts;

/// <summary>The notations of single values in a Compose file.</summary>
internal static partial class ValueFormats
{
    /// <summary>A duration such as <c>1m30s</c> (Compose Specification, "Specifying durations"); null when it is none.</summary>
    public static TimeSpan? Duration(string text)
    {
        if (text == "0")
            return TimeSpan.Zero;

        var match = DurationText().Match(text);
        if (!match.Success)
            return null;

        var total = 0m;
        for (var i = 0; i < match.Groups["amount"].Captures.Count; i++)
        {
            var nanoseconds = match.Groups["unit"].Captures[i].Value switch
            {
                "w" => 604_800_000_000_000m,
                "d" => 86_400_000_000_000m,
                "h" => 3_600_000_000_000m,
                "m" => 60_000_000_000m,
                "s" => 1_000_000_000m,
                "ms" => 1_000_000m,
                "ns" => 1m,
                _ => 1_000m,
            };
            total += decimal.Parse(match.Groups["amount"].Captures[i].Value, CultureInfo.InvariantCulture) * nanoseconds;
        }

        return total / 100 <= long.MaxValue ? TimeSpan.FromTicks((long)(total / 100)) : null;
    }

    /// <summary>A number of bytes such as <c>512m</c> or <c>1.5gb</c>, in powers of 1024 (go-units); null when it is none.</summary>
    public static long? Bytes(string text)
    {
        var match = ByteText().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups["amount"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            return null;

        var power = "kmgtp".IndexOf(match.Groups["unit"].Value.ToLowerInvariant(), StringComparison.Ordinal) + 1;
        if (match.Groups["unit"].Length == 0)
            power = 0;
        for (var i = 0; i < power; i++)
            amount *= 1024;

        return amount <= long.MaxValue ? (long)amount : null;
    }

    /// <summary>A truth value as Compose takes it; null when it is none.</summary>
    public static bool? Boolean(string text) => text.ToLowerInvariant() switch
    {
        "true" or "1" or "t" or "y" or "yes" or "on" => true,
        "false" or "0" or "f" or "n" or "no" or "off" => false,
        _ => null,
    };

    /// <summary>A whole number; null when it is none.</summary>
    public static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A number of processors such as <c>0.5</c>; null when it is none.</summary>
    public static decimal? Processors(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number >= 0 ? number : null;

    /// <summary>A port, 1–65535; null when it is none.</summary>
    public static int? Port(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535 ? port : null;

    /// <summary>The words of a command line, split as a POSIX shell splits them, without expanding anything; null when a quote is not closed.</summary>
    public static IReadOnlyList<string>? ShellWords(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var started = false;
        var quote = '\0';
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote == '\'' && character != '\'')
            {
                word.Append(character);
            }
            else if (character == '\\' && i + 1 < text.Length)
            {
                i++;
                started = true;
                // In double quotes a backslash escapes only what is special there (POSIX 2.2.3).
                if (quote == '"' && text[i] is not ('"' or '\\' or '$' or '`'))
                    word.Append('\\');
                word.Append(text[i]);
            }
            else if (character == quote && quote != '\0')
            {
                quote = '\0';
            }
            else if (quote == '\0' && character is '\'' or '"' && quote == '\0')
            {
                (quote, started) = (character, true);
            }
            else if (quote == '\0' && char.IsWhiteSpace(character))
            {
                if (started)
                    words.Add(word.ToString());
                word.Clear();
                started = false;
            }
            else
            {
                word.Append(character);
                started = true;
            }
        }

        if (started)
            words.Add(word.ToString());

        return quote == '\0' ? words : null;
    }

    [GeneratedRegex(@"^((?<amount>[0-9]{1,15}(\.[0-9]{1,9})?)(?<unit>ns|us|µs|ms|s|m|h|d|w))+\z", RegexOptions.ExplicitCapture)]
    private static partial Regex DurationText();

    [GeneratedRegex(@"^(?<amount>[0-9]{1,19}(\.[0-9]+)?) ?(?<unit>[kmgtp]?)(i?b)?\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex ByteText();
}
