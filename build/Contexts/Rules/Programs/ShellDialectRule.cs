using System.Text;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC229: what <c>/bin/sh</c> reads is not written for bash: a RUN, and a script that says <c>#!/bin/sh</c> or is started by it.</summary>
internal sealed class ShellDialectRule : DockerfileRule
{
    private static readonly string[] Shells = ["sh", "/bin/sh", "dash", "ash"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        RunScripts(subject, dockerfile).Select(it => it.File).Concat(Started(subject, dockerfile) is var (file, _, _) ? [file] : []).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage) && !dockerfile.Source.HasForeignSyntax))
            foreach (var it in stage.Instructions)
                if (IsAsh(stage) is { } isAsh && TextOf(it) is { } text && ShellDialect.Find(text, isAsh, StopsAtFailure(it)) is { } word)
                    yield return About(
                        subject, "VC229", Certainty.Likely, it.Instruction,
                        $"{word} is bash, and this RUN is read by /bin/sh, which is {(isAsh ? "BusyBox" : "dash")} in {stage.BaseImage}",
                        isAsh ? "RUN apk add --no-cache bash, and SHELL [\"/bin/bash\", \"-c\"] before it; or the same in POSIX's words" : "SHELL [\"/bin/bash\", \"-c\"] before it; or the same in POSIX's words: " + Posix(word));

        foreach (var (step, file, bySh) in RunScripts(subject, dockerfile))
            if (Word(subject, file, bySh, ImageSystems.Of(step.Image) == ImageSystem.Alpine) is { } word)
                yield return About(
                    subject, "VC229", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' has /bin/sh read '{file}', and {word} in it is bash", Remedy(file, bySh));

        if (Started(subject, dockerfile) is var (script, isBySh, ash) && Word(subject, script, isBySh, ash) is { } bash)
            yield return Findings.About(
                subject.Service, "build/dockerfile", "VC229", FailureClass.CrashLoop, Certainty.Likely,
                $"'{subject.Service.Name}' starts with '{script}', which /bin/sh reads ({(ash ? "BusyBox" : "dash")}), and {bash} in it is bash", Remedy(script, isBySh));
    }

    private static string Remedy(string file, bool bySh) => bySh ? $"bash {TreeFolders.NameOf(file)} in place of sh, where the image has bash" : $"#!/bin/bash as the first line of '{file}', where the image has bash";

    private static string Posix(string word) => word switch
    {
        "source" => "\". file\" in place of \"source file\"",
        "[[" or "[ … == … ]" => "[ \"$a\" = \"$b\" ]",
        "set -o pipefail" => "set -eu, and no pipe whose first command may fail",
        _ => "without it",
    };

    // Null where it is not known, or something may have changed what /bin/sh is.
    private static bool? IsAsh(Stage stage) => ImageSystems.Of(BaseImage.Of(stage.BaseImage)) switch
    {
        ImageSystem.Unknown => null,
        _ when StageRuns.Instructions(stage).SelectMany(it => it.Instruction.Texts).Any(text => text.Contains("dpkg-reconfigure", StringComparison.Ordinal)
            || (text.Contains("bin/sh", StringComparison.Ordinal) && (text.Contains("ln ", StringComparison.Ordinal) || text.Contains("mv ", StringComparison.Ordinal)))) => null,
        ImageSystem.Alpine => true,
        _ => false,
    };

    private static string? TextOf(EvaluatedInstruction it)
    {
        if (it.Instruction is not { Keyword: "RUN", IsJson: false } run || it.Shell is [var shell, ..] && !Shells.Contains(shell))
            return null;

        return run.Heredocs switch
        {
            [] => run.Text,
            // "RUN <<EOF" alone: its text is what the shell reads, unless a first line names another interpreter.
            [var only] when run.Text.Trim() is { } word && word.StartsWith("<<", StringComparison.Ordinal) && !word.Contains(' ', StringComparison.Ordinal)
                && !only.Content.StartsWith("#!", StringComparison.Ordinal) => only.Content,
            _ => null,
        };
    }

    private static bool StopsAtFailure(EvaluatedInstruction it) => it.Shell?.Skip(1).Any(word => word.StartsWith('-') && word.Contains('e', StringComparison.Ordinal)) == true;

    // Scripts that a RUN starts.
    private static IEnumerable<(StageStep Step, string File, bool BySh)> RunScripts(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            var path = step.Words switch
            {
                ["sh" or "/bin/sh" or "dash", { } file, ..] when !file.StartsWith('-') => (file, true),
                [{ } program, ..] when program.StartsWith("./", StringComparison.Ordinal) || program.EndsWith(".sh", StringComparison.Ordinal) => (program, false),
                _ => default,
            };
            if (path.Item1 is not null && step.IsNeeded && IsAsh(step.Run.Stage) is not null && step.Run.Files.Look(path.Item1, step.Command.Folder).File is { } found)
                yield return (step, found, path.Item2);
        }
    }

    private static (string File, bool BySh, bool IsAsh)? Started(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject.Image is not { IsReplaced: false } stage || IsAsh(stage) is not { } isAsh)
            return null;
        if (StartedScript.Find(subject, dockerfile) is { ChangesText: false } script)
            return (script.RepositoryPath, false, isAsh);
        if (StartCommand.Of(subject) is not { IsSure: true } start || StartedFiles.Of(subject) is not { } files)
            return null;

        var file = start.Words switch
        {
            ["sh" or "/bin/sh" or "dash", { } path] when !path.StartsWith('-') => path,
            ["sh" or "/bin/sh", "-c", { } text] when text.StartsWith("sh ", StringComparison.Ordinal) && text[3..].Trim() is { } path && !path.Contains(' ', StringComparison.Ordinal) => path,
            _ => null,
        };
        return file is not null && files.Look(file) is { File: { } found } ? (found, true, isAsh) : null;
    }

    private static string? Word(ServiceSubject subject, string file, bool bySh, bool isAsh)
    {
        if (!subject.Files.TryGetValue(file, out var bytes) || bytes.Length > 50_000)
            return null;

        var text = Encoding.UTF8.GetString(bytes).Replace("\r", "", StringComparison.Ordinal);
        var first = text.Split('\n')[0].TrimEnd();
        var saysSh = first is "#!/bin/sh" or "#! /bin/sh" or "#!/usr/bin/env sh" or "#!/bin/sh -e" or "#!/bin/dash" or "#!/bin/ash" or "#!/bin/sh -eu" or "#!/bin/sh -ex";
        // A script that starts itself anew with bash is none of ours.
        return (bySh || saysSh) && !text.Contains("BASH_VERSION", StringComparison.Ordinal) && !text.Contains("exec bash", StringComparison.Ordinal) && !text.Contains("exec /bin/bash", StringComparison.Ordinal)
            ? ShellDialect.Find(text, isAsh, first.Contains(" -e", StringComparison.Ordinal) && !bySh)
            : null;
    }
}
