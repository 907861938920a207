namespace PhasedRollout.Contexts;

/// <summary>Looks into the folders of a tree.</summary>
internal static class TreeFolders
{
    /// <summary>What stands directly in <paramref name="folder"/>.</summary>
    public static IEnumerable<TreeEntry> Children(RepositoryTree tree, string folder)
    {
        var start = folder.Length == 0 ? 0 : folder.Length + 1;
        return tree.Below(folder).Where(entry => entry.Path.IndexOf('/', start) < 0);
    }

    /// <summary>The last segment of <paramref name="path"/>.</summary>
    public static string NameOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    /// <summary>The folder in which <paramref name="path"/> stands; empty for the root.</summary>
    public static string ParentOf(string path) => path[..Math.Max(path.LastIndexOf('/'), 0)];

    /// <summary>True for what has bytes, or leads to something that has.</summary>
    public static bool IsFile(TreeEntry entry) => entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable or TreeEntryKind.Symlink;

    /// <summary>The first <paramref name="most"/> of <paramref name="names"/>, and how many more there are.</summary>
    public static string Enumerate(IEnumerable<string> names, int most)
    {
        string[] all = [.. names];
        return all.Length switch
        {
            0 => "nothing",
            _ when all.Length <= most => string.Join(", ", all),
            _ => FormattableString.Invariant($"{string.Join(", ", all.Take(most))} and {all.Length - most} more"),
        };
    }
}
