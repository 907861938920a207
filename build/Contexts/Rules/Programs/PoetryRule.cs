using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Toolchains;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC237: what a Dockerfile asks of Poetry is what the newest Poetry takes, where nothing says which one is installed.</summary>
internal sealed partial class PoetryRule : DockerfileRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StageSteps.Of(subject, dockerfile).Select(step => Project(step)).OfType<string>().Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<(int, string)>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            var text = step.Memory.Text;
            if (!step.IsNeeded)
                continue;

            if (step.Words.Any(word => word.EndsWith("/get-poetry.py", StringComparison.Ordinal)))
                yield return Finding(step, "get-poetry.py", $"'{Shown.Safe(step.Command.ToString(), 80)}' fetches get-poetry.py, which was taken away", "RUN pip install poetry");
            else if (step.Program != "poetry" || Pinned().IsMatch(text) || !Newest().IsMatch(text))
                continue;
            else if (step.Words is [_, "install", ..] && step.Words.FirstOrDefault(word => word is "--no-dev" or "--remove-untracked" or "--dev-only") is { } option && told.Add((step.Run.Stage.Index, option)))
                yield return Finding(
                    step, option, $"'{step.Command}' has the option {option}, which Poetry 2 has no more, and nothing says which Poetry is installed: it is the newest one",
                    option == "--no-dev" ? "poetry install --only main; or pip install 'poetry<2'" : "leave it out; or pip install 'poetry<2'");
            else if (step.Words is [_, "export", ..] && !text.Contains("poetry-plugin-export", StringComparison.Ordinal) && told.Add((step.Run.Stage.Index, "export")))
                yield return Finding(
                    step, "export", $"'{step.Command}' runs a command that Poetry 2 has no more, and nothing says which Poetry is installed: it is the newest one",
                    "RUN pip install poetry poetry-plugin-export before it");
            else if (step.Words is [_, "install", ..] && !step.Words.Any(WithoutRoot().IsMatch) && MissingPackage(subject, step) is { } package && told.Add((step.Run.Stage.Index, "root")))
                yield return Finding(
                    step, "root", $"'{step.Command}' installs the project itself, and '{package}' has not been copied by then: \"does not contain any element\"",
                    "poetry install --no-root before the sources are copied; or package-mode = false under [tool.poetry]");
        }

        Finding Finding(StageStep step, string _, string message, string suggestion) =>
            About(subject, "VC237", Certainty.Likely, step.Run.Instruction.Instruction, message, suggestion);
    }

    private static string? Project(StageStep step) =>
        step is { Program: "poetry", Words: [_, "install", ..] } ? step.Run.Files.Look("pyproject.toml", step.Command.Folder).File : null;

    // The folder of the package, where the project says nothing else of it and the tree has it.
    private static string? MissingPackage(ServiceSubject subject, StageStep step)
    {
        if (Project(step) is not { } project || subject.Text(project) is not { } text || TomlText.Value(text, "tool.poetry", "name") is not var (name, _, _)
            || text.Contains("package-mode", StringComparison.Ordinal) || step.Memory.Text.Contains("touch", StringComparison.Ordinal) || step.Memory.Text.Contains("mkdir", StringComparison.Ordinal))
            return null;

        var folder = TreeFolders.ParentOf(project);
        var include = Include().Match(text) is { Success: true } match ? match.Groups["name"].Value : name.Replace('-', '_');
        foreach (var path in (string[])[include, $"src/{include}"])
        {
            var inRepository = folder.Length == 0 ? path : $"{folder}/{path}";
            if (subject.Tree!.Find(inRepository) is { Kind: TreeEntryKind.Directory })
                return step.Run.Files.Look($"{path}/__init__.py", step.Command.Folder).IsAbsent ? path : null;
        }

        return null;
    }

    // Another project, or not the project itself.
    [GeneratedRegex("^(?:--no-root|--only-root|--no-directory|-C.*|--directory(?:=.*)?)$")]
    private static partial Regex WithoutRoot();

    [GeneratedRegex("""packages\s*=\s*\[\s*\{\s*include\s*=\s*"(?<name>[A-Za-z0-9_]+)"\s*\}""", RegexOptions.ExplicitCapture)]
    private static partial Regex Include();

    [GeneratedRegex(@"poetry\s*[=<~!^]|poetry@|POETRY_VERSION|--version|poetry self|poetry>=[0-9.]+,<|poetry-core|requirements")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"install\.python-poetry\.org|\bpipx? install\b[^\n]*\bpoetry\b")]
    private static partial Regex Newest();
}
