using System.Text;

namespace PhasedRollout.Contexts.Git;

/// <summary>What a folder holds, with the ids that git would give it. A <c>.git</c> and a <c>.nuke/temp</c> at its top are left out, and
/// empty folders, which git does not know,
/// stand in the list only.</summary>
/// <param name="RootId">The tree id of the whole.</param>
/// <param name="Entries">Everything in it, ordered by path.</param>
/// <param name="Files">The full path of a file by its blob id; of files with the same bytes, any.</param>
internal sealed record FolderTree(string RootId, IReadOnlyList<TreeEntry> Entries, IReadOnlyDictionary<string, string> Files)
{
    // Git's own, and what this program writes while it reads.
    private static readonly string[] LeftOut = [".git", ".nuke/temp"];

    /// <summary>Reads a folder that exists.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file may not be read.</exception>
    public static FolderTree Read(string folder)
    {
        var entries = new List<TreeEntry>();
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        var root = GitObjectId.OfTree(Read(new DirectoryInfo(folder), "", entries, files));
        entries.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        return new FolderTree(root, entries, files);
    }

    // The children that git would know.
    private static List<TreeEntry> Read(DirectoryInfo folder, string path, List<TreeEntry> entries, Dictionary<string, string> files)
    {
        var children = new List<TreeEntry>();
        foreach (var item in folder.EnumerateFileSystemInfos().OrderBy(item => item.Name, StringComparer.Ordinal))
        {
            var at = path.Length == 0 ? item.Name : $"{path}/{item.Name}";
            if (LeftOut.Contains(at))
                continue;

            if (item is DirectoryInfo { LinkTarget: null } below)
            {
                var inside = Read(below, at, entries, files);
                var entry = new TreeEntry(at, TreeEntryKind.Directory, GitObjectId.OfTree(inside));
                entries.Add(entry);
                if (inside.Count > 0)
                    children.Add(entry);
            }
            else
            {
                var entry = File(item, at, files);
                entries.Add(entry);
                children.Add(entry);
            }
        }

        return children;
    }

    private static TreeEntry File(FileSystemInfo item, string path, Dictionary<string, string> files)
    {
        if (item.LinkTarget is { } target)
            return Known(item, path, TreeEntryKind.Symlink, Encoding.UTF8.GetBytes(target), files);

        // A pipe is empty too; to open one would wait for whoever writes to it.
        var bytes = ((FileInfo)item).Length == 0 ? [] : System.IO.File.ReadAllBytes(item.FullName);
        var isExecutable = !OperatingSystem.IsWindows() && (item.UnixFileMode & UnixFileMode.UserExecute) != 0;
        return Known(item, path, isExecutable ? TreeEntryKind.Executable : TreeEntryKind.File, bytes, files);
    }

    private static TreeEntry Known(FileSystemInfo item, string path, TreeEntryKind kind, byte[] bytes, Dictionary<string, string> files)
    {
        var id = GitObjectId.OfBlob(bytes);
        files[id] = item.FullName;
        return new TreeEntry(path, kind, id, bytes.Length);
    }
}
