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
    /// <summary>That cannot be told: a submodule or a link that was not read is on the way, or the tree was given in part.</summary>
    Unknown,
}

/// <summary>The files that a builder gets: those of the context's folder which the ignore file leaves. Paths start at the context.</summary>
internal sealed class ContextFiles
{
    // As many as a kernel follows.
    private const int MostLinks = 40;

    private readonly RepositoryTree tree;
    private readonly string folder;
    private readonly IReadOnlyDictionary<string, string> links;

    private ContextFiles(RepositoryTree tree, string folder, DockerIgnore ignore, IReadOnlyDictionary<string, string> links)
    {
        this.tree = tree;
        this.folder = folder;
        this.links = links;
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
            return ignore is null ? null : new ContextFiles(tree, context.Reference.Path, ignore, subject.Links);
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
    public Presence Look(string path) => Follow(path).Presence;

    /// <summary>Goes to <paramref name="path"/> as a builder does. Links never lead out of the context: its root is where an absolute target starts, and where one
    /// that climbs higher stays (moby's FollowSymlinkInScope, BuildKit's fs.RootPath).</summary>
    /// <returns>Whether something is there, where the way ended, and the last link on it as <c>path -> target</c>.</returns>
    public (Presence Presence, string Path, string? Via) Follow(string path)
    {
        var way = new Stack<string>(Segments(path).Reverse());
        var (at, via, followed) = ("", (string?)null, 0);
        while (way.TryPop(out var segment))
        {
            if (segment == "..")
            {
                at = TreeFolders.ParentOf(at);
                continue;
            }

            var next = at.Length == 0 ? segment : $"{at}/{segment}";
            if (Find(next) is not { } entry)
                return (tree.IsKnownMissing(Full(next)) ? Presence.Missing : Presence.Unknown, string.Join('/', way.Prepend(next)), via);
            if (entry.Kind == TreeEntryKind.Submodule)
                return (Presence.Unknown, next, via);
            if ((way.Count == 0 || entry.Kind == TreeEntryKind.Symlink) && !IsSent(next, entry))
                return (Presence.Ignored, next, via);
            if (entry.Kind == TreeEntryKind.Symlink)
            {
                if (!links.TryGetValue(Full(next), out var target))
                    return (Presence.Unknown, next, via);

                via = $"{next} -> {target}";
                if (++followed > MostLinks)
                    return (Presence.Missing, next, via);
                if (target.StartsWith('/'))
                    at = "";
                foreach (var part in Segments(target).Reverse())
                    way.Push(part);
                continue;
            }

            if (way.Count > 0 && entry.Kind != TreeEntryKind.Directory)
                return (Presence.Missing, string.Join('/', way.Prepend(next)), via);

            at = next;
        }

        return (Presence.Present, at, via);
    }

    /// <summary>The links on the way to <paramref name="path"/>, and all others of the context once there is one: which of them it leads to is not known before they are
    /// read. Paths are from the repository's root.</summary>
    public IEnumerable<string> LinksTo(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); ; slash = path.IndexOf('/', slash + 1))
        {
            if (Find(slash < 0 ? path : path[..slash]) is { Kind: TreeEntryKind.Symlink } first)
                return tree.Below(folder).Where(entry => entry.Kind == TreeEntryKind.Symlink && entry.Path != first.Path).Select(entry => entry.Path).Prepend(first.Path);
            if (slash < 0)
                return [];
        }
    }

    /// <summary>True when the ignore file leaves the entry, or something below it: a folder that is let in again is there even when its files are not.</summary>
    public bool IsSent(string path, TreeEntry entry) =>
        !Ignore.Ignores(path)
        || (entry.Kind == TreeEntryKind.Directory && Ignore.HasExceptions
            && tree.Below(Full(path)).Any(below => !Ignore.Ignores(Relative(below.Path))));

    /// <summary>How many entries a pattern of COPY or ADD matches that a builder gets.</summary>
    public int CountMatches(string pattern) => GoPathPattern.Parse(GoPath.Clean("/" + pattern)[1..]) is { } wanted
        ? Entries.Count(entry => wanted.Matches(entry.Path) && IsSent(entry.Path, entry))
        : 0;

    private static IEnumerable<string> Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".");

    private string Full(string path) => folder.Length == 0 ? path : $"{folder}/{path}";

    private string Relative(string path) => folder.Length == 0 ? path : path[(folder.Length + 1)..];
}
