using System.Globalization;
using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>VC207: <c>--from</c> names an earlier stage, a named context or an image.</summary>
internal sealed class StageSourceRule : DockerfileRule
{
    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
        {
            if (CertaintyIn(dockerfile, stage) is not { } certainty)
                continue;

            foreach (var it in stage.Instructions)
            {
                if (it.Instruction.Keyword == "COPY" && it.Instruction.Flag("from") is { Length: > 0 } from && Judge(subject, dockerfile, stage, it.Instruction, from, certainty) is { } finding)
                    yield return finding;
                foreach (var mount in it.Mounts)
                    if (mount.From is { } source && Judge(subject, dockerfile, stage, it.Instruction, source, AtMostLikely(certainty)) is { } ofMount)
                        yield return ofMount;
            }
        }
    }

    private static Finding? Judge(
        ServiceSubject subject, EvaluatedDockerfile dockerfile, Stage stage, Instruction instruction, string from, Certainty certainty)
    {
        if (from.Contains('$', StringComparison.Ordinal) || dockerfile.Inputs.NamedContexts.Contains(from, StringComparer.OrdinalIgnoreCase))
            return null;

        var names = dockerfile.Stages.Where(other => other.Index < stage.Index).Select(other => other.Name).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        var remedy = names.Count == 0 ? "the name of an earlier stage" : $"--from={NearestName.Of(from, names) ?? names[^1]}";
        var found = dockerfile.Find(from);
        if (int.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _))
            return found is null || found.Index >= stage.Index
                ? About(subject, "VC207", certainty, instruction, $"--from={from} is the number of no earlier stage", remedy)
                : null;

        // The classic builder looks for an image of that name; it may even be there.
        if (found is not null)
            return found.Index >= stage.Index && !names.Contains(from, StringComparer.OrdinalIgnoreCase)
                ? About(subject, "VC207", AtMostLikely(certainty), instruction, $"--from={from} names {(found.Index == stage.Index ? "the stage it stands in" : "a later stage")}", remedy)
                : null;

        if (IsNoImageName(from))
            return About(subject, "VC207", certainty, instruction, $"--from={from} names no stage of the file, and is no name of an image", remedy);

        return !from.Contains('/', StringComparison.Ordinal) && !from.Contains(':', StringComparison.Ordinal) && NearestName.Of(from, names) is { } near
            ? About(subject, "VC207", Certainty.Likely, instruction, $"--from={from} names no stage of the file, so that a builder looks for an image of that name", $"--from={near}")
            : null;
    }

    // Capitals before the tag, or characters that no name has (distribution/reference, regexp.go).
    private static bool IsNoImageName(string from)
    {
        var path = from.Split('@')[0];
        var name = path.LastIndexOf(':') is var colon && colon > path.LastIndexOf('/') ? path[..colon] : path;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        // A registry's host may have capitals and a port.
        var repository = slash > 0 && (name[..slash].Contains('.', StringComparison.Ordinal) || name[..slash].Contains(':', StringComparison.Ordinal) || name[..slash] == "localhost"
            || name[..slash].Any(char.IsAsciiLetterUpper)) ? name[(slash + 1)..] : name;
        return repository.Length == 0 || repository.Any(character => !(char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character) || character is '.' or '_' or '-' or '/'));
    }
}
