using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC223: a file that a RUN executes or changes has been copied.</summary>
internal sealed partial class RunFileRule : DockerfileRule
{
    // They bring no file of the project.
    private static readonly HashSet<string> Harmless =
    [
        "apt-get", "apt", "apk", "yum", "dnf", "microdnf", "pip", "pip3", "useradd", "groupadd", "adduser", "addgroup", "usermod", "groupmod", "mkdir", "chown", "chmod",
        "chgrp", "rm", "set", "cd", "true", "echo", "printf", "ls", "export", "update-ca-certificates", "sleep", "id", "whoami", "pwd", "find", "dos2unix",
    ];

    // Folders of a system, in which base images have files of their own.
    private static readonly HashSet<string> SystemFolders =
        ["bin", "boot", "dev", "etc", "go", "home", "lib", "lib32", "lib64", "libx32", "media", "mnt", "opt", "proc", "root", "run", "sbin", "srv", "sys", "tmp", "usr", "var",
            "docker-entrypoint.d", "docker-entrypoint-initdb.d"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (ContextFiles.Of(subject) is not { IsComplete: true } files)
            yield break;

        var start = subject.InContext("x").Length - 1;
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage)))
        {
            // What a base image that nobody knows holds, or does ONBUILD, may be the file.
            if (BaseImage.Of(stage.BaseImage) is not { } image || image.Entrypoint == EntrypointKind.Unknown || image.Tag.Contains("onbuild", StringComparison.Ordinal)
                || !(stage.IsFromScratch || PackageInstalls.IsPublic(stage.BaseImage)))
                continue;

            foreach (var run in StageRuns.Of(stage, subject.Tree!, subject.Context!.Reference.Path, entry => entry.Path.Length > start && files.IsSent(entry.Path[start..], entry)))
            {
                var before = run.Before.Where(it => it.Instruction.Keyword == "RUN").SelectMany(ShellText.OfRun).ToList();
                foreach (var command in run.Commands.TakeWhile(_ => before.All(IsHarmless)))
                {
                    before.Add(command);
                    // What may fail without the step is looked for, not needed; nor does it end a build.
                    foreach (var path in Paths(command).Where(path => (command.MustSucceed || !IsOptional(command)) && IsMissing(run, command, path)))
                        yield return About(
                            subject, "VC223", command.MustSucceed ? Certainty.Likely : Certainty.Hint, run.Instruction.Instruction,
                            $"'{Shown.Safe(command.ToString(), 80)}' needs '{path}' in '{command.Folder}', and nothing has brought it there",
                            Remedy(subject, files, path, command.Folder!));
                }
            }
        }
    }

    /// <summary>True for a command that brings no file of the project.</summary>
    public static bool IsHarmless(ShellCommand command) =>
        command.Words.FirstOrDefault(word => word is null || !word.Contains('=', StringComparison.Ordinal)) is { } program && Harmless.Contains(program[(program.LastIndexOf('/') + 1)..]);

    // The files that a command cannot do without.
    private static IEnumerable<string> Paths(ShellCommand command) => (command.Written switch
    {
        ["chmod", ..] when !command.Written.Any(word => word.StartsWith("--reference", StringComparison.Ordinal)) => command.Written.Skip(1).SkipWhile(IsOption).Skip(1),
        ["python" or "python3", { } file, ..] when file.EndsWith(".py", StringComparison.Ordinal) => [file],
        ["node", { } file, ..] when file.EndsWith(".js", StringComparison.Ordinal) || file.EndsWith(".mjs", StringComparison.Ordinal) => [file],
        ["sh" or "bash" or "ash" or "/bin/sh" or "/bin/bash", { } file, ..] when file.EndsWith(".sh", StringComparison.Ordinal) => [file],
        [{ } program, ..] when program.StartsWith("./", StringComparison.Ordinal) => new[] { program },
        ["cp" or "mv", { } file, { } target] when !file.StartsWith('-') && !target.StartsWith('-') => [file],
        ["cp", "-r" or "-R" or "-a" or "-f" or "-p" or "-rf", { } file, _] => [file],
        ["cat" or "." or "source", { } file] => [file],
        ["cd", { } folder] => [folder],
        _ => Enumerable.Empty<string>(),
    }).Where(path => Plain().IsMatch(path));

    private static bool IsOptional(ShellCommand command) => command.Written is ["cp" or "mv" or "cat" or "." or "source" or "cd", ..];

    // -R, --recursive; a mode such as -x is none, and then nothing is claimed.
    private static bool IsOption(string word) => word is "-R" or "-v" or "-c" or "-f" or "--recursive" or "--verbose" or "--changes" or "--silent" or "--quiet";

    private static bool IsMissing(StageRun run, ShellCommand command, string path)
    {
        if (command.Folder is null)
            return false;

        var full = StageFiles.Join(command.Folder, path);
        var parts = full.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1
            && (!SystemFolders.Contains(parts[0]) || full.StartsWith("/usr/src/", StringComparison.Ordinal))
            && run.Files.Look(path, command.Folder).IsAbsent
            && !run.Before.Any(it => it.Instruction.Keyword is "WORKDIR" or "VOLUME" && it.Arguments.Any(folder => folder is null || IsFolder(folder, it.WorkingDirectory, full)))
            && !Mentions(run, command, parts[^1]);
    }

    private static bool IsFolder(string folder, string? workingDirectory, string full) => $"{StageFiles.Join(workingDirectory ?? "/", folder)}/".StartsWith(full + "/", StringComparison.Ordinal);

    // Something else speaks of it: it may come from there.
    private static bool Mentions(StageRun run, ShellCommand command, string name)
    {
        var all = run.Texts;
        var times = 0;
        for (var at = all.IndexOf(name, StringComparison.Ordinal); at >= 0; at = all.IndexOf(name, at + 1, StringComparison.Ordinal))
            times++;

        return times > command.Written.Count(word => word.Contains(name, StringComparison.Ordinal));
    }

    private static string Remedy(ServiceSubject subject, ContextFiles files, string path, string folder)
    {
        var name = TreeFolders.NameOf(path);
        var near = files.Entries.Where(entry => TreeFolders.IsFile(entry) && TreeFolders.NameOf(entry.Path) == name).OrderBy(entry => entry.Path.Length).Select(entry => entry.Path).FirstOrDefault();
        return near is null ? $"push '{subject.InContext(GoPath.Clean("/" + path)[1..])}' and copy it before this RUN, or remove the command"
            : files.Ignore.Ignores(near) ? $"a line '!{near}' at the end of '{subject.IgnoreFilePath}', which keeps it out"
            : $"COPY {near} {StageFiles.Join(folder, path)} before this RUN";
    }

    [GeneratedRegex(@"^(?!-)[A-Za-z0-9_./@+-]+\z")]
    private static partial Regex Plain();
}
