using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>Whether a builder finds a path.</summary>
internal enum Presence
{
    /// <summary>It does.</summary>
    Present,
    /// <summary>It does not: nothing is there.</summary>
    Missing,
    /// <summary>It does not: the ignore file keeps it out.</summary>
    Ignored,
    /// <summary>That cannot be told: a link or a submodule is on the way, or the tree was given in part.</summary>
    Unknown,
}

/// <summary>The files that a builder gets: those of the context's folder which the ignore file leaves. Paths start at the context.</summary>
internal sealed class ContextFiles
{
    private readonly RepositoryTree tree;
    private readonly string folder;

    private ContextFiles(RepositoryTree tree, string folder, DockerIgnore ignore)
    {
        this.tree = tree;
        this.folder = folder;
        Ignore = ignore;
    }

    /// <summary>The ignore file.</summary>
    public DockerIgnore Ignore { get; }

    /// <summary>True when nothing is left out of the tree that we have.</summary>
    public bool IsComplete => tree.Complete;

    /// <summary>Every entry with its path from the context.</summary>
    public IEnumerable<TreeEntry> Entries => tree.Below(folder).Select(entry => entry with { Path = folder.Length == 0 ? entry.Path : entry.Path[(folder.Length + 1)..] });

    /// <summary>The files of a service; null when its context or its ignore file could not be read.</summary>
    public static ContextFiles? Of(ServiceSubject subject)
    {
        if (subject is not { Context: { } context, Tree: { } tree })
            return null;

        try
        {
            var ignore = subject.IgnoreFilePath is not { } path ? DockerIgnore.Nothing
                : subject.Text(path) is { } text ? DockerIgnore.Parse(text)
                : null;
            return ignore is null ? null : new ContextFiles(tree, context.Reference.Path, ignore);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>The entry at <paramref name="path"/>, whether it is ignored or not.</summary>
    public TreeEntry? Find(string path) => tree.Find(Full(path));

    /// <summary>The entry at <paramref name="path"/> from the repository's root.</summary>
    public TreeEntry? FindInRepository(string path) => tree.Find(path);

    /// <summary>Whether a builder finds the file or folder at <paramref name="path"/>.</summary>
    public Presence Look(string path)
    {
        if (path is "" or ".")
            return Presence.Present;

        if (Find(path) is not { } entry)
            return LeadsThroughLink(path) ? Presence.Unknown : tree.IsKnownMissing(Full(path)) ? Presence.Missing : Presence.Unknown;

        if (entry.Kind == TreeEntryKind.Submodule)
            return Presence.Unknown;

        return IsSent(path, entry) ? Presence.Present : Presence.Ignored;
    }

    /// <summary>True when the ignore file leaves the entry, or something below it: a folder that is let in again is there even when its files are not.</summary>
    public bool IsSent(string path, TreeEntry entry) =>
        !Ignore.Ignores(path)
        || (entry.Kind == TreeEntryKind.Directory && Ignore.HasExceptions
            && tree.Below(Full(path)).Any(below => !Ignore.Ignores(Relative(below.Path))));

    private bool LeadsThroughLink(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.IndexOf('/', slash + 1))
            if (Find(path[..slash]) is { Kind: TreeEntryKind.Symlink or TreeEntryKind.Submodule })
                return true;

        return false;
    }

    private string Full(string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    private string Relative(string path) => folder.Length == 0 ? path : path[(folder.Length + 1)..];
}
