using System.Text;
using PhasedRollout.Contexts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>A commit made of files in memory, with the ids that git would give.</summary>
internal sealed class MemoryRepository
{
    private readonly SortedDictionary<string, TreeEntry> entries = new(StringComparer.Ordinal);

    private MemoryRepository()
    {
    }

    public Dictionary<string, byte[]> Blobs { get; } = [];

    /// <summary>The children of every folder, by the folder's tree id.</summary>
    public Dictionary<string, IReadOnlyList<TreeEntry>> Folders { get; } = [];

    public string RootId { get; private set; } = "";

    public string Commit { get; private set; } = "";

    public IReadOnlyList<TreeEntry> Entries => [.. entries.Values];

    public RepositoryTree Tree => new(Commit, RootId, Entries, Complete: true);

    /// <summary>A commit of these files; <c>path -> target</c> is a link, <c>path @</c> a submodule.</summary>
    public static MemoryRepository Of(params IEnumerable<string> files) => Of(files.Select(Read));

    /// <summary>A commit of these files.</summary>
    public static MemoryRepository Of(IEnumerable<MemoryFile> files)
    {
        var repository = new MemoryRepository();
        foreach (var file in files)
            repository.Add(file);

        repository.RootId = repository.Close("");
        repository.Commit = GitObjectId.OfBlob(Encoding.UTF8.GetBytes($"commit of {repository.RootId}"));
        return repository;
    }

    public TreeEntry this[string path] => entries[path];

    public IReadOnlyList<TreeEntry> Below(string folderId)
    {
        var found = new List<TreeEntry>();
        foreach (var child in Folders[folderId])
        {
            found.Add(child);
            if (child.Kind == TreeEntryKind.Directory)
                found.AddRange(Below(child.Id).Select(entry => entry with { Path = $"{child.Path}/{entry.Path}" }));
        }

        return found;
    }

    // A Dockerfile is one that builds.
    private static MemoryFile Read(string file) => file.Split(" -> ") is [var link, var target] ? new MemoryFile(link, TreeEntryKind.Symlink, target)
        : file.EndsWith(" @", StringComparison.Ordinal) ? new MemoryFile(file[..^2], TreeEntryKind.Submodule, file)
        : new MemoryFile(file, TreeEntryKind.File, TreeFolders.NameOf(file) == "Dockerfile" ? $"FROM scratch\n# content of {file}\n" : $"content of {file}\n");

    private void Add(MemoryFile file)
    {
        var (path, kind, content) = file;
        var bytes = Encoding.UTF8.GetBytes(content);
        var id = GitObjectId.OfBlob(bytes);
        entries[path] = new TreeEntry(path, kind, id, kind == TreeEntryKind.Submodule ? null : bytes.Length);
        if (kind != TreeEntryKind.Submodule)
            Blobs[id] = bytes;

        for (var folder = TreeFolders.ParentOf(path); folder.Length > 0; folder = TreeFolders.ParentOf(folder))
            entries[folder] = new TreeEntry(folder, TreeEntryKind.Directory, "");
    }

    private string Close(string folder)
    {
        var children = entries.Values.Where(entry => TreeFolders.ParentOf(entry.Path) == folder).ToList();
        foreach (var child in children.Where(child => child.Kind == TreeEntryKind.Directory))
            entries[child.Path] = child with { Id = Close(child.Path) };

        var closed = children.Select(child => entries[child.Path] with { Path = TreeFolders.NameOf(child.Path) }).ToList();
        var id = GitObjectId.OfTree(closed);
        Folders[id] = closed;
        return id;
    }
}

/// <summary>A file of a <see cref="MemoryRepository"/>.</summary>
internal sealed record MemoryFile(string Path, TreeEntryKind Kind, string Content);
