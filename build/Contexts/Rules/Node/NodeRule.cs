using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>A rule about commands of npm, yarn and pnpm in the stages that a build needs.</summary>
internal abstract partial class NodeRule : DockerfileRule
{
    private const string Manifest = "package.json";

    /// <summary>A command of a RUN, and the project that it is about.</summary>
    /// <param name="Run">The RUN.</param>
    /// <param name="Shell">The command.</param>
    /// <param name="Command">What it means.</param>
    /// <param name="Manifest">The path of the project's package.json in the repository.</param>
    protected sealed record ProjectCommand(StageRun Run, ShellCommand Shell, NodeCommand Command, string Manifest);

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        ContextFiles.Of(subject) is { IsComplete: true } files
            ? Commands(subject, dockerfile, files).Select(it => it.Manifest).Distinct(StringComparer.Ordinal)
            : [];

    protected sealed override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        ContextFiles.Of(subject) is { IsComplete: true } files ? Check(subject, dockerfile, files) : [];

    /// <summary>What the rule finds.</summary>
    protected abstract IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files);

    /// <summary>The commands whose project a COPY brought for sure, with nothing in front of them that writes a manifest.</summary>
    protected static IEnumerable<ProjectCommand> Commands(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files) =>
        from stage in dockerfile.Stages
        where !stage.IsReplaced && dockerfile.IsNeeded(stage)
        from run in StageRuns.Of(stage, subject.Tree!, subject.Context!.Reference.Path, IsSent(subject, files))
        where !WritesManifest().IsMatch(run.Texts)
        from shell in run.Commands
        let command = NodeCommand.Read(shell.Written)
        where command is not null
        let manifest = run.Files.Look(Manifest, shell.Folder)
        where manifest.File is not null
        select new ProjectCommand(run, shell, command, manifest.File!);

    /// <summary>The project of <paramref name="manifest"/>; null when it could not be read.</summary>
    protected static NodeProject? Project(ServiceSubject subject, string manifest) => subject.Files.TryGetValue(manifest, out var bytes) ? NodeProject.Read(bytes) : null;

    /// <summary>Whether a builder gets an entry of the tree.</summary>
    protected static Func<TreeEntry, bool> IsSent(ServiceSubject subject, ContextFiles files)
    {
        var start = subject.Context!.Reference.Path is { Length: > 0 } folder ? folder.Length + 1 : 0;
        return entry => entry.Path.Length > start && files.IsSent(entry.Path[start..], entry);
    }

    /// <summary>True when a configuration of npm lies beside the manifest: it may change what a command does.</summary>
    protected static bool IsConfigured(ServiceSubject subject, string manifest) =>
        subject.Tree!.Find(TreeFolders.ParentOf(manifest) is { Length: > 0 } folder ? $"{folder}/.npmrc" : ".npmrc") is not null
        || Configures().IsMatch(Encoding.UTF8.GetString(subject.DockerfileBytes!));

    [GeneratedRegex("package\\.json|npm pkg|npm init|set-script|yarn init|pnpm init|git clone|degit|create-|\\bjq\\b|\\b(?:cp|mv|ln|tar|unzip|rsync)\\s", RegexOptions.IgnoreCase)]
    protected static partial Regex WritesManifest();

    /// <summary>Programs of the project, which may write a manifest without naming it.</summary>
    [GeneratedRegex(@"(?:^|[\s;&|])(?:(?:node|sh|bash|python3?|tsx|ts-node)\s+[\w./-]+\.\w+|\.{1,2}/\w)", RegexOptions.Multiline)]
    protected static partial Regex RunsOwnProgram();

    [GeneratedRegex("npm_config_|npm config|npm set|\\.npmrc", RegexOptions.IgnoreCase)]
    private static partial Regex Configures();
}
