using System.Globalization;
using System.Security.Cryptography;

namespace PhasedRollout.Runs;

/// <summary>Makes run ids.</summary>
public static class RunIds
{
    /// <summary>A new id such as <c>20261013T081500Z-3f9ac2d1</c>: sorts by time, fit for a file name, a label and a tag.</summary>
    public static string New(TimeProvider clock) => string.Create(
        CultureInfo.InvariantCulture,
        $"{clock.GetUtcNow():yyyyMMdd'T'HHmmss'Z'}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}");
}
