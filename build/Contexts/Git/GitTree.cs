using System.Text;

namespace PhasedRollout.Contexts.Git;

/// <summary>Reads <c>git ls-tree -r -t -z</c>.</summary>
internal static class GitTree
{
    /// <summary>The entries, ordered by path; null when a line is none that git could write.</summary>
    public static IReadOnlyList<TreeEntry>? Parse(ReadOnlySpan<byte> output)
    {
        var entries = new List<TreeEntry>();
        foreach (var range in output.Split((byte)0))
        {
            if (output[range].IsEmpty)
                continue;

            // 100644 blob 40-digits TAB path
            var line = Encoding.UTF8.GetString(output[range]);
            var tab = line.IndexOf('\t', StringComparison.Ordinal);
            if (tab < 0 || line[..tab].Split(' ') is not [var mode, _, var id] || !GitObjectId.IsFull(id) || !GitHub.TreeAnswers.IsPath(line.AsSpan(tab + 1)))
                return null;

            entries.Add(new TreeEntry(line[(tab + 1)..], Kind(mode), id));
        }

        entries.Sort((one, other) => string.CompareOrdinal(one.Path, other.Path));
        return entries;
    }

    private static TreeEntryKind Kind(string mode) => mode switch
    {
        "040000" => TreeEntryKind.Directory,
        "100755" => TreeEntryKind.Executable,
        "120000" => TreeEntryKind.Symlink,
        "160000" => TreeEntryKind.Submodule,
        _ => TreeEntryKind.File,
    };
}
