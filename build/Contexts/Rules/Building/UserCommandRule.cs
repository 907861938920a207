using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC226: users are added by a program that the image has. Debian 13 has no <c>adduser</c> in its images, Alpine Linux no <c>useradd</c>.</summary>
internal sealed class UserCommandRule : DockerfileRule
{
    private static readonly string[] OfAdduser = ["adduser", "addgroup", "deluser", "delgroup"];
    private static readonly string[] OfShadow = ["useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"];
    private static readonly string[] OnAlpine = ["alpine", "python", "node", "ruby", "golang"];

    // Followed Debian to 13 on the day: https://github.com/docker-library/official-images/pull/19661 (12 August 2025).
    private static readonly string[] SlimPythons = ["slim", "3-slim", "3.9-slim", "3.10-slim", "3.11-slim", "3.12-slim", "3.13-slim", "3.14-slim"];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
            if (CertaintyIn(dockerfile, stage) is { } certainty && Lack(BaseImage.Of(stage.BaseImage)) is { } lack
                && Find(stage, lack) is var (it, command, isSure))
                yield return About(
                    subject, "VC226", isSure && lack.IsSure ? certainty : AtMostLikely(certainty), it.Instruction,
                    $"'{command.Program}' is not in {stage.BaseImage} ({lack.System}), and nothing before installs the package '{lack.Package}'",
                    lack.Package == "adduser"
                        ? "RUN groupadd --system app && useradd --system --gid app app; or RUN apt-get update && apt-get install -y --no-install-recommends adduser"
                        : "RUN addgroup -S app && adduser -S -G app app; or RUN apk add --no-cache shadow");
    }

    private static Missing? Lack(BaseImage? image) => image switch
    {
        null => null,
        { Repository: "debian", Tag: "trixie" or "trixie-slim" or "13" or "13-slim" } => Debian(isSure: true),
        { Repository: "debian", Tag: "" or "latest" or "stable" or "stable-slim" } => Debian(isSure: false),
        { Repository: "python" } when image.Tag.Contains("slim-trixie", StringComparison.Ordinal) => Debian(isSure: true),
        { Repository: "python" } when SlimPythons.Contains(image.Tag) => Debian(isSure: false),
        { Repository: "node" or "ruby" } when image.Tag.Contains("slim", StringComparison.Ordinal) && image.Tag.Contains("trixie", StringComparison.Ordinal) => Debian(isSure: false),
        _ when OnAlpine.Contains(image.Repository) && (image.Repository == "alpine" || image.Tag.Contains("alpine", StringComparison.Ordinal)) =>
            new Missing(OfShadow, "shadow", "Alpine Linux", true),
        _ => null,
    };

    private static Missing Debian(bool isSure) => new(OfAdduser, "adduser", "Debian 13", isSure);

    // The first command of the stage that needs it; null when there is none, or something before may have brought it.
    private static (EvaluatedInstruction It, RunCommand Command, bool IsSure)? Find(Stage stage, Missing lack)
    {
        var isSure = true;
        foreach (var part in Chain(stage))
        {
            foreach (var it in part.Instructions)
            {
                if (RunCommand.Of(it) is var commands && commands.FirstOrDefault(command => lack.Programs.Contains(command.Program)) is { } found)
                {
                    // A check for the program, or its package in the same RUN.
                    var before = commands.TakeWhile(command => command != found).ToList();
                    if (part != stage
                        || before.Any(command => command.Words.Contains(lack.Package) || command.Words.Contains(found.Program) || command.Words.Contains(null)))
                        return null;

                    return (it, found, isSure && found.Decides && before.All(command => ProgramFinder.IsHarmless(command.Source)));
                }

                var presence = ProgramFinder.Look(it, lack.Package);
                if (presence == Presence.Unknown)
                    return null;
                isSure &= presence == Presence.Absent;
            }
        }

        return null;
    }

    private sealed record Missing(IReadOnlyList<string> Programs, string Package, string System, bool IsSure);
}
