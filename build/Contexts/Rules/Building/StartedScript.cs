using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>The file of the repository that a container executes first.</summary>
/// <param name="Path">Its path in the container.</param>
/// <param name="RepositoryPath">Its path from the repository's root.</param>
/// <param name="Entry">Its entry of the tree.</param>
/// <param name="Copy">The instruction that brings it.</param>
internal sealed partial record StartedScript(string Path, string RepositoryPath, TreeEntry Entry, Instruction Copy)
{
    private static readonly string[] Editors = ["dos2unix", "sed", "tr ", "perl", "awk"];

    /// <summary>True when the container looks for it in the folders of its path.</summary>
    public bool IsOnPath { get; private init; }

    /// <summary>True when its mode is set on the way.</summary>
    public bool ChangesMode { get; init; }

    /// <summary>True when its text may be changed on the way.</summary>
    public bool ChangesText { get; init; }

    /// <summary>True when something runs after it was copied, which may do anything to it.</summary>
    public bool MayBeChanged { get; init; }

    /// <summary>Finds it; null when the container starts something else, or nobody can tell.</summary>
    public static StartedScript? Find(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (dockerfile.Target is not { IsReplaced: false } target || ContextFiles.Of(subject) is not { } files || Program(subject, target) is not var (program, isOnPath))
            return null;

        if (BroughtFiles.MayHide(subject.Rollout, subject.Service)
            || subject.Service.Mounts.Any(mount => program == mount.Target || program.StartsWith(mount.Target.TrimEnd('/') + "/", StringComparison.Ordinal)))
            return null;

        var chain = new List<EvaluatedInstruction>();
        for (var stage = target; stage is not null; stage = stage.Parent)
            chain.InsertRange(0, stage.Instructions);

        for (var i = chain.Count - 1; i >= 0; i--)
        {
            if (chain[i].Instruction is not { Keyword: "COPY" or "ADD" } copy)
                continue;

            // What another stage or an unknown source brings may be the script.
            if (Copied(chain[i], program, files) is not var (source, isUnknown))
                continue;
            if (isUnknown || source is null || files.Find(source) is not { Kind: TreeEntryKind.File or TreeEntryKind.Executable } entry)
                return null;

            var runs = chain.Skip(i + 1).Where(it => it.Instruction.Keyword == "RUN").Select(it => Text(it.Instruction)).ToList();
            return new StartedScript(program, subject.InContext(source), entry, copy)
            {
                IsOnPath = isOnPath,
                ChangesMode = copy.Flag("chmod") is not null
                    || runs.Any(text => text.Contains("chmod", StringComparison.Ordinal) || Install().IsMatch(text)),
                ChangesText = runs.Any(text => Editors.Any(tool => text.Contains(tool, StringComparison.Ordinal))),
                MayBeChanged = runs.Count > 0,
            };
        }

        return null;
    }

    // The exec form of a path: of "sh script" the shell reads the file, and asks neither for its mode nor for its first line.
    private static (string Path, bool IsOnPath)? Program(ServiceSubject subject, Stage target)
    {
        var words = subject.Service.Entrypoint is { Count: > 0 } entrypoint ? entrypoint
            : subject.Service.Entrypoint is not null ? subject.Service.Command
            : target.Entrypoint is { IsShell: false, Words.Count: > 0 } own ? own.Words
            : target.Entrypoint is not null && target.Entrypoint != ImageCommand.None ? null
            // A base image that is known to have none starts the command itself.
            : target.Entrypoint is null && BaseImage.Of(target.BaseImage)?.Entrypoint != EntrypointKind.None ? null
            : subject.Service.Command ?? (target.Command is { IsShell: false } command ? command.Words : null);
        if (words is not [{ Length: > 0 } first, ..] || first.Contains('$', StringComparison.Ordinal))
            return null;
        // Where people put a script of their own; what comes before it in a path has none of its name.
        if (!first.Contains('/', StringComparison.Ordinal))
            return first.EndsWith(".sh", StringComparison.Ordinal) ? ($"/usr/local/bin/{first}", true) : null;

        var folder = subject.Service.WorkingDirectory ?? target.WorkingDirectory;
        return first.StartsWith('/') ? (GoPath.Clean(first), false) : folder is null ? null : (GoPath.Clean($"{folder}/{first}"), false);
    }

    // The file of the context that the instruction puts at the path; null when it puts nothing there.
    private static (string? Source, bool IsUnknown)? Copied(EvaluatedInstruction it, string program, ContextFiles files)
    {
        if (it.Arguments is not [.., { } written] || (!written.StartsWith('/') && it.WorkingDirectory is null))
            return (null, true);

        var target = GoPath.Clean(written.StartsWith('/') ? written : $"{it.WorkingDirectory}/{written}");
        if (target != program && target != "/" && !program.StartsWith(target + "/", StringComparison.Ordinal))
            return null;

        var sources = CopySource.Of(it).ToList();
        if (it.Instruction.Flag("from") is not null || it.Instruction.Heredocs.Count > 0 || it.Instruction.IsFlagSet("parents") || it.Instruction.Flag("exclude") is not null
            // An archive is unpacked.
            || (it.Instruction.Keyword == "ADD" && sources.Any(source => Archive().IsMatch(source.Path)))
            || sources.Count != it.Arguments.Count - 1 || sources.Any(source => source.IsRemote || source.HasWildcard))
            return (null, true);

        var isFolder = written.EndsWith('/') || sources.Count > 1 || written is "." or "./";
        foreach (var source in Enumerable.Reverse(sources))
        {
            var entry = source.Path.Length == 0 ? null : files.Find(source.Path);
            if (source.Path.Length == 0 || entry?.Kind == TreeEntryKind.Directory)
            {
                var below = target == "/" ? program[1..] : program.Length > target.Length ? program[(target.Length + 1)..] : "";
                var path = source.Path.Length == 0 ? below : $"{source.Path}/{below}";
                if (below.Length > 0 && files.Find(path) is { } found && files.IsSent(path, found))
                    return (path, false);
            }
            else if (entry is null)
            {
                return (null, true);
            }
            else if (!isFolder && program == target)
            {
                return (source.Path, false);
            }
            else if (program == GoPath.Clean($"{target}/{TreeFolders.NameOf(source.Path)}"))
            {
                // Without a slash at its end, the target is a folder only where one is already.
                return (source.Path, !isFolder);
            }
        }

        return null;
    }

    [GeneratedRegex(@"\.(?:tar|tgz|txz|tbz2?|tzst|tar\.[a-z0-9]+)\z")]
    private static partial Regex Archive();

    // The program, not "pip install".
    [GeneratedRegex(@"(?:^|[\n;&|(])\s*install\s", RegexOptions.None)]
    private static partial Regex Install();

    private static string Text(Instruction run) => string.Join('\n', [run.Text, .. run.Heredocs.Select(heredoc => heredoc.Content)]);
}
