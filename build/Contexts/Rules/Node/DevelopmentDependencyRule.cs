using System.Text.Json;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>VC222: a script finds its program, which is not among the packages for development that an install left out.</summary>
internal sealed partial class DevelopmentDependencyRule : NodeRule
{
    private const int Deepest = 4;

    // Programs that are called otherwise than their package.
    private static readonly Dictionary<string, string> Packages = new(StringComparer.Ordinal)
    {
        ["tsc"] = "typescript",
        ["ng"] = "@angular/cli",
        ["nest"] = "@nestjs/cli",
        ["vue-cli-service"] = "@vue/cli-service",
        ["babel"] = "@babel/cli",
        ["swc"] = "@swc/cli",
        ["remix"] = "@remix-run/dev",
        ["svelte-kit"] = "@sveltejs/kit",
        ["postcss"] = "postcss-cli",
        ["run-s"] = "npm-run-all",
        ["run-p"] = "npm-run-all",
        ["webpack"] = "webpack-cli",
        ["graphql-codegen"] = "@graphql-codegen/cli",
        ["react-router"] = "@react-router/dev",
    };

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) => ContextFiles.Of(subject) is { IsComplete: true } files
        ? base.Files(subject, dockerfile).Concat(Commands(subject, dockerfile, files).Select(it => it.Run.Files.Look("package-lock.json", it.Shell.Folder).File).OfType<string>())
        : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files)
    {
        foreach (var ofStage in Commands(subject, dockerfile, files).GroupBy(it => (it.Run.Stage.Index, it.Manifest, it.Shell.Folder)))
        {
            var installs = new List<ProjectCommand>();
            foreach (var it in ofStage)
            {
                if (it.Command.Script is not { } script)
                {
                    installs.Add(it);
                    if (Hook(subject, it, installs) is not { } ofInstall)
                        continue;

                    yield return ofInstall;
                    break;
                }

                if (installs.Count > 0 && installs.All(install => LeavesOut(install) == true) && !BringsMore(it, installs.Count)
                    && Project(subject, it.Manifest) is { } project && Missing(project, script, 0) is var (program, package) && !IsNeededOtherwise(subject, it, package))
                {
                    // Options, variables and configuration of npm in many spellings decide what is left out.
                    yield return About(
                        subject, "VC222", Certainty.Likely, it.Run.Instruction.Instruction,
                        $"'{it.Shell}' runs '{program}' of '{package}', which is in devDependencies of '{it.Manifest}', and '{installs[^1].Shell}' has left those out",
                        $"{it.Command.Manager} {(it.Command.Manager == "npm" ? "ci" : "install")} with them in this stage, and without them in the one that runs; or '{package}' in dependencies") with
                    {
                        Evidence =
                        [
                            Findings.OfDockerfile(subject, installs[^1].Run.Instruction.Instruction.Line, $"RUN {installs[^1].Run.Instruction.Instruction.Text}"),
                            Findings.OfDockerfile(subject, it.Run.Instruction.Instruction.Line, $"RUN {it.Run.Instruction.Instruction.Text}"),
                        ],
                    };
                    break;
                }
            }
        }
    }

    // What an install runs by itself. yarn runs prepare only where it installs all, and pnpm as it is told.
    private static Finding? Hook(ServiceSubject subject, ProjectCommand it, List<ProjectCommand> installs)
    {
        if (it.Command.IgnoresScripts || LeavesOut(it) != true || BringsMore(it, installs.Count) || installs.Count > 1 || IsConfigured(subject, it.Manifest) || Project(subject, it.Manifest) is not { } project)
            return null;

        foreach (var hook in (string[])["preinstall", "install", "postinstall", .. it.Command.Manager == "npm" ? new[] { "prepublish", "prepare" } : []])
            if (project.Scripts.ContainsKey(hook) && Missing(project, hook, 0) is var (program, package) && !IsNeededOtherwise(subject, it, package))
                return About(
                    subject, "VC222", Certainty.Likely, it.Run.Instruction.Instruction,
                    $"'{it.Shell}' runs the {hook} script of '{it.Manifest}', which calls '{program}' of '{package}', and leaves that out: it is in devDependencies",
                    $"{it.Shell} --ignore-scripts; or \"{hook}\": \"{Shown.Safe(project.Scripts[hook], 60)} || true\"");

        return null;
    }

    // True and false where that is known.
    private static bool? LeavesOut(ProjectCommand install)
    {
        // What is included is not left out.
        if (install.Command.IncludesDevelopment || Unsets().IsMatch(install.Run.Texts))
            return null;
        if (install.Command.LeavesDevelopmentOut)
            return true;
        // yarn 2 and later asks no NODE_ENV.
        if (install.Command.NamesGroups || install.Command.Options.Contains("--immutable") || install.Run.Stage.Arguments.Any(argument => argument.Name == "NODE_ENV") || install.Run.Texts.Contains("export NODE_ENV", StringComparison.Ordinal))
            return null;

        var own = install.Shell.Written.LastOrDefault(word => word.StartsWith("NODE_ENV=", StringComparison.Ordinal))?["NODE_ENV=".Length..]
            ?? install.Run.Before.Where(it => it.Instruction.Keyword == "ENV").SelectMany(it => it.Instruction.Pairs).LastOrDefault(pair => pair.Name == "NODE_ENV")?.Value;
        return own is null ? PackageInstalls.IsPublic(install.Run.Stage.BaseImage) ? false : null : own.Trim('"', '\'') == "production";
    }

    // Packages that come otherwise: from an install in another folder, installed by name, for all, from another stage, by a stage below.
    private static bool BringsMore(ProjectCommand it, int installs) =>
        Installs().Count(it.Run.Texts) > installs || InstallsByName().IsMatch(it.Run.Texts) || !it.Run.Files.Look("node_modules", it.Shell.Folder).IsAbsent
        || it.Run.Stage.Parent is { } parent && StageRuns.Instructions(parent).Any(below => Managers().IsMatch(below.Instruction.Text))
        || it.Run.Before.Append(it.Run.Instruction).Any(before => before.Mounts.Any(mount => mount.Target?.Contains("node_modules", StringComparison.Ordinal) == true));

    // The first program of a script, and of those that it calls, whose package is for development only.
    private static (string Program, string Package)? Missing(NodeProject project, string name, int depth)
    {
        foreach (var script in new[] { $"pre{name}", name }.Where(project.Scripts.ContainsKey).Take(depth > Deepest ? 0 : 2))
        {
            foreach (var command in ShellText.Read(project.Scripts[script], _ => ShellText.Unknown).Where(command => command.MustSucceed))
            {
                if (NodeCommand.Read(command.Written)?.Script is { } called)
                {
                    if (Missing(project, called, depth + 1) is { } inner)
                        return inner;
                    continue;
                }

                var program = command.Written.SkipWhile(word => word.Contains('=', StringComparison.Ordinal)).FirstOrDefault("");
                var package = Packages.GetValueOrDefault(program, program);
                if (package.Length > 0 && project.DevelopmentDependencies.ContainsKey(package) && !project.Dependencies.ContainsKey(package))
                    return (program, package);
            }
        }

        return null;
    }

    // The lock file knows whether something that is not for development needs it, too.
    private static bool IsNeededOtherwise(ServiceSubject subject, ProjectCommand it, string package)
    {
        if (it.Run.Files.Look("package-lock.json", it.Shell.Folder).File is not { } path || !subject.Files.TryGetValue(path, out var text))
            return false;

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("packages", out var packages) && packages.ValueKind == JsonValueKind.Object
                && packages.TryGetProperty($"node_modules/{package}", out var entry) && entry.ValueKind == JsonValueKind.Object
                && !(entry.TryGetProperty("dev", out var dev) && dev.ValueKind == JsonValueKind.True);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\b(?:npm|yarn|pnpm)\s+(?:-g\s+|--global\s+|global\s+)?(?:i|install|add)\s+(?:-\S+\s+)*[A-Za-z@]|\bnpm\s+(?:link|rebuild|update)\b")]
    private static partial Regex InstallsByName();

    [GeneratedRegex(@"unset\s+NODE_ENV|npm_config_|npm config|npm set", RegexOptions.IgnoreCase)]
    private static partial Regex Unsets();

    [GeneratedRegex(@"\b(?:npm|yarn|pnpm)\b[^&|;\n]*\b(?:ci|clean-install|install|i)\b")]
    private static partial Regex Installs();

    [GeneratedRegex(@"\b(?:npm|yarn|pnpm|node_modules)\b")]
    private static partial Regex Managers();
}
