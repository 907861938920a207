using System.Text.RegularExpressions;

namespace PhasedRollout.Health.Docker;

/// <summary>A health check by <c>curl</c> without <c>-s</c> prints curl's progress meter before what it has to say.</summary>
internal static partial class CurlMeter
{
    /// <summary><paramref name="output"/> without the meter's head and its lines.</summary>
    public static string RemovedFrom(string output) => Meter().Replace(Head().Replace(output, ""), "");

    [GeneratedRegex(@"^[ \t]*% Total[^\n]*\n[ \t]*Dload[^\r\n]*[\r\n]*", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Head();

    // Eight numbers, three times, the current speed: "100    12  100    12    0     0   4000      0 --:--:-- --:--:-- --:--:--  4000".
    [GeneratedRegex(@"[\r\n]*[ \t]*\d+[ \t]+(?:[\d.]+[kMGTP]?[ \t]+){7}(?:[-\d]+:[-\d]{2}:[-\d]{2}[ \t]+){3}[\d.]+[kMGTP]?[\r\n]*", RegexOptions.CultureInvariant)]
    private static partial Regex Meter();
}
