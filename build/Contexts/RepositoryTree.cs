namespace PhasedRollout.Contexts;

/// <summary>What an entry of a git tree is, by its mode.</summary>
public enum TreeEntryKind
{
    /// <summary>A file, mode 100644.</summary>
    File,
    /// <summary>An executable file, mode 100755.</summary>
    Executable,
    /// <summary>A symbolic link, mode 120000.</summary>
    Symlink,
    /// <summary>A folder, mode 040000.</summary>
    Directory,
    /// <summary>A submodule, mode 160000.</summary>
    Submodule,
}

/// <summary>An entry of a git tree.</summary>
/// <param name="Path">Its path from the repository's root, with forward slashes.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Id">The id of its blob, tree or commit: 40 hexadecimal digits.</param>
/// <param name="Size">A file's size in bytes; null for what has none.</param>
public sealed record TreeEntry(string Path, TreeEntryKind Kind, string Id, long? Size = null);

/// <summary>The tree of a commit.</summary>
/// <param name="Commit">The commit: 40 hexadecimal digits.</param>
/// <param name="RootId">The id of the root tree.</param>
/// <param name="Entries">Every entry that was read, folders too, ordered by path (ordinal).</param>
/// <param name="Complete">False when only the asked paths were read: nothing may then be said about others.</param>
public sealed record RepositoryTree(string Commit, string RootId, IReadOnlyList<TreeEntry> Entries, bool Complete)
{
    /// <summary>The entry at <paramref name="path"/>; the empty path is the root folder; null when there is none.</summary>
    public TreeEntry? Find(string path)
    {
        if (path.Length == 0)
            return new TreeEntry("", TreeEntryKind.Directory, RootId);

        var index = FirstFrom(path);
        return index < Entries.Count && Entries[index].Path == path ? Entries[index] : null;
    }

    /// <summary>The folders whose children are all among <see cref="Entries"/>; only asked when the tree is not complete.</summary>
    public IReadOnlySet<string> ListedFolders { get; init; } = new HashSet<string>();

    /// <summary>True when nothing is at <paramref name="path"/> for sure: a tree that is not complete knows that only of the folders it lists.</summary>
    public bool IsKnownMissing(string path)
    {
        if (Find(path) is not null)
            return false;

        if (Complete)
            return true;

        var (parent, entry) = (path, (TreeEntry?)null);
        while (entry is null)
        {
            parent = parent[..Math.Max(parent.LastIndexOf('/'), 0)];
            entry = Find(parent);
        }

        return entry.Kind != TreeEntryKind.Directory || ListedFolders.Contains(parent);
    }

    /// <summary>Everything below the folder <paramref name="path"/>, in order.</summary>
    public IEnumerable<TreeEntry> Below(string path)
    {
        if (path.Length == 0)
            return Entries;

        var prefix = path + "/";
        return From(FirstFrom(prefix), prefix);
    }

    private IEnumerable<TreeEntry> From(int first, string prefix)
    {
        for (var i = first; i < Entries.Count && Entries[i].Path.StartsWith(prefix, StringComparison.Ordinal); i++)
            yield return Entries[i];
    }

    private int FirstFrom(string path)
    {
        var (low, high) = (0, Entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(Entries[middle].Path, path) < 0)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
