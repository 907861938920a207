using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>VC236: the Java that starts a program knows the version that its classes were compiled for in another stage.</summary>
internal sealed class JavaRuntimeRule : DockerfileRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        Builds(subject, dockerfile).Select(build => build.File).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var (copy, file, had) in Builds(subject, dockerfile))
        {
            if (subject.Text(file) is not { } text || JavaVersions.Need(file, text) is not var (needed, line, written) || needed <= had)
                continue;

            yield return About(
                subject, "VC236", Certainty.Likely, copy,
                $"'{file}' makes classes for Java {needed}, and {dockerfile.Target!.BaseImage} starts them with Java {had}: UnsupportedClassVersionError",
                $"FROM eclipse-temurin:{needed}-jre in the last stage") with
            {
                Evidence =
                [
                    Shown.Safe(FormattableString.Invariant($"{file}:{line}: {written}")),
                    Findings.OfDockerfile(subject, Chain(dockerfile.Target)[0].From.Line, $"FROM {Chain(dockerfile.Target)[0].From.Text}"),
                ],
            };
            yield break;
        }
    }

    // The archives that the last stage takes from a stage that compiles them.
    private static IEnumerable<(Instruction Copy, string File, int Had)> Builds(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (subject is not { Tree: { } tree, Context: { } context } || dockerfile.Target is not { IsReplaced: false } target
            || BaseImage.Of(target.BaseImage) is not { } image || JavaVersions.In(image) is not { } had
            || Chain(target).SelectMany(part => part.Instructions).Any(it => it.Instruction.Keyword is "RUN" or "ENV" && it.Instruction.Texts.Any(text => JavaToolchain.Others.Any(text.Contains))))
            yield break;

        foreach (var it in Chain(target).SelectMany(part => part.Instructions).Where(it => it.Instruction.Keyword == "COPY"))
        {
            if (it.Instruction.Flag("from") is not { } from || !it.Instruction.Text.Contains(".jar", StringComparison.Ordinal)
                || dockerfile.Find(from) is not { IsReplaced: false } source || source.Index >= target.Index)
                continue;

            foreach (var command in StageCommands.Read(source, tree, context.Reference.Path))
                if (JavaVersions.File(command) is { } file && !command.Words.Any(word => word.StartsWith("-D", StringComparison.Ordinal) && JavaToolchain.Others.Any(word.Contains)))
                    yield return (it.Instruction, file, had);
        }
    }
}
