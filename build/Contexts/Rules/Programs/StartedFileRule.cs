using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Node;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC407: the file, the module or the package.json that a container starts with is in its image.</summary>
internal sealed partial class StartedFileRule : DockerfileRule
{
    private static readonly HashSet<string> Inits = ["exec", "tini", "dumb-init", "/sbin/tini", "/usr/bin/tini", "/usr/bin/dumb-init", "--", "env", "docker-entrypoint.sh"];
    private static readonly HashSet<string> ModuleServers = ["gunicorn", "uvicorn", "hypercorn", "daphne"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StartCommand.Of(subject) is { } start && Words(start) is { } words && StartedFiles.Of(subject) is { Folder: not null } files && StartedImports.Script(files, words) is var (_, file) ? [file] : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (dockerfile.Source.HasForeignSyntax || subject.Image is not { IsReplaced: false } stage || StartCommand.Of(subject) is not { IsSure: true } start
            || StartedFiles.Of(subject) is not { Folder: not null } files || !IsPlain(stage) || Words(start) is not { } words)
            yield break;

        if (Missing(subject, files, words) is var (what, near))
            yield return Findings.About(
                subject, "build/dockerfile", "VC407", Certainty.Likely,
                $"'{subject.Service.Name}' starts '{Shown.Safe(string.Join(' ', words), 80)}' in '{files.Folder}', and nothing has brought {what} there",
                near is null ? $"COPY {what} into '{files.Folder}', or make it in a RUN; or the right path in the start command" : $"'{near}' is in the context: COPY it to where it is looked for, or start it where it is copied to") with
            {
                Evidence = [Shown.Safe(start.Evidence)],
            };
        else if (StartedImports.Missing(subject, files, words) is var (importer, import, source))
            yield return Findings.About(
                subject, "build/dockerfile", "VC407", Certainty.Likely,
                $"'{subject.Service.Name}' starts with '{importer}', which imports '{import}', and '{source}' is not copied into the image", $"COPY {source[subject.InContext("").Length..]} to the folder of '{TreeFolders.NameOf(importer)}'") with
            {
                Evidence = [Shown.Safe(start.Evidence)],
            };
    }

    // Nothing has run that makes files of the project, and the image at the bottom holds none.
    private static bool IsPlain(Stage stage) =>
        BaseImage.Of(stage.BaseImage) is { } image && PackageInstalls.IsPublic(stage.BaseImage) && ImageSystems.Of(image) != ImageSystem.Unknown && image.IsOfLanguage
        && StageRuns.Instructions(stage).All(it => it.Instruction.Keyword != "RUN" || (!it.Instruction.IsJson && ShellText.OfRun(it) is { Count: > 0 } commands && commands.All(IsPlain)));

    private static bool IsPlain(ShellCommand command)
    {
        string[] words = [.. command.Written.SkipWhile(StageMemory.IsInFront)];
        return words switch
        {
            [] => true,
            ["npm" or "yarn" or "pnpm", "cache" or "config" or "set" or "--version" or "-v", ..] => true,
            ["npm", "install" or "i", .. var rest] when rest.Contains("-g") || rest.Contains("--global") => true,
            ["yarn", "global", "add", ..] => true,
            ["npm" or "yarn" or "pnpm", ..] => NodeCommand.Read(words) is { Script: null },
            ["corepack" or "addgroup" or "apk" or "apt-get" or "pip" or "pip3", ..] => true,
            ["go", "mod", ..] or ["bundle", "install" or "config", ..] or ["gem", "install", ..] or ["poetry" or "pipenv", "install" or "config", ..] or ["uv", "sync", ..] => true,
            _ => RunFileRule.IsHarmless(command),
        };
    }

    // The words of the program itself; null where something in between may decide.
    private static string[]? Words(StartCommand start)
    {
        IReadOnlyList<string?> words = start.Words;
        if (words is ["sh" or "/bin/sh" or "bash" or "/bin/bash", "-c", { } text])
        {
            if (ShellText.Read(text, _ => ShellText.Unknown) is not [{ IsConditional: false, InBackground: false } only])
                return null;
            words = only.Written;
        }

        return words.Any(word => word is null) ? null : [.. words.OfType<string>().SkipWhile(word => Inits.Contains(word) || StageMemory.IsInFront(word))];
    }

    private static (string What, string? Near)? Missing(ServiceSubject subject, StartedFiles files, string[] words) => words switch
    {
        ["python" or "python3", .. var rest] when rest.SkipWhile(word => word is "-u" or "-O" or "-B").ToArray() is [{ } script, ..] && script.EndsWith(".py", StringComparison.Ordinal) =>
            File(subject, files, script),
        ["python" or "python3", .. var rest] when rest.SkipWhile(word => word is "-u" or "-O" or "-B").ToArray() is ["-m", { } module, ..] && IsOwn(subject, module) =>
            Module(subject, files, module),
        [{ } server, .. var rest] when ModuleServers.Contains(server) && !rest.Any(Elsewhere().IsMatch) && rest.Select(word => Application().Match(word)).FirstOrDefault(match => match.Success) is { } application =>
            Module(subject, files, application.Groups["module"].Value),
        ["node" or "nodejs", .. var rest] when rest.SkipWhile(word => word.StartsWith("--", StringComparison.Ordinal) && word.Contains('=', StringComparison.Ordinal)).ToArray() is [{ } script, ..] && !script.StartsWith('-') =>
            NodeScript(subject, files, script),
        ["java", .. var rest] when rest.SkipWhile(word => word.StartsWith("-D", StringComparison.Ordinal) || word.StartsWith("-X", StringComparison.Ordinal)).ToArray() is ["-jar", { } jar, ..] =>
            File(subject, files, jar),
        ["npm" or "yarn" or "pnpm", ..] when NodeCommand.Read(words) is { Script: not null } => files.Look("package.json").IsAbsent ? ("package.json", Near(subject, "package.json")) : null,
        [{ } program] when program.EndsWith(".sh", StringComparison.Ordinal) && program.Contains('/', StringComparison.Ordinal) => File(subject, files, program),
        ["sh" or "bash" or "/bin/sh" or "/bin/bash", { } script] when script.EndsWith(".sh", StringComparison.Ordinal) => File(subject, files, script),
        _ => null,
    };

    private static (string, string?)? File(ServiceSubject subject, StartedFiles files, string path) =>
        Plain().IsMatch(path) && files.Look(path).IsAbsent ? ($"'{path}'", Near(subject, TreeFolders.NameOf(path))) : null;

    private static (string, string?)? NodeScript(ServiceSubject subject, StartedFiles files, string path)
    {
        string[] candidates = Path.HasExtension(path) ? [path] : [path, $"{path}.js", $"{path}.cjs", $"{path}.json", $"{path}/index.js", $"{path}/package.json", $"{path}/"];
        // "node ." is what package.json names.
        return Plain().IsMatch(path) && path.Trim('.', '/').Length > 0 && candidates.All(candidate => files.Look(candidate).IsAbsent)
            ? ($"'{path}'", Near(subject, TreeFolders.NameOf(path)))
            : null;
    }

    // A module of the project itself: something of its first name is in the context.
    private static (string, string?)? Module(ServiceSubject subject, StartedFiles files, string module)
    {
        var path = module.Replace('.', '/');
        var first = path.Split('/')[0];
        if (!ModuleName().IsMatch(module) || subject.Service.Environment.ContainsKey("PYTHONPATH") || subject.Image!.Environment.ContainsKey("PYTHONPATH")
            || !subject.Tree!.Below(subject.Context!.Reference.Path).Any(entry => TreeFolders.NameOf(entry.Path) == first || TreeFolders.NameOf(entry.Path) == $"{first}.py"))
            return null;

        // A folder that is a package of its own may be installed from elsewhere.
        string[] candidates = [$"{path}.py", $"{path}/__init__.py", $"{path}/__main__.py"];
        return candidates.All(candidate => files.Look(candidate).IsAbsent) && !subject.Tree.Below(subject.Context.Reference.Path).Any(entry => TreeFolders.NameOf(entry.Path) is "setup.py" or "setup.cfg" or "pyproject.toml")
            ? ($"'{path}.py'", Near(subject, $"{TreeFolders.NameOf(path)}.py"))
            : null;
    }

    // "python -m flask" is a package's; "python -m shop" the project's, where a folder of that name can be run.
    private static bool IsOwn(ServiceSubject subject, string module) => module.Contains('.', StringComparison.Ordinal)
        || subject.Tree!.Below(subject.Context!.Reference.Path).Any(entry => entry.Path.EndsWith($"/{module}/__main__.py", StringComparison.Ordinal) || entry.Path == $"{module}/__main__.py");

    private static string? Near(ServiceSubject subject, string name) => subject.Tree!.Below(subject.Context!.Reference.Path)
        .Where(entry => TreeFolders.IsFile(entry) && TreeFolders.NameOf(entry.Path) == name && !entry.Path.Contains("node_modules/", StringComparison.Ordinal))
        .OrderBy(entry => entry.Path.Length).Select(entry => entry.Path).FirstOrDefault();

    [GeneratedRegex(@"^[A-Za-z0-9_./@+-]+\z")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^[A-Za-z_][\w]*(?:\.[A-Za-z_]\w*)*\z")]
    private static partial Regex ModuleName();

    [GeneratedRegex(@"^(?<module>[A-Za-z_][\w.]*):[A-Za-z_]\w*(?:\(\))?\z")]
    private static partial Regex Application();

    [GeneratedRegex("^(?:--chdir|--app-dir|--pythonpath|-c|--config|--factory-dir)")]
    private static partial Regex Elsewhere();
}
