using System.Text.RegularExpressions;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC209: an ARG that FROM or RUN needs has a value.</summary>
internal sealed partial class NeededArgumentRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
        {
            if (CertaintyIn(dockerfile, stage) is not { } certainty)
                continue;

            if (stage.UnsetInFrom.Count > 0 && IsNoImage(stage.BaseName))
                yield return OfFrom(subject, dockerfile, stage, certainty);

            foreach (var argument in stage.Arguments.Where(argument => argument.IsUnset))
                if (stage.Instructions.FirstOrDefault(it => it.Instruction.Keyword == "RUN" && it.Instruction.Line > argument.Line && Demands(it.Instruction, argument.Name)) is { } run)
                    yield return About(
                        subject, "VC209", Certainty.Likely, run.Instruction,
                        $"the shell ends the build when '{argument.Name}' is empty, and neither its ARG nor the compose file gives a value",
                        $"args: {{ {argument.Name}: <value> }}", "build/args");
        }
    }

    private static Finding OfFrom(ServiceSubject subject, EvaluatedDockerfile dockerfile, Stage stage, Certainty certainty)
    {
        var names = stage.UnsetInFrom.Order(StringComparer.Ordinal).ToList();
        var undeclared = names.Where(name => dockerfile.Arguments.All(argument => argument.Name != name)).ToList();
        return About(
            subject, "VC209", certainty, stage.From,
            $"FROM needs {string.Join(" and ", names.Select(name => $"'{name}'"))}, which has no value, so that the image's name is '{stage.BaseName}'",
            undeclared.Count > 0
                ? $"'ARG {undeclared[0]}=<value>' before the first FROM, which sees no ARG of a stage"
                : $"args: {{ {names[0]}: <value> }} in the compose file, or a default in 'ARG {names[0]}=<value>'",
            "build/args");
    }

    // Nothing, or nothing where a part of the name must stand.
    private static bool IsNoImage(string? name) =>
        name is not null && (name.Length == 0 || name[^1] is ':' or '@' or '/' || name[0] is ':' or '/' or '@' || name.Contains("//", StringComparison.Ordinal) || name.Contains("/:", StringComparison.Ordinal));

    private static bool Demands(Instruction run, string name) =>
        DemandedVariable().Matches(run.Text).Any(match => match.Groups[1].Value == name);

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*):?\?", RegexOptions.CultureInvariant)]
    private static partial Regex DemandedVariable();
}

/// <summary>VC210: the Dockerfile declares the arguments that the compose file passes.</summary>
internal sealed class PassedArgumentRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (dockerfile.Source.HasForeignSyntax)
            yield break;

        // The instructions, not the stages: what a base image declares ONBUILD is not known, and is why this is a hint.
        var declared = dockerfile.Source.Instructions.Select(instruction => instruction.Trigger ?? instruction)
            .Where(instruction => instruction.Keyword == "ARG").SelectMany(instruction => instruction.Pairs.Select(pair => pair.Name)).Distinct(StringComparer.Ordinal).ToList();
        foreach (var name in subject.Service.Build!.Arguments.Keys.Where(name => !declared.Contains(name, StringComparer.Ordinal) && !PredefinedArguments.MayBePassed(name)))
            yield return About(
                subject, "VC210", Certainty.Hint, null,
                $"the compose file passes the argument '{name}', which '{subject.DockerfileName}' does not declare: it changes nothing",
                NearestName.Of(name, declared) is { } near ? $"{near}, which the Dockerfile declares" : $"'ARG {name}' in the stage that needs it, or remove it from args", "build/args");
    }
}
