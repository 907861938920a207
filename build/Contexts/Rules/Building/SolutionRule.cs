using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Programs;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC233: a solution that <c>dotnet</c> restores, builds or publishes finds all of its projects.</summary>
internal sealed partial class SolutionRule : DockerfileRule
{
    private const int MostShown = 4;
    private static readonly string[] Verbs = ["restore", "build", "publish", "test"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) => Uses(subject, dockerfile).Select(use => use.Solution).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var use in Uses(subject, dockerfile).DistinctBy(use => (use.Step.Run.Stage.Index, use.Solution)))
        {
            // dotnet sln, sed: what changes the solution on the way names it.
            if (subject.Text(use.Solution) is not { } text || use.Step.Run.Before.Any(it => it.Instruction.Keyword == "RUN" && it.Instruction.Texts.Any(run => run.Contains("sln", StringComparison.Ordinal))))
                continue;

            var folder = StageFiles.Join(use.Step.Command.Folder!, use.Written) is var full && full.LastIndexOf('/') is > 0 and var at ? full[..at] : "/";
            var missing = Projects(text).Where(project => use.Step.Run.Files.Look(project, folder).IsAbsent).ToList();
            if (missing.Count > 0)
                yield return About(
                    subject, "VC233", Certainty.Likely, use.Step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(use.Step.Command.ToString(), 80)}' reads '{use.Solution}', and its project{(missing.Count > 1 ? "s" : "")} {TreeFolders.Enumerate(missing, MostShown)} "
                        + $"{(missing.Count > 1 ? "are" : "is")} not copied by then: MSB3202, the project file was not found",
                    $"COPY {missing[0]} {TreeFolders.ParentOf(missing[0])}/ before it{(missing.Count > 1 ? ", and the others" : "")}; or dotnet {use.Step.Words[1]} of the one project that is built");
        }
    }

    private static IEnumerable<(StageStep Step, string Solution, string Written)> Uses(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (step is not { Program: "dotnet", IsNeeded: true, Memory.IsOpaque: false, Command.Folder: not null } || step.Words is not [_, { } verb, ..] || !Verbs.Contains(verb))
                continue;

            string[] rest = [.. step.Words.Skip(2)];
            if (rest.FirstOrDefault(word => word.EndsWith("proj", StringComparison.Ordinal)) is not null)
                continue;

            var named = rest.FirstOrDefault(word => word.EndsWith(".sln", StringComparison.Ordinal) || word.EndsWith(".slnx", StringComparison.Ordinal));
            // Without a name it is the one that lies in the folder, where there is no project beside it.
            if ((named ?? Beside(subject, step, rest)) is { } written && step.Run.Files.Look(written, step.Command.Folder).File is { } found)
                yield return (step, found, written);
        }
    }

    private static string? Beside(ServiceSubject subject, StageStep step, string[] rest)
    {
        // A folder or another file is named: what stands behind neither an option nor its value.
        if (rest.Where((word, at) => !word.StartsWith('-') && (at == 0 || !rest[at - 1].StartsWith('-') || rest[at - 1].StartsWith("--no-", StringComparison.Ordinal))).Any())
            return null;

        var names = subject.Tree!.Below(subject.Context!.Reference.Path).Select(entry => TreeFolders.NameOf(entry.Path))
            .Where(name => name.EndsWith(".sln", StringComparison.Ordinal) || name.EndsWith(".slnx", StringComparison.Ordinal) || name.EndsWith("proj", StringComparison.Ordinal))
            .Distinct().Where(name => step.Run.Files.Look(name, step.Command.Folder).File is not null).Take(2).ToList();
        return names is [var only] && !only.EndsWith("proj", StringComparison.Ordinal) ? only : null;
    }

    private static IEnumerable<string> Projects(string text) =>
        OfSolution().Matches(text).Concat(OfXml().Matches(text)).Select(match => match.Groups["path"].Value.Replace('\\', '/')).Where(path => !path.StartsWith("..", StringComparison.Ordinal)).Distinct();

    // Project("{…}") = "Shop", "src\Shop\Shop.csproj", "{…}"
    [GeneratedRegex("""^Project\("[^"]*"\)\s*=\s*"[^"]*",\s*"(?<path>[^"]+\.(?:cs|fs|vb)proj)"\s*,""", RegexOptions.Multiline)]
    private static partial Regex OfSolution();

    [GeneratedRegex("""<Project\s+[^>]*Path="(?<path>[^"]+\.(?:cs|fs|vb)proj)"[^>]*>""")]
    private static partial Regex OfXml();
}
