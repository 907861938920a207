using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Programs;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC213: a command that wants a lock file or a list of packages finds one.</summary>
internal sealed class LockFileRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (ContextFiles.Of(subject) is not { IsComplete: true } files)
            yield break;

        var names = files.Entries.Where(entry => entry.Kind != TreeEntryKind.Directory && files.IsSent(entry.Path, entry))
            .Select(entry => TreeFolders.NameOf(entry.Path)).ToHashSet(StringComparer.Ordinal);
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage)))
        {
            var copied = Chain(stage).SelectMany(it => it.Instructions).SelectMany(CopiedNames).ToHashSet(StringComparer.Ordinal);
            // What another stage, a download or a heredoc brings is not in the context.
            var brought = Chain(stage).SelectMany(it => it.Instructions).Any(it => it.Instruction.Flag("from") is not null || it.Mounts.Any(mount => mount.From is not null)
                || it.Instruction.Heredocs.Count > 0 || it.Instruction.Keyword == "ADD");
            // A base image of somebody's may do all of it by ONBUILD, or hold it.
            if (brought || (copied.Count == 0 && !stage.IsFromScratch && !PackageInstalls.IsPublic(stage.BaseImage)))
                continue;

            var seen = StageRuns.Of(stage, subject.Tree!, subject.Context!.Reference.Path, StageSteps.IsSent(subject, files)).ToDictionary(run => run.Instruction, run => run.Files);
            var before = "";
            foreach (var it in stage.Instructions.Where(it => it.Instruction is { Keyword: "RUN", IsJson: false }))
            {
                var run = it.Instruction;
                foreach (var command in ShellText.OfRun(it))
                    if (Wanted(command, names) is var (program, paths) && paths.Select(TreeFolders.NameOf).ToArray() is var wanted
                        && ((!wanted.Any(names.Contains) && !wanted.Any(copied.Contains)) || IsNotBeside(command, wanted, seen.GetValueOrDefault(it)))
                        && !wanted.Any(name => before.Contains(name, StringComparison.Ordinal))
                        && !before.Contains("git clone", StringComparison.Ordinal) && !before.Contains("curl", StringComparison.Ordinal) && !before.Contains("wget", StringComparison.Ordinal))
                        yield return wanted.Any(names.Contains)
                            ? About(
                                subject, "VC213", Certainty.Likely, run,
                                $"'{program}' needs {string.Join(" or ", wanted.Select(name => $"'{name}'"))}, and no such file has been copied to where it runs",
                                $"COPY '{wanted[0]}' before it, or {Instead(program)}", "build/context")
                            : About(
                                subject, "VC213", Certainty.Likely, run,
                                $"'{program}' needs {string.Join(" or ", paths.Select(path => $"'{path}'"))}, and no file of {(paths.Length > 1 ? "these names" : "that name")} is sent to the builder",
                                $"commit '{wanted[0]}' (and let .dockerignore leave it), or {Instead(program)}", "build/context");
                before += run.Text + "\n";
            }
        }
    }

    // npm and pnpm look beside package.json; a workspace keeps its lock file further up.
    private static bool IsNotBeside(ShellCommand command, string[] wanted, StageFiles? files)
    {
        if (files is null || wanted[0] is not ("package-lock.json" or "pnpm-lock.yaml") || command.Folder is not ['/', ..] folder || files.Look("package.json", folder).File is null)
            return false;

        for (var current = folder; ; current = current[..Math.Max(current.LastIndexOf('/'), 1)])
        {
            if (!wanted.Append("pnpm-workspace.yaml").All(name => files.Look(name, current).IsAbsent) || (current != folder && !files.Look("package.json", current).IsAbsent))
                return false;
            if (current is "/" or "")
                return true;
        }
    }

    // The names that a COPY brings, also under another name. Where there is no such file in the context, VC204 says so.
    private static IEnumerable<string> CopiedNames(EvaluatedInstruction it) =>
        it.Instruction.Keyword == "COPY" ? it.Arguments.OfType<string>().Select(path => TreeFolders.NameOf(path.TrimEnd('/')))
        : it.Mounts.Select(mount => TreeFolders.NameOf(mount.Target ?? ""));

    // Yarn before version 2 is content with no lock file, also with --frozen-lockfile; a .yarnrc.yml is of a later one.
    private static (string Program, string[] Wanted)? Wanted(ShellCommand command, HashSet<string> names)
    {
        string[] words = [.. command.Written];
        return words switch
        {
            ["npm", "ci" or "clean-install", ..] when !words.Contains("--prefix") => ("npm ci", ["package-lock.json", "npm-shrinkwrap.json"]),
            ["yarn", "install", ..] when words.Contains("--immutable") || (words.Contains("--frozen-lockfile") && names.Contains(".yarnrc.yml")) => ("yarn install", ["yarn.lock"]),
            ["pnpm", "install" or "i", ..] when words.Contains("--frozen-lockfile") => ("pnpm install", ["pnpm-lock.yaml"]),
            ["go", "mod", "download", ..] => ("go mod download", ["go.mod"]),
            ["poetry", "install", ..] => ("poetry install", ["pyproject.toml"]),
            ["uv", "sync", ..] when words.Contains("--frozen") || words.Contains("--locked") => ("uv sync", ["uv.lock"]),
            ["bundle", "install", ..] => ("bundle install", ["Gemfile", "gems.rb"]),
            ["cargo", "build" or "install", ..] when words.Contains("--locked") => ("cargo --locked", ["Cargo.lock"]),
            ["dotnet", "restore", var project, ..] when project.EndsWith("proj", StringComparison.Ordinal) || project.EndsWith(".sln", StringComparison.Ordinal) => Named("dotnet restore", project),
            ["pip" or "pip3", "install", ..] => Requirements("pip install", words),
            ["python" or "python3", "-m", "pip", "install", ..] => Requirements("pip install", words),
            ["uv", "pip", "install", ..] => Requirements("uv pip install", words),
            _ => null,
        };
    }

    private static (string, string[])? Requirements(string program, string[] words)
    {
        var at = Array.FindIndex(words, word => word is "-r" or "--requirement");
        return at >= 0 && at + 1 < words.Length ? Named($"{program} -r", words[at + 1]) : null;
    }

    // A path with a variable or a wildcard may be any file; one outside of the working directory may come with the base image.
    private static (string, string[])? Named(string program, string path) =>
        path.IndexOfAny(['$', '*', '?', '<', '"', '\'', '\\', ':']) < 0 && !path.StartsWith('-') && path != "/dev/stdin" && TreeFolders.NameOf(path).Length > 0
            ? (program, [path])
            : null;

    private static string Instead(string program) => program switch
    {
        "npm ci" => "npm install",
        "yarn install" or "pnpm install" => "leave out the flag that freezes it",
        _ => "correct the command",
    };
}
