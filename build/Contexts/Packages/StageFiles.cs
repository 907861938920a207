using System.IO.Enumeration;
using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Which files of the context lie where in a stage when one of its instructions runs.</summary>
internal sealed class StageFiles
{
    private readonly RepositoryTree tree;
    private readonly string context;
    private readonly List<Copy> copies = [];

    /// <summary>Reads what was copied by <paramref name="before"/> and is mounted by <paramref name="run"/>.</summary>
    /// <param name="tree">The tree of the commit.</param>
    /// <param name="context">The context's folder, from the repository's root; empty for the root.</param>
    /// <param name="before">The instructions before it, those of the stages below first.</param>
    /// <param name="run">The RUN.</param>
    public StageFiles(RepositoryTree tree, string context, IEnumerable<EvaluatedInstruction> before, EvaluatedInstruction run)
    {
        (this.tree, this.context) = (tree, context);
        foreach (var copy in before.Where(it => it.Instruction.Keyword is "COPY" or "ADD"))
            Add(copy);
        foreach (var mount in run.Mounts.Where(mount => mount is { Type: "bind", From: null, Target: not null }))
            Add([mount.Source ?? "."], mount.Target!, run.WorkingDirectory, isFolder: false);
    }

    /// <summary>The file of the repository that lies at <paramref name="path"/>, which starts at <paramref name="folder"/> unless it is absolute; null when
    /// none is known to.</summary>
    public string? Find(string path, string? folder)
    {
        if (path.Contains('$', StringComparison.Ordinal) || (folder is null && !path.StartsWith('/')))
            return null;

        var wanted = Join(folder ?? "/", path);
        return Enumerable.Reverse(copies).SelectMany(copy => Candidates(copy, wanted)).FirstOrDefault(IsFile);
    }

    /// <summary>An absolute path of a container without dots.</summary>
    public static string Join(string folder, string path)
    {
        var parts = new List<string>();
        foreach (var part in (path.StartsWith('/') ? path : $"{folder}/{path}").Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != "."))
        {
            if (part != "..")
                parts.Add(part);
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }

        return "/" + string.Join('/', parts);
    }

    private void Add(EvaluatedInstruction copy)
    {
        var instruction = copy.Instruction;
        if (copy.Arguments.Count >= 2 && instruction.Heredocs.Count == 0 && instruction.Flag("from") is null && !instruction.IsFlagSet("parents")
            && copy.Arguments[^1] is { } target)
            Add([.. copy.Arguments.SkipLast(1)], target, copy.WorkingDirectory, target.EndsWith('/') || target is "." or ".." || copy.Arguments.Count > 2);
    }

    private void Add(IReadOnlyList<string?> sources, string target, string? workingDirectory, bool isFolder)
    {
        if (target.StartsWith('/') || workingDirectory is not null)
            copies.Add(new Copy([.. sources.OfType<string>().Select(source => Join("/", $"{context}/{source}")[1..])], Join(workingDirectory ?? "/", target), isFolder));
    }

    private IEnumerable<string> Candidates(Copy copy, string wanted)
    {
        foreach (var source in copy.Sources.SelectMany(Matching))
        {
            if (source.Length == 0 || tree.Find(source) is { Kind: TreeEntryKind.Directory })
            {
                if (Below(copy.Target, wanted) is { Length: > 0 } below)
                    yield return source.Length == 0 ? below : $"{source}/{below}";
                continue;
            }

            // A target that is no folder by its name may be one all the same.
            if ((!copy.IsFolder && wanted == copy.Target) || wanted == Join(copy.Target, TreeFolders.NameOf(source)))
                yield return source;
        }
    }

    // Patterns in the last part only, which is how they are used.
    private IEnumerable<string> Matching(string source)
    {
        var name = TreeFolders.NameOf(source);
        return name.IndexOfAny(['*', '?']) < 0
            ? [source]
            : TreeFolders.Children(tree, TreeFolders.ParentOf(source)).Select(entry => entry.Path)
                .Where(path => FileSystemName.MatchesSimpleExpression(name, TreeFolders.NameOf(path), ignoreCase: false));
    }

    private bool IsFile(string path) => tree.Find(path) is { Kind: TreeEntryKind.File or TreeEntryKind.Executable };

    private static string? Below(string folder, string path) =>
        folder == "/" ? path[1..] : path.StartsWith(folder + "/", StringComparison.Ordinal) ? path[(folder.Length + 1)..] : null;

    private sealed record Copy(IReadOnlyList<string> Sources, string Target, bool IsFolder);
}
