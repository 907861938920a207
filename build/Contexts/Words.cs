namespace PhasedRollout.Contexts;

/// <summary>How far two words are from each other.</summary>
internal static class Words
{
    /// <summary>The number of letters to insert, remove, replace or swap with their neighbour (optimal string alignment).</summary>
    public static int Distance(string one, string other)
    {
        var before = new int[other.Length + 1];
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var next = new int[other.Length + 1];
            next[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = one[i - 1] == other[j - 1] ? 0 : 1;
                next[j] = Math.Min(Math.Min(next[j - 1], row[j]) + 1, row[j - 1] + cost);
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    next[j] = Math.Min(next[j], before[j - 2] + 1);
            }

            (before, row) = (row, next);
        }

        return row[other.Length];
    }

    /// <summary>How alike two names are: 0 the same, 0.05 but for letter case, up to 1 nothing in common.</summary>
    public static double Difference(string one, string other)
    {
        if (string.Equals(one, other, StringComparison.Ordinal))
            return 0;

        if (string.Equals(one, other, StringComparison.OrdinalIgnoreCase))
            return 0.05;

        var (shorter, longer) = (Math.Min(one.Length, other.Length), Math.Max(one.Length, other.Length));
        // Names of very different length are not worth the table.
        return longer > 100 || shorter * 3 < longer ? 1 : (double)Distance(one.ToUpperInvariant(), other.ToUpperInvariant()) / longer;
    }
}
