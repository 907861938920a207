using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC228: a program that a RUN calls is in the image. What another package brings with it is known in part only, so that it is never certain.</summary>
internal sealed partial class MissingProgramRule : DockerfileRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StageSteps.Of(subject, dockerfile).SelectMany(Manifests).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<(int Stage, string Program)>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (step.Memory.IsOpaque || !step.IsNeeded)
                continue;
            if (IsMissing(step, step.Program) && told.Add((step.Run.Stage.Index, step.Program)))
                yield return About(
                    subject, "VC228", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' needs '{step.Program}', which {step.Run.Stage.BaseImage} has not, and nothing before installs it",
                    ProgramSources.Remedy(step.Program, ImageSystems.Of(step.Image)));

            if (IsMissing(step, "git") && Fetched(subject, step) is var (file, line) && told.Add((step.Run.Stage.Index, "git")))
                yield return About(
                    subject, "VC228", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' fetches '{Shown.Safe(line, 80)}' of '{file}' with git, which {step.Run.Stage.BaseImage} has not, and nothing before installs it",
                    ProgramSources.Remedy("git", ImageSystems.Of(step.Image)));
        }
    }

    /// <summary>True when the image has no <paramref name="program"/> and nothing that was said brings it.</summary>
    public static bool IsMissing(StageStep step, string program) =>
        ImagePrograms.Knows(program) && ImagePrograms.Has(step.Image, program) == false && !ProgramSources.Speaks(step.Memory.Text, program);

    private static IEnumerable<string> Manifests(StageStep step) => step switch
    {
        { Program: "pip" or "pip3", Words: [_, "install", ..] } => Requirements(step.Words).Select(path => step.Run.Files.Look(path, step.Command.Folder).File).OfType<string>(),
        { Program: "npm", Words: [_, "install" or "ci" or "i", ..] } or { Program: "yarn", Words: [_] or [_, "install" or "--frozen-lockfile", ..] } =>
            new[] { step.Run.Files.Look("package.json", step.Command.Folder).File }.OfType<string>(),
        _ => [],
    };

    // Only what is fetched from a repository by git: npm takes those of GitHub as archives only where a lock file says so.
    private static (string File, string Line)? Fetched(ServiceSubject subject, StageStep step)
    {
        if (step.Program is "pip" or "pip3" && step.Words.FirstOrDefault(word => word.StartsWith("git+", StringComparison.Ordinal)) is { } direct)
            return ("the command", direct);

        foreach (var file in Manifests(step))
        {
            if (!subject.Files.TryGetValue(file, out var bytes))
                continue;

            var match = (file.EndsWith(".json", StringComparison.Ordinal) ? OfPackage() : OfRequirements()).Match(Encoding.UTF8.GetString(bytes));
            if (match.Success)
                return (file, match.Groups["what"].Value);
        }

        return null;
    }

    private static IEnumerable<string> Requirements(IReadOnlyList<string> words) =>
        words.Zip(words.Skip(1)).Where(pair => pair.First is "-r" or "--requirement").Select(pair => pair.Second);

    [GeneratedRegex(@"^(?:-e\s+)?(?<what>(?:[\w.\[\]-]+\s*@\s*)?git\+[^\s;#]+)", RegexOptions.Multiline)]
    private static partial Regex OfRequirements();

    [GeneratedRegex("\"[\\w@/.-]+\"\\s*:\\s*\"(?<what>git(?:\\+(?:https|ssh|http))?://[^\"]+)\"")]
    private static partial Regex OfPackage();
}
