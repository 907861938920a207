using PhasedRollout.Contexts.Shells;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>VC401: the program that the health check calls is in the image, and so is the shell that reads its text.</summary>
internal sealed class ProbeProgramRules : ServiceRule
{
    private static readonly string[] ProgramFolders =
        ["/bin", "/sbin", "/usr", "/usr/bin", "/usr/sbin", "/usr/local", "/usr/local/bin", "/usr/local/sbin"];

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var context = new ServingContext(subject);
        if (Probe.Of(subject, context) is not { AlwaysSucceeds: false } probe)
            yield break;

        var needed = Needed(subject, probe);
        var missing = needed.Select(program => (program, presence: Look(subject, context, program))).FirstOrDefault(it => it.presence != Presence.Unknown);
        if (missing.program is null)
            yield break;

        var image = context.Image is { } known ? $"{known.Repository}{(known.Tag.Length > 0 ? ":" : "")}{known.Tag}" : "";
        yield return Findings.About(
            subject, probe.Key, "VC401", missing.presence == Presence.Absent && (IsShell(subject, probe, missing.program) || probe.IsDecidedByFirst) ? Certainty.Certain : Certainty.Likely,
            $"the health check of '{subject.Service.Name}' needs '{missing.program}', and the image, built on {image}, has none",
            Remedy(context, probe, missing.program)) with
        {
            Evidence = [Shown.Safe(probe.Evidence), .. subject.Image is { } stage ? [Findings.OfDockerfile(subject, stage.From.Line, $"FROM {stage.From.Text}")] : Array.Empty<string>()],
        };
    }

    // A text is read by a shell; where another command may succeed instead, only the shell is needed for sure.
    private static IEnumerable<string> Needed(ServiceSubject subject, Probe probe)
    {
        if (probe.NeedsShell)
            yield return subject.Image?.Shell is [var own, ..] ? NameOf(own) : "sh";
        if (!probe.HasAlternative && probe.Commands is [{ Words: [{ } program, ..] }, ..])
            yield return program;
        // A pipe ends as its last command does.
        if (!probe.HasAlternative && probe.Commands.Skip(1).TakeWhile(command => command.Link == ShellLink.Pipe).LastOrDefault()?.Words is [{ } last, ..])
            yield return last;
    }

    private static bool IsShell(ServiceSubject subject, Probe probe, string program) =>
        probe.NeedsShell && program == (subject.Image?.Shell is [var own, ..] ? NameOf(own) : "sh");

    private static Presence Look(ServiceSubject subject, ServingContext context, string written)
    {
        // What lies in a folder of its own is no program of a system.
        if (written.LastIndexOf('/') is > 0 and var slash && !ProgramFolders.Contains(written[..slash]))
            return Presence.Unknown;

        var program = NameOf(written);
        var path = $"{ProgramFinder.PathOf(subject.Image)}:{subject.Service.Environment.GetValueOrDefault("PATH")}".Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (BroughtFiles.MayHide(subject.Rollout, subject.Service)
            || subject.Service.Mounts.Any(mount => path.Any(folder => $"{folder}/".StartsWith(mount.Target.TrimEnd('/') + "/", StringComparison.Ordinal))))
            return Presence.Unknown;
        // Somebody may have mounted it.
        if (subject.Service.Mounts.Any(mount => NameOf(mount.Target) == program || ProgramFolders.Contains(mount.Target.TrimEnd('/'))))
            return Presence.Unknown;

        // Which clients a version brings is known of the tag that is there today.
        if (subject.Image is { } stage)
            return ProgramFinder.Look(stage, program) is var presence && presence == Presence.Absent && DatabaseClients.Knows(program) ? Presence.Unlikely : presence;

        // What a tag stands for may change, and others may have put more into it.
        return subject.Service.Build is null && ProgramFinder.IsIn(context.Image, program) == false ? Presence.Unlikely : Presence.Unknown;
    }

    private static string Remedy(ServingContext context, Probe probe, string program)
    {
        var url = probe.Targets() is [var target, ..] ? target.Text.TrimEnd('"', '\'', ')', ' ') : "http://localhost:<port>/";
        var (repository, tag) = (context.Image?.Repository ?? "", context.Image?.Tag ?? "");
        if (DatabaseClients.Knows(program))
            return KnownImage.Find(repository) is { } database ? $"test: {database.Healthcheck}" : "a test with a program that the image has";
        if (program is "sh" or "bash" || repository == "scratch" || repository.StartsWith("gcr.io/distroless/", StringComparison.Ordinal) || tag.Contains("chiseled", StringComparison.Ordinal))
            return "a check that the program itself brings, such as [CMD, /app, healthcheck]; or x-health, which is asked from outside: x-health: { url: \"http://localhost:<host port>/\" }";

        return repository switch
        {
            "python" => $"test: [CMD, python, -c, \"import urllib.request as r; r.urlopen('{url}')\"]; or RUN apt-get update && apt-get install -y --no-install-recommends {program}",
            "node" => $"test: [CMD, node, -e, \"fetch('{url}').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))\"]; or install {program} in the Dockerfile",
            _ when program == "curl" && (repository == "alpine" || tag.Contains("alpine", StringComparison.Ordinal)) =>
                $"test: [CMD, wget, -qO, /dev/null, \"{url}\"]; or RUN apk add --no-cache curl",
            _ => $"RUN apt-get update && apt-get install -y --no-install-recommends {program} && rm -rf /var/lib/apt/lists/*",
        };
    }

    private static string NameOf(string program) => program[(program.LastIndexOf('/') + 1)..];
}
