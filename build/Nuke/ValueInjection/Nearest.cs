namespace Nuke.Common.ValueInjection;

/// <summary>Finds the known name that somebody probably meant.</summary>
internal static class Nearest
{
    /// <summary>The nearest name, or null when none resembles it.</summary>
    public static string? To(string written, IEnumerable<string> known)
    {
        var bare = Spelling.Bare(written);
        var best = known
            .Select(name => (Name: name, Distance: Distance(bare, Spelling.Bare(name))))
            .OrderBy(candidate => candidate.Distance)
            .FirstOrDefault();
        return best.Name is not null && 2 * best.Distance <= Math.Max(bare.Length, Spelling.Bare(best.Name).Length) ? best.Name : null;
    }

    /// <summary>How many letters have to be inserted, removed, changed or swapped with their neighbour (optimal string alignment).</summary>
    public static int Distance(string left, string right)
    {
        var beforeLast = new int[right.Length + 1];
        var last = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var current = new int[right.Length + 1];
            current[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var changed = left[i - 1] == right[j - 1] ? 0 : 1;
                current[j] = Math.Min(Math.Min(last[j] + 1, current[j - 1] + 1), last[j - 1] + changed);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    current[j] = Math.Min(current[j], beforeLast[j - 2] + 1);
            }

            (beforeLast, last) = (last, current);
        }

        return last[right.Length];
    }
}
