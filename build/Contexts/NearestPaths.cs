namespace PhasedRollout.Contexts;

/// <summary>Finds, for a folder that is not in a tree, the folders that were probably meant.</summary>
internal sealed class NearestPaths
{
    // Costs of turning one path into the other, a segment at a time. A forgotten or superfluous folder in front or in the middle is the
    // commonest mistake; that the path goes one folder too deep is rarer; a folder without the Dockerfile is hardly what was meant.
    private const double Inserted = 0.35;
    private const double Removed = 0.4;
    private const double WithoutDockerfile = 0.8;
    private const double TooFar = 0.5;
    private const double Alike = 0.4;

    private readonly List<(string Path, string[] Segments)> folders;
    private readonly HashSet<string> files;

    /// <param name="tree">The tree to look in; what it does not hold is not proposed.</param>
    public NearestPaths(RepositoryTree tree)
    {
        folders = [.. tree.Entries.Where(entry => entry.Kind == TreeEntryKind.Directory).Select(entry => (entry.Path, entry.Path.Split('/')))];
        files = [.. tree.Entries.Where(entry => entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable or TreeEntryKind.Symlink).Select(entry => entry.Path)];
    }

    /// <summary>Up to <paramref name="most"/> folders near <paramref name="path"/>, the nearest first; those that hold
    /// <paramref name="dockerfile"/> are preferred. The same tree and path always give the same list.</summary>
    public IReadOnlyList<string> Of(string path, string dockerfile, int most = 3)
    {
        var wanted = path.Split('/');
        var differences = new Dictionary<(string, string), double>();
        return
        [
            .. folders
                .Where(folder => MayBeMeant(wanted, folder.Segments, HasDockerfile(folder.Path), Difference))
                .Select(folder => (folder.Path, Cost: Cost(wanted, folder.Segments, Difference), HasDockerfile: HasDockerfile(folder.Path),
                    Size: Math.Max(wanted.Length, folder.Segments.Length)))
                .Where(it => it.Cost <= TooFar * it.Size)
                .OrderBy(it => it.Cost + (it.HasDockerfile ? 0 : WithoutDockerfile))
                .ThenBy(it => it.Path.Length)
                .ThenBy(it => it.Path, StringComparer.Ordinal)
                .Take(most)
                .Select(it => it.Path),
        ];

        bool HasDockerfile(string folder) => files.Contains($"{folder}/{dockerfile}");

        double Difference(string one, string other)
        {
            if (!differences.TryGetValue((one, other), out var difference))
                differences[(one, other)] = difference = Words.Difference(one, other);

            return difference;
        }
    }

    // Either the last folder has the same name or nearly so, or the path goes on below a folder that is a context by itself.
    private static bool MayBeMeant(string[] wanted, string[] folder, bool hasDockerfile, Func<string, string, double> difference) =>
        difference(wanted[^1], folder[^1]) <= Alike
        || (hasDockerfile && wanted.Length > 1 && difference(wanted[^2], folder[^1]) <= Alike);

    private static double Cost(string[] wanted, string[] folder, Func<string, string, double> difference)
    {
        var row = new double[folder.Length + 1];
        for (var j = 1; j <= folder.Length; j++)
            row[j] = j * Inserted;

        for (var i = 1; i <= wanted.Length; i++)
        {
            var next = new double[folder.Length + 1];
            next[0] = i * Removed;
            for (var j = 1; j <= folder.Length; j++)
                next[j] = Math.Min(Math.Min(row[j] + Removed, next[j - 1] + Inserted), row[j - 1] + difference(wanted[i - 1], folder[j - 1]));

            row = next;
        }

        return row[folder.Length];
    }
}
