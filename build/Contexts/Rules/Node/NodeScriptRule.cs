using System.Text.RegularExpressions;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>VC220: a script that a build or a container runs stands in package.json.</summary>
internal sealed partial class NodeScriptRule : NodeRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        ContextFiles.Of(subject) is { IsComplete: true } files
            ? base.Files(subject, dockerfile).Concat(Started(subject, files).Select(it => it.Manifest))
            : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files)
    {
        foreach (var it in Commands(subject, dockerfile, files))
            if (Missing(subject, it.Command, it.Manifest, it.Run.Files, it.Shell.Folder) is var (message, remedy))
                yield return About(
                    subject, "VC220", IsCertain(subject, it.Command, it.Manifest, it.Shell) && !RunsOwnProgram().IsMatch(it.Run.Texts)
                        && CertaintyIn(dockerfile, it.Run.Stage) == Certainty.Certain ? Certainty.Certain : Certainty.Likely,
                    it.Run.Instruction.Instruction, $"'{it.Shell}' runs a script that '{it.Manifest}' does not have: {message}", remedy);

        foreach (var it in Started(subject, files))
            if (Missing(subject, it.Command, it.Manifest, it.Files, it.Shell.Folder) is var (message, remedy))
                yield return Findings.About(
                    subject, subject.Service.Entrypoint is not null ? "entrypoint" : subject.Service.Command is not null ? "command" : "build/dockerfile", "VC220",
                    it.IsSure && IsCertain(subject, it.Command, it.Manifest, it.Shell) ? Certainty.Certain : Certainty.Likely,
                    $"the container starts '{it.Shell}', and '{it.Manifest}' has no such script: {message}", remedy) with
                {
                    Evidence = [Shown.Safe(it.Evidence)],
                };
    }

    // npm before version 7 has a test script of its own, and a start script is made up for a server.js that a RUN may write; what other managers do
    // without one depends on programs.
    private static bool IsCertain(ServiceSubject subject, NodeCommand command, string manifest, ShellCommand shell) =>
        shell.MustSucceed && command is { WantsScript: true, Script: not ("test" or "start") } && !IsConfigured(subject, manifest);

    private static (string Message, string Remedy)? Missing(ServiceSubject subject, NodeCommand command, string manifest, StageFiles files, string? folder)
    {
        if (command.Script is not { } script || script is "env" or "stop" or "restart" || Project(subject, manifest) is not { } project || project.Scripts.ContainsKey(script)
            // Without a start script server.js is run, where there is one.
            || (script == "start" && !files.Look("server.js", folder).IsAbsent))
            return null;

        var names = project.Scripts.Keys.Order(StringComparer.Ordinal).ToList();
        return (
            names.Count == 0 ? "it has no scripts at all" : $"it has {TreeFolders.Enumerate(names.Select(name => $"'{name}'"), 8)}",
            NearestName.Of(script, names) is { } near ? $"{command.Manager} run {near}" : $"\"{script}\": \"<command>\" in \"scripts\" of '{manifest}'");
    }

    // What the container starts, as far as no mount covers the project.
    private static IEnumerable<(ShellCommand Shell, NodeCommand Command, string Manifest, StageFiles Files, bool IsSure, string Evidence)> Started(ServiceSubject subject, ContextFiles context)
    {
        if (subject.Image is not { IsReplaced: false } stage || StartCommand.Of(subject) is not { } start
            || (subject.Service.WorkingDirectory ?? stage.WorkingDirectory) is not { } folder || !folder.StartsWith('/')
            || subject.Service.Mounts.Any(mount => Covers(mount.Target, folder) || Covers(folder, mount.Target)))
            yield break;

        var all = StageRuns.Instructions(stage);
        var texts = string.Join('\n', all.Where(it => it.Instruction.Keyword == "RUN")
            .SelectMany(it => it.Instruction.Texts));
        if (WritesManifest().IsMatch(texts) || BroughtFiles.MayHide(subject.Rollout, subject.Service))
            yield break;

        // The container's own command may write it too, and npm's settings name another folder.
        var isSure = start.IsSure && !RunsOwnProgram().IsMatch(texts) && !Manifest().IsMatch(string.Join(' ', start.Words))
            && !subject.Service.Environment.Keys.Concat(stage.Environment.Keys).Any(name => name.StartsWith("npm_config_", StringComparison.OrdinalIgnoreCase));

        var files = new StageFiles(subject.Tree!, subject.Context!.Reference.Path, all, null, IsSent(subject, context));
        foreach (var shell in Commands(start, folder))
            if (NodeCommand.Read(shell.Written) is { Script: not null } command && files.Look("package.json", shell.Folder) is { IsKnown: true, File: { } manifest })
                yield return (shell, command, manifest, files, isSure, start.Evidence);
    }

    private static IReadOnlyList<ShellCommand> Commands(StartCommand start, string folder) => start.Words switch
    {
        ["sh" or "bash" or "/bin/sh" or "/bin/bash" or "ash" or "/bin/ash", "-c", { } text, ..] => ShellText.Read(text, _ => ShellText.Unknown, folder),
        _ when start.Words.All(word => word is not null) =>
            [new ShellCommand(start.Words, ShellLink.Then, false, false) { Written = [.. start.Words.OfType<string>()], Folder = folder, MustSucceed = true }],
        _ => [],
    };

    private static bool Covers(string folder, string path) => path == folder || path.StartsWith(folder.TrimEnd('/') + "/", StringComparison.Ordinal);

    [GeneratedRegex(@"package\.json|npm pkg|npm init")]
    private static partial Regex Manifest();
}
