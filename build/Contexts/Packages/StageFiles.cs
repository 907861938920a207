using System.IO.Enumeration;
using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Packages;

/// <summary>What lies at a path of a stage.</summary>
/// <param name="File">The file of the repository; null when none is known.</param>
/// <param name="IsKnown">True when that is so for sure, as far as COPY and mounts go; what the base image or a RUN puts there is not asked.</param>
internal readonly record struct StagePath(string? File, bool IsKnown)
{
    /// <summary>True when no COPY and no mount brings anything there.</summary>
    public bool IsAbsent => IsKnown && File is null;
}

/// <summary>Which files of the context lie where in a stage when one of its instructions runs.</summary>
internal sealed class StageFiles
{
    private static readonly string[] Archives = [".tar", ".tgz", ".txz", ".tbz", ".gz", ".xz", ".bz2", ".zst"];

    private readonly RepositoryTree tree;
    private readonly string context;
    private readonly Func<TreeEntry, bool>? isSent;
    private readonly List<Copy> copies = [];

    /// <summary>Reads what was copied by <paramref name="before"/> and is mounted by <paramref name="run"/>.</summary>
    /// <param name="tree">The tree of the commit.</param>
    /// <param name="context">The context's folder, from the repository's root; empty for the root.</param>
    /// <param name="before">The instructions before it, those of the stages below first.</param>
    /// <param name="run">The RUN; null for a container that starts.</param>
    /// <param name="isSent">Whether a builder gets an entry; null when all are.</param>
    public StageFiles(RepositoryTree tree, string context, IEnumerable<EvaluatedInstruction> before, EvaluatedInstruction? run, Func<TreeEntry, bool>? isSent = null)
    {
        (this.tree, this.context, this.isSent) = (tree, context, isSent);
        foreach (var copy in before.Where(it => it.Instruction.Keyword is "COPY" or "ADD"))
            Add(copy);
        foreach (var mount in run?.Mounts ?? [])
        {
            if (mount is { Type: "bind", From: null, Target: not null })
                Add([mount.Source ?? "."], mount.Target, run!.WorkingDirectory, isFolder: false);
            else if (mount.Target is not null)
                AddUnknown(mount.Target, run!.WorkingDirectory);
        }
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

    /// <summary>What lies at <paramref name="path"/>, which starts at <paramref name="folder"/> unless it is absolute, with how sure that is.</summary>
    public StagePath Look(string path, string? folder)
    {
        // What an absolute target has to do with the folder in which the base image begins is not known.
        if (path.Contains('$', StringComparison.Ordinal) || (!path.StartsWith('/') && (folder is null || folder.StartsWith(StageRuns.BaseFolder, StringComparison.Ordinal))))
            return new StagePath(null, false);

        var wanted = Join(folder ?? "/", path);
        foreach (var copy in Enumerable.Reverse(copies))
        {
            if (copy.Sources is null)
            {
                if (copy.Target is null || wanted == copy.Target || Below(copy.Target, wanted) is not null || Below(wanted, copy.Target) is not null)
                    return new StagePath(null, false);
                continue;
            }

            foreach (var candidate in Candidates(copy, wanted))
            {
                // A folder is no file, and what a link leads to is not followed.
                var entry = tree.Find(candidate);
                if (entry is not null && (isSent is null || isSent(entry)))
                    return IsFile(candidate) ? new StagePath(candidate, true) : new StagePath(null, false);
                if (entry is null && (!tree.IsKnownMissing(candidate) || IsBehindLink(candidate)))
                    return new StagePath(null, false);
            }

            // A folder that is copied into is there.
            if (wanted == copy.Target || Below(wanted, copy.Target!) is not null)
                return new StagePath(null, false);
        }

        return new StagePath(null, true);
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
        if (copy.Arguments.Count < 2)
            return;

        var target = copy.Arguments[^1];
        if (target is null || copy.Arguments.SkipLast(1).Any(source => source is null || !IsPlain(source, instruction.Keyword))
            || instruction.Flags.Any(flag => flag.Name is "from" or "parents" or "exclude") || instruction.Heredocs.Count > 0)
            AddUnknown(target, copy.WorkingDirectory);
        if (instruction.Heredocs.Count == 0 && instruction.Flag("from") is null && !instruction.IsFlagSet("parents") && target is not null)
            Add([.. copy.Arguments.SkipLast(1)], target, copy.WorkingDirectory, target.EndsWith('/') || target is "." or ".." || copy.Arguments.Count > 2);
    }

    private void Add(IReadOnlyList<string?> sources, string target, string? workingDirectory, bool isFolder)
    {
        if (!target.StartsWith('/') && workingDirectory is null)
            AddUnknown(null, null);
        else
            copies.Add(new Copy([.. sources.OfType<string>().Select(source => Join("/", $"{context}/{source}")[1..])], Join(workingDirectory ?? "/", target), isFolder));
    }

    // Something whose files are not known lands at the target, or anywhere.
    private void AddUnknown(string? target, string? workingDirectory) =>
        copies.Add(new Copy(null, target is null || (!target.StartsWith('/') && workingDirectory is null) ? null : Join(workingDirectory ?? "/", target), true));

    // One path, or a pattern in its last part; ADD fetches addresses and unpacks archives.
    private static bool IsPlain(string source, string keyword) =>
        source.IndexOfAny(['[', '\\']) < 0 && TreeFolders.ParentOf(source).IndexOfAny(['*', '?']) < 0
        && (keyword == "COPY" || !(source.Contains(':', StringComparison.Ordinal) || source.Contains('*', StringComparison.Ordinal) || Archives.Any(source.Contains)));

    private bool IsBehindLink(string path)
    {
        for (var folder = TreeFolders.ParentOf(path); folder.Length > 0; folder = TreeFolders.ParentOf(folder))
            if (tree.Find(folder) is { Kind: not TreeEntryKind.Directory })
                return true;

        return false;
    }

    private IEnumerable<string> Candidates(Copy copy, string wanted)
    {
        foreach (var source in (copy.Sources ?? []).SelectMany(Matching))
        {
            if (source.Length == 0 || tree.Find(source) is { Kind: TreeEntryKind.Directory })
            {
                if (Below(copy.Target!, wanted) is { Length: > 0 } below)
                    yield return source.Length == 0 ? below : $"{source}/{below}";
                continue;
            }

            // A target that is no folder by its name may be one all the same.
            if ((!copy.IsFolder && wanted == copy.Target) || wanted == Join(copy.Target!, TreeFolders.NameOf(source)))
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

    private sealed record Copy(IReadOnlyList<string>? Sources, string? Target, bool IsFolder);
}
