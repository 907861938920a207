namespace PhasedRollout.Compose;

/// <summary>Finds the known name that somebody most likely meant.</summary>
public static class NearestName
{
    /// <summary>The name nearest to <paramref name="name"/>, or null when none is near: at most a third of the letters differ.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var wanted = name.ToLowerInvariant();
        var best = known
            .Select(candidate => (candidate, distance: Distance(wanted, candidate.ToLowerInvariant())))
            .OrderBy(pair => pair.distance)
            .ThenBy(pair => pair.candidate, StringComparer.Ordinal)
            .FirstOrDefault();

        // Of two names of one letter every pair would be near.
        var longest = Math.Max(wanted.Length, best.candidate?.Length ?? 0);
        return best.distance <= Math.Max(longest / 3, longest > 1 ? 1 : 0) ? best.candidate : null;
    }

    /// <summary><c>did you mean 'x'?</c>, or <paramref name="otherwise"/> when no known name is near.</summary>
    public static string Suggest(string name, IEnumerable<string> known, string otherwise) =>
        Of(name, known) is { } near ? $"did you mean '{near}'?" : otherwise;

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
}
