using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC200: builders can read the Dockerfile.</summary>
internal sealed class DockerfileSyntaxRule : ServiceRule
{
    private const int MostShown = 5;

    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        // VC109 says it better.
        if (subject.Dockerfile is not { } dockerfile || (subject.DockerfileBytes is { } bytes && LargeFileRule.IsPointer(bytes)))
            return [];

        var ofTheFile = dockerfile.Source.Problems.Select(problem => (Problem: problem, Certainty: OfTheFile(dockerfile, problem)));
        var ofStages = dockerfile.Stages.SelectMany(stage => stage.Problems
            // VC209 says it better.
            .Where(problem => problem.Line != stage.From.Line || stage.UnsetInFrom.Count == 0)
            .Select(problem => (Problem: problem, Certainty: OfStage(dockerfile, stage, problem))));
        return
        [
            .. ofTheFile.Concat(ofStages)
                .Where(it => it.Certainty is not null)
                .DistinctBy(it => it.Problem)
                .OrderBy(it => it.Certainty == Certainty.Certain ? 0 : 1).ThenBy(it => it.Problem.Line)
                .Take(MostShown)
                .Select(it => Findings.About(
                    subject, "build/dockerfile", "VC200", it.Certainty!.Value,
                    FormattableString.Invariant($"'{subject.DockerfileName}' line {it.Problem.Line}: {it.Problem.Message}"), it.Problem.Remedy) with
                {
                    Evidence = [Findings.OfDockerfile(subject, it.Problem.Line, LineOf(subject, it.Problem.Line))],
                }),
        ];
    }

    private static Certainty? OfTheFile(EvaluatedDockerfile dockerfile, DockerfileProblem problem) => problem.Kind switch
    {
        ProblemKind.Refused when !dockerfile.Source.HasForeignSyntax => Certainty.Certain,
        ProblemKind.Refused or ProblemKind.RefusedBySome => Certainty.Likely,
        _ => null,
    };

    // Whoever comes to the stage refuses it; the FROM lines of all stages are read before any is built.
    private static Certainty? OfStage(EvaluatedDockerfile dockerfile, Stage stage, DockerfileProblem problem) =>
        problem.Kind != ProblemKind.Refused || stage.IsReplaced ? null
        : dockerfile.IsNeeded(stage) && !dockerfile.Source.HasForeignSyntax ? Certainty.Certain
        : dockerfile.IsNeeded(stage) || dockerfile.IsBuiltByClassicBuilder(stage) || problem.Line == stage.From.Line ? Certainty.Likely
        : null;

    private static string LineOf(ServiceSubject subject, int line)
    {
        var lines = System.Text.Encoding.UTF8.GetString(subject.DockerfileBytes ?? []).Split('\n');
        return line <= lines.Length ? Shown.Safe(lines[line - 1].TrimEnd('\r'), 200) : "";
    }
}
