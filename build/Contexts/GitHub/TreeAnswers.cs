using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Turns GitHub's tree into ours.</summary>
internal static class TreeAnswers
{
    /// <exception cref="WorldRefusedException">An entry is none that git could hold.</exception>
    public static TreeAnswer Read(RepositoryName repository, TreeJson answer)
    {
        var items = answer.Tree ?? throw Refusals.Wrong(repository, "the answer holds no tree");
        var entries = new List<TreeEntry>(items.Count);
        foreach (var item in items)
        {
            if (item is not { Path: { } path, Sha: { } id } || !IsPath(path) || !GitObjectId.IsFull(id))
                throw Refusals.Wrong(repository, $"its tree names an entry that git cannot hold: '{item?.Path}' ({item?.Sha})");

            var kind = KindOf(item.Mode);
            var isFile = kind is TreeEntryKind.File or TreeEntryKind.Executable or TreeEntryKind.Symlink;
            entries.Add(new TreeEntry(path, kind, id, isFile ? item.Size : null));
        }

        return new TreeAnswer(entries, answer.Truncated);
    }

    // Such paths would leave the folder that a context is unpacked to.
    private static bool IsPath(string path) =>
        !path.Contains('\0') && path.Split('/').All(segment => segment is not ("" or "." or ".."));

    private static TreeEntryKind KindOf(string? mode) => mode switch
    {
        "040000" or "40000" => TreeEntryKind.Directory,
        "100755" => TreeEntryKind.Executable,
        "120000" => TreeEntryKind.Symlink,
        "160000" => TreeEntryKind.Submodule,
        _ => TreeEntryKind.File,
    };
}
