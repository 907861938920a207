using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Compose;

/// <summary>What a YAML reader takes a scalar for.</summary>
public enum ScalarKind
{
    /// <summary>Nothing: <c>null</c>, <c>~</c> or no text at all.</summary>
    Null,
    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,
    /// <summary>A whole number, also in the bases 2, 8 and 16.</summary>
    Whole,
    /// <summary>Any other number.</summary>
    Number,
    /// <summary>Text.</summary>
    Text,
}

/// <summary>Resolves plain scalars as Compose's own YAML library (go-yaml v3) does, a mixture of YAML 1.1 and 1.2:
/// <c>on</c> and <c>22:22</c> are text, <c>0123</c> is the number 83, <c>1e3</c> the number 1000.</summary>
internal static partial class ScalarResolver
{
    /// <summary>The kind of <paramref name="text"/> without quotes, and how Compose writes it where it wants a string.</summary>
    public static (ScalarKind Kind, string? Value) Resolve(string? text)
    {
        if (text is null or "" or "~" or "null" or "Null" or "NULL")
            return (ScalarKind.Null, null);
        if (text is "true" or "True" or "TRUE")
            return (ScalarKind.Boolean, "true");
        if (text is "false" or "False" or "FALSE")
            return (ScalarKind.Boolean, "false");
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-' or '.'))
            return (ScalarKind.Text, text);

        var plain = text.Replace("_", "", StringComparison.Ordinal);
        if (Integer(plain) is { } integer)
            return (ScalarKind.Whole, integer.ToString(CultureInfo.InvariantCulture));
        if (Float().IsMatch(plain) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return (ScalarKind.Number, GoFloat(number));

        return text is ".inf" or ".Inf" or ".INF" or "+.inf" or "-.inf" or ".nan" or ".NaN" or ".NAN"
            ? (ScalarKind.Number, text)
            : (ScalarKind.Text, text);
    }

    private static Int128? Integer(string text)
    {
        var sign = text.StartsWith('-') ? -1 : 1;
        var digits = text.TrimStart('+', '-');
        if (digits.Length == 0 || text.Length - digits.Length > 1)
            return null;

        var (numberBase, body) = digits switch
        {
            ['0', 'x' or 'X', .. var rest] => (16, rest),
            ['0', 'b' or 'B', .. var rest] => (2, rest),
            ['0', 'o' or 'O', .. var rest] => (8, rest),
            ['0', _, ..] => (8, digits[1..]),
            _ => (10, digits),
        };
        Int128 value = 0;
        foreach (var character in body)
        {
            if (!char.IsAsciiHexDigit(character) || Convert.ToInt32(character.ToString(), 16) >= numberBase)
                return null;
            if (value > ulong.MaxValue)
                return null;

            value = value * numberBase + Convert.ToInt32(character.ToString(), 16);
        }

        return body.Length == 0 ? null : sign * value;
    }

    // As Go's %v: the shortest digits that mean this number, with an exponent below 1e-4 and from 1e+06 on.
    private static string GoFloat(double number)
    {
        var scientific = number.ToString("E16", CultureInfo.InvariantCulture);
        for (var digits = 0; digits < 16; digits++)
        {
            var shorter = number.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(shorter, CultureInfo.InvariantCulture) == number)
            {
                scientific = shorter;
                break;
            }
        }

        var mark = scientific.IndexOf('E', StringComparison.Ordinal);
        var exponent = int.Parse(scientific[(mark + 1)..], CultureInfo.InvariantCulture);
        if (exponent is < -4 or >= 6)
            return FormattableString.Invariant($"{scientific[..mark]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");

        return decimal.Parse(scientific, NumberStyles.Float, CultureInfo.InvariantCulture)
            .ToString("0.############################", CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Float();
}
