using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>A rule about a Dockerfile that a builder takes: where it does not, VC200 has said all there is to say.</summary>
public abstract class DockerfileRule : ServiceRule
{
    /// <inheritdoc/>
    public sealed override IEnumerable<Finding> Check(ServiceSubject subject) => Find(subject) is { } dockerfile ? Check(subject, dockerfile) : [];

    /// <inheritdoc/>
    public sealed override IEnumerable<string> Files(ServiceSubject subject) => Find(subject) is { } dockerfile ? Files(subject, dockerfile) : [];

    /// <summary>What the rule finds.</summary>
    protected abstract IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile);

    /// <summary>The files that the rule wants to read.</summary>
    protected virtual IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) => [];

    /// <summary>How certain it is that a build fails where <paramref name="stage"/> does; null when no builder builds the stage. BuildKit builds
    /// what the target needs, the classic builder everything up to it.</summary>
    protected static Certainty? CertaintyIn(EvaluatedDockerfile dockerfile, Stage stage) =>
        dockerfile.IsNeeded(stage) ? dockerfile.Source.HasForeignSyntax ? Certainty.Likely : Certainty.Certain
        : dockerfile.IsBuiltByClassicBuilder(stage) ? Certainty.Likely
        : null;

    /// <summary><paramref name="certainty"/>, but <see cref="Certainty.Likely"/> at the most.</summary>
    protected static Certainty AtMostLikely(Certainty certainty) => certainty == Certainty.Certain ? Certainty.Likely : certainty;

    /// <summary>A finding about the Dockerfile, with one of its lines as evidence.</summary>
    protected static Finding About(
        ServiceSubject subject, string rule, Certainty certainty, Instruction? instruction, string message, string suggestion, string key = "build/dockerfile")
    {
        var finding = Findings.About(subject, key, rule, certainty, message, suggestion);
        return instruction is null
            ? finding
            : finding with { Evidence = [Findings.OfDockerfile(subject, instruction.Line, $"{instruction.Keyword} {Flags(instruction)}{instruction.Text}")] };
    }

    /// <summary>The stages below <paramref name="stage"/> and itself, the lowest first, as long as they are in the file.</summary>
    protected static IReadOnlyList<Stage> Chain(Stage stage)
    {
        var chain = new List<Stage>();
        for (var current = stage; current is not null; current = current.Parent)
            chain.Add(current);

        chain.Reverse();
        return chain;
    }

    private static string Flags(Instruction instruction) =>
        string.Concat(instruction.Flags.Select(flag => flag.Value is null ? $"--{flag.Name} " : $"--{flag.Name}={flag.Value} "));

    private static EvaluatedDockerfile? Find(ServiceSubject subject) =>
        subject.Dockerfile is { } dockerfile && dockerfile.Source.Problems.All(problem => problem.Kind != ProblemKind.Refused) ? dockerfile : null;
}
