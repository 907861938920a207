using PhasedRollout.Compose;

namespace PhasedRollout.Contexts;

/// <summary>How far two words are from each other.</summary>
internal static class Words
{
    /// <summary>How alike two names are: 0 the same, 0.05 but for letter case, up to 1 nothing in common.</summary>
    public static double Difference(string one, string other)
    {
        if (string.Equals(one, other, StringComparison.Ordinal))
            return 0;

        if (string.Equals(one, other, StringComparison.OrdinalIgnoreCase))
            return 0.05;

        var (shorter, longer) = (Math.Min(one.Length, other.Length), Math.Max(one.Length, other.Length));
        // Names of very different length are not worth the table.
        return longer > 100 || shorter * 3 < longer ? 1 : (double)NearestName.Distance(one.ToUpperInvariant(), other.ToUpperInvariant()) / longer;
    }
}
