using System.Text;

namespace PhasedRollout.Contexts;

/// <summary>What is at a path once symbolic links are followed.</summary>
internal enum Whereabouts
{
    /// <summary>An entry.</summary>
    Found,
    /// <summary>Nothing, for sure.</summary>
    Missing,
    /// <summary>The tree that we have does not say.</summary>
    Undetermined,
    /// <summary>The way leads out of the context.</summary>
    Outside,
    /// <summary>The way leads into a submodule, whose files are in another repository.</summary>
    Submodule,
    /// <summary>Links that lead to each other.</summary>
    Loop,
}

/// <summary>Where the way to a file ended.</summary>
/// <param name="Answer">How it ended.</param>
/// <param name="Path">The path from the repository's root at which it ended.</param>
/// <param name="Entry">What is there, when something is.</param>
/// <param name="Via">The last link that was followed, as <c>path -> target</c>; or null.</param>
internal sealed record Location(Whereabouts Answer, string Path, TreeEntry? Entry = null, string? Via = null);

/// <summary>Walks through a tree as a file system would, but never out of the context: a builder has nothing else.</summary>
internal static class LinkResolver
{
    private const int MostLinks = 40;

    /// <summary>Finds <paramref name="file"/>, a path relative to the folder <paramref name="context"/>.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="context">The folder that is not left.</param>
    /// <param name="file">The path; a leading slash means the context itself.</param>
    /// <param name="readBlob">Reads a blob by its id: the content of a link is its target.</param>
    public static async Task<Location> FindAsync(RepositoryTree tree, string context, string file, Func<string, Task<byte[]>> readBlob)
    {
        var way = new Stack<string>(Segments(file).Reverse());
        var current = context;
        string? via = null;
        for (var links = 0; way.TryPop(out var segment);)
        {
            if (segment == "..")
            {
                if (current.Length == context.Length)
                    return new Location(Whereabouts.Outside, current, Via: via);

                current = current[..Math.Max(current.LastIndexOf('/'), 0)];
                continue;
            }

            var next = current.Length == 0 ? segment : $"{current}/{segment}";
            if (tree.Find(next) is not { } entry)
                return new Location(tree.IsKnownMissing(next) ? Whereabouts.Missing : Whereabouts.Undetermined, next, Via: via);

            switch (entry.Kind)
            {
                case TreeEntryKind.Directory:
                    current = next;
                    break;
                case TreeEntryKind.Submodule:
                    return new Location(Whereabouts.Submodule, next, entry, via);
                case TreeEntryKind.Symlink:
                    var target = Encoding.UTF8.GetString(await readBlob(entry.Id));
                    via = $"{next} -> {target}";
                    if (target.StartsWith('/'))
                        return new Location(Whereabouts.Outside, next, entry, via);

                    if (++links > MostLinks)
                        return new Location(Whereabouts.Loop, next, entry, via);

                    foreach (var part in Segments(target).Reverse())
                        way.Push(part);

                    break;
                default:
                    return way.Count == 0
                        ? new Location(Whereabouts.Found, next, entry, via)
                        : new Location(Whereabouts.Missing, $"{next}/{way.Peek()}", Via: via);
            }
        }

        return new Location(Whereabouts.Found, current, tree.Find(current), via);
    }

    private static IEnumerable<string> Segments(string path) =>
        path.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != ".");
}
