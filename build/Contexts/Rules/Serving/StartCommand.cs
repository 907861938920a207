using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>What a container starts: the compose file's <c>entrypoint</c> and <c>command</c> over ENTRYPOINT and CMD of the Dockerfile.</summary>
/// <param name="Words">Program and arguments; a null word is not known.</param>
/// <param name="IsSure">False when something that is not known may run in front of it, such as the entrypoint of a base image.</param>
/// <param name="Evidence">Where it stands.</param>
internal sealed record StartCommand(IReadOnlyList<string?> Words, bool IsSure, string Evidence)
{
    private static readonly string[] DefaultShell = ["/bin/sh", "-c"];

    /// <summary>What the container of <paramref name="subject"/> starts; null when that is not known.</summary>
    public static StartCommand? Of(ServiceSubject subject)
    {
        var stage = subject.Image;
        var service = subject.Service;
        // An image that is neither built here nor told what to run.
        if (stage is null && service.Build is not null)
            return null;

        var image = BaseImage.Of(stage is null ? service.Image : stage.BaseImage);
        var shell = stage?.Shell ?? DefaultShell;
        var (entrypoint, isSure, place) = Entrypoint(subject, stage, image, shell);
        if (entrypoint is null)
            return null;

        // A shell-form ENTRYPOINT takes no command; a new one, here or there, drops the command of what is below.
        if (service.Entrypoint is null && stage?.Entrypoint is { IsShell: true })
            return new StartCommand(entrypoint, isSure, place);

        if (service.Command is { } command)
            return Joined(entrypoint, [.. command.Select(Known)], isSure, $"services/{service.Name}/command: {string.Join(' ', command)}");
        if (service.Entrypoint is not null)
            return Joined(entrypoint, [], isSure, place);
        if (stage?.Command is { } cmd)
            return Joined(entrypoint, cmd.IsShell ? [.. shell, .. cmd.Words] : cmd.Words, isSure,
                cmd.Line > 0 ? Findings.OfDockerfile(subject, cmd.Line, $"CMD {string.Join(' ', cmd.Words)}") : place);
        if (stage?.Entrypoint is not null)
            return Joined(entrypoint, [], isSure, place);

        return image?.Command is { } own ? Joined(entrypoint, own, isSure, $"CMD of the image {image.Repository}:{image.Tag}") : null;
    }

    private static (IReadOnlyList<string?>? Words, bool IsSure, string Place) Entrypoint(
        ServiceSubject subject, Stage? stage, BaseImage? image, IReadOnlyList<string> shell)
    {
        if (subject.Service.Entrypoint is { } own)
            return ([.. own.Select(Known)], true, $"services/{subject.Service.Name}/entrypoint: {string.Join(' ', own)}");
        if (stage?.Entrypoint is { } entrypoint)
        {
            return (entrypoint.IsShell ? [.. shell, .. entrypoint.Words] : [.. entrypoint.Words], true,
                entrypoint.Line > 0 ? Findings.OfDockerfile(subject, entrypoint.Line, $"ENTRYPOINT {string.Join(' ', entrypoint.Words)}") : "");
        }

        return ([], image is not null && image.Entrypoint != EntrypointKind.Unknown, "");
    }

    private static StartCommand? Joined(IReadOnlyList<string?> entrypoint, IReadOnlyList<string?> command, bool isSure, string evidence) =>
        entrypoint.Count + command.Count == 0 ? null : new StartCommand([.. entrypoint, .. command], isSure, evidence);

    // What is left of a variable of the compose file that has no value yet, or was written with two dollar signs for a shell.
    private static string? Known(string word) => word.Contains("${", StringComparison.Ordinal) ? null : word;
}
