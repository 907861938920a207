namespace PhasedRollout.Contexts.GitHub;

/// <summary>A tree as GitHub gives it.</summary>
/// <param name="Entries">Its entries; their paths are relative to it.</param>
/// <param name="Truncated">True when more would have been there.</param>
internal sealed record TreeAnswer(IReadOnlyList<TreeEntry> Entries, bool Truncated);

/// <summary>Reads a tree that GitHub does not give whole (100,000 entries or 7 MB): only the folders on the way to the asked paths, and what is below these.</summary>
/// <param name="read">Gives the tree of an id, with everything below it or with its children alone.</param>
internal sealed class TreeReader(Func<string, bool, Task<TreeAnswer>> read)
{
    private readonly Dictionary<string, TreeEntry> found = new(StringComparer.Ordinal);
    private readonly HashSet<string> listed = new(StringComparer.Ordinal);

    /// <summary>Reads the tree of <paramref name="commit"/> as <see cref="IRepositorySource.ReadTreeAsync"/> says.</summary>
    public async Task<RepositoryTree> ReadAsync(string commit, IReadOnlyCollection<string> paths)
    {
        var whole = await read(commit, true);
        if (!whole.Truncated)
            return Tree(commit, whole.Entries, complete: true);

        Add("", whole.Entries);
        await ListAsync("", commit);
        foreach (var path in paths.Order(StringComparer.Ordinal))
            await DescendAsync(commit, path.Split('/', StringSplitOptions.RemoveEmptyEntries));

        return Tree(commit, [.. found.Values.OrderBy(entry => entry.Path, StringComparer.Ordinal)], complete: false);
    }

    private RepositoryTree Tree(string commit, IReadOnlyList<TreeEntry> entries, bool complete)
    {
        var root = GitObjectId.OfTree(entries.Where(entry => !entry.Path.Contains('/')));
        return new RepositoryTree(commit, root, entries, complete) { ListedFolders = listed };
    }

    private async Task DescendAsync(string root, string[] segments)
    {
        var (path, id) = ("", root);
        foreach (var segment in segments)
        {
            await ListAsync(path, id);
            path = path.Length == 0 ? segment : $"{path}/{segment}";
            if (found.GetValueOrDefault(path) is not { Kind: TreeEntryKind.Directory } folder)
                return;

            id = folder.Id;
        }

        await ReadBelowAsync(path, id);
    }

    private async Task ReadBelowAsync(string path, string id)
    {
        var answer = await read(id, true);
        Add(path, answer.Entries);
        if (!answer.Truncated)
        {
            listed.Add(path);
            listed.UnionWith(answer.Entries.Where(entry => entry.Kind == TreeEntryKind.Directory).Select(entry => Join(path, entry.Path)));
            return;
        }

        foreach (var child in await ListAsync(path, id))
        {
            if (child.Kind == TreeEntryKind.Directory)
                await ReadBelowAsync(Join(path, child.Path), child.Id);
        }
    }

    private async Task<IReadOnlyList<TreeEntry>> ListAsync(string path, string id)
    {
        var answer = await read(id, false);
        Add(path, answer.Entries);
        if (!answer.Truncated)
            listed.Add(path);

        return answer.Entries;
    }

    private void Add(string folder, IEnumerable<TreeEntry> entries)
    {
        foreach (var entry in entries)
        {
            var path = Join(folder, entry.Path);
            found[path] = entry with { Path = path };
        }
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
