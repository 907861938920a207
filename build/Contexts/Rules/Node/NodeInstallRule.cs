using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>VC221: what an install of npm, yarn or pnpm runs or links by itself has been copied before.</summary>
internal sealed class NodeInstallRule : NodeRule
{
    private static readonly string[] Hooks = ["preinstall", "install", "postinstall", "prepare"];
    private static readonly string[] Endings = ["", ".js", ".cjs", ".mjs", ".json", "/index.js", "/package.json"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files)
    {
        foreach (var it in Commands(subject, dockerfile, files))
        {
            if (it.Command.Script is not null || Project(subject, it.Manifest) is not { } project)
                continue;

            // npm before version 7 runs no script of the project itself as root; which npm an image has is not known for sure.
            foreach (var hook in it.Command.IgnoresScripts ? [] : Hooks.Where(project.Scripts.ContainsKey))
                foreach (var command in ShellText.Read(project.Scripts[hook], _ => ShellText.Unknown, it.Shell.Folder).Where(command => command.MustSucceed))
                    if (Script(command) is { } script && IsMissing(it, script, command.Folder))
                        yield return About(
                            subject, "VC221", Certainty.Likely, it.Run.Instruction.Instruction,
                            $"'{it.Shell}' runs the {hook} script '{Shown.Safe(command.ToString(), 80)}' of '{it.Manifest}', and '{script}' has not been copied by then",
                            $"{Before(subject, it, script)}, or {it.Command.Manager} … --ignore-scripts");

            foreach (var (name, version) in project.Dependencies.Concat(it.Command.LeavesDevelopmentOut ? [] : project.DevelopmentDependencies))
                if (Local(version) is { } path && IsMissing(it, path, it.Shell.Folder))
                    yield return About(
                        subject, "VC221", Certainty.Likely, it.Run.Instruction.Instruction,
                        $"'{it.Shell}' installs '{name}' from '{version}' ('{it.Manifest}'), which has not been copied by then", Before(subject, it, path));
        }
    }

    // node scripts/x.js, sh x.sh, ./x
    private static string? Script(ShellCommand command) => command.Written switch
    {
        ["node" or "sh" or "bash", { Length: > 0 } file, ..] when IsPath(file) => file,
        [{ Length: > 2 } file, ..] when file.StartsWith("./", StringComparison.Ordinal) && IsPath(file) => file,
        _ => null,
    };

    private static bool IsPath(string word) => word[0] is not ('-' or '/' or '~') && word.IndexOfAny(['$', '*', '?', '`', '{', '\'', '"']) < 0;

    private static string? Local(string version) =>
        (version.StartsWith("file:", StringComparison.Ordinal) || version.StartsWith("link:", StringComparison.Ordinal)) && version[5..] is { Length: > 0 } path && IsPath(path) ? path : null;

    private static bool IsMissing(ProjectCommand it, string path, string? folder) =>
        Endings.All(ending => it.Run.Files.Look(path + ending, folder).IsAbsent)
        && !it.Run.Texts.Contains(TreeFolders.NameOf(path.TrimEnd('/')), StringComparison.Ordinal);

    private static string Before(ServiceSubject subject, ProjectCommand it, string path)
    {
        var inRepository = GoPath.Clean($"/{TreeFolders.ParentOf(it.Manifest)}/{path}")[1..];
        var context = subject.Context!.Reference.Path;
        return subject.Tree!.Find(inRepository) is not null && (context.Length == 0 || inRepository.StartsWith(context + "/", StringComparison.Ordinal))
            ? $"COPY {inRepository[(context.Length == 0 ? 0 : context.Length + 1)..]} {GoPath.Clean($"{it.Shell.Folder}/{path}")} before it"
            : $"copy '{path}' before it";
    }
}
