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

    // Optimal string alignment: a swap of two neighbours ("prots") is one mistake, not two.
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= right.Length; j++)
            rows[0, j] = j;

        for (var i = 1; i <= left.Length; i++)
        {
            for (var j = 1; j <= right.Length; j++)
            {
                var change = left[i - 1] == right[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(rows[i - 1, j] + 1, rows[i, j - 1] + 1), rows[i - 1, j - 1] + change);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    best = Math.Min(best, rows[i - 2, j - 2] + 1);

                rows[i, j] = best;
            }
        }

        return rows[left.Length, right.Length];
    }
}
