using System.Buffers;
using System.Globalization;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Durations as Go writes them, such as <c>1m30s</c> (package time, ParseDuration).</summary>
internal static class GoDuration
{
    private static readonly (string Unit, double Seconds)[] Units =
        [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("μs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("h", 3600)];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>The duration, or null when <paramref name="text"/> is none.</summary>
    public static TimeSpan? Parse(string text)
    {
        var rest = text.AsSpan();
        var sign = 1;
        if (rest is ['+' or '-', ..])
        {
            sign = rest[0] == '-' ? -1 : 1;
            rest = rest[1..];
        }

        if (rest is "0")
            return TimeSpan.Zero;
        if (rest.Length is 0 or > 100)
            return null;

        var seconds = 0.0;
        while (rest.Length > 0)
        {
            var length = rest.IndexOfAnyExcept(Digits);
            if (length <= 0 || !double.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
                return null;

            rest = rest[length..];
            var end = rest.IndexOfAny(Digits);
            var unit = (end < 0 ? rest : rest[..end]).ToString();
            if (Units.FirstOrDefault(it => it.Unit == unit) is not { Unit: not null, Seconds: var factor })
                return null;

            seconds += number * factor;
            rest = rest[unit.Length..];
        }

        // Go's own range.
        return seconds < long.MaxValue / 1e9 ? TimeSpan.FromSeconds(sign * seconds) : null;
    }
}
