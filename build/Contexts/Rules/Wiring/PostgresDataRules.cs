using PhasedRollout.Compose;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC509: from 18 on the image of PostgreSQL keeps its data in <c>/var/lib/postgresql/18/docker</c>, and its entrypoint ends when something is mounted on the old
/// place (<c>docker_error_old_databases</c>, https://github.com/docker-library/postgres/pull/1259), be it empty or not.</summary>
internal sealed class PostgresDataRules : ServiceRule
{
    // BusyBox did not see the mount before https://github.com/docker-library/postgres/pull/1409 (April 2026, between 18.3 and 18.4).
    private const int FirstSeenOnAlpine = 4;
    private const int LastUnseenOnAlpine = 2;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var service = subject.Service;
        var name = service.Build is null ? service.Image : Inherited(subject.Image);
        if (AboveTheData(service, name) is { } above)
            yield return Findings.About(
                subject, "volumes", "VC509", Certainty.Hint,
                $"'{service.Name}' mounts {above} on {PostgresImage.Parent}, and {name} keeps its data in {PostgresImage.OldFolder}, a volume without a name: docker compose down -v, "
                    + "and a container made anew elsewhere, start without them",
                $"{above}:{PostgresImage.OldFolder}");

        if (PostgresImage.Of(name) is not { } image || (image.Major < PostgresImage.FirstWithOwnFolder && !image.IsNewest) || !DatabaseStart.IsPrepared(service))
            yield break;

        if (service.Environment.ContainsKey("PGDATA") || service.Mounts.FirstOrDefault(mount => mount.Target.TrimEnd('/') == PostgresImage.OldFolder) is not { } mount)
            yield break;

        var folder = image.Folder ?? $"{PostgresImage.Parent}/<major version>/docker";
        var isUnseen = image is { IsAlpine: true, Major: PostgresImage.FirstWithOwnFolder, Minor: <= LastUnseenOnAlpine };
        var written = Written(subject);
        yield return Findings.About(
            subject, "volumes", "VC509", IsProven(service, image, folder) && !BroughtFiles.MayHide(subject.Rollout, service) ? Certainty.Certain : Certainty.Likely,
            $"'{service.Name}' mounts {mount.Source ?? $"a {mount.Type}"} on {PostgresImage.OldFolder}, and {name}{(image.IsNewest ? " (PostgreSQL 18 or later)" : "")} keeps its data in {folder}: "
                + (isUnseen ? "they are lost with the container" : "it ends at once when something is mounted there"),
            $"{(written.Text is { } text ? text.Replace(PostgresImage.OldFolder, PostgresImage.Parent, StringComparison.Ordinal) : $"target: {PostgresImage.Parent}")} for a new database; "
                + "image: postgres:17, or the version that wrote them, where there are data already (pg_upgrade or a dump takes them to 18)").At(written.Location);
    }

    // Versions before 18 declare the folder below as a volume of its own.
    private static string? AboveTheData(Service service, string? name) =>
        PostgresImage.Of(name) is { Major: > 0 and < PostgresImage.FirstWithOwnFolder, IsOfficial: true } && !service.Environment.ContainsKey("PGDATA") && !service.HasUnreadEnvFile
        && DatabaseStart.IsPrepared(service) && !service.Mounts.Any(mount => mount.Target.TrimEnd('/') == PostgresImage.OldFolder)
            ? service.Mounts.FirstOrDefault(mount => mount.Target.TrimEnd('/') == PostgresImage.Parent)?.Source
            : null;

    // What else is mounted around the folder may hold a database of this version, and that is started; what others built may have another script.
    private static bool IsProven(Service service, PostgresImage image, string folder) =>
        service.Build is null && image is { IsOfficial: true, IsNewest: false, HasDigest: false } && !service.HasUnreadEnvFile
        && (!image.IsAlpine || image.Major > PostgresImage.FirstWithOwnFolder || image.Minor >= FirstSeenOnAlpine)
        && !service.Mounts.Any(mount => DatabaseStart.AreRelated(mount.Target, folder));

    // The image that a Dockerfile builds on, when nothing in it decides what is started and where the data are.
    private static string? Inherited(Stage? stage) =>
        stage is { IsReplaced: false, Entrypoint: null, Command: null or { IsShell: false, Words: ["postgres", ..] } } && !stage.Environment.ContainsKey("PGDATA")
            ? stage.BaseImage
            : null;

    private static (string? Text, SourceLocation? Location) Written(ServiceSubject subject)
    {
        foreach (var item in (ComposeText.Of(subject.Rollout, subject.Service.Name)?["volumes"] as ComposeSequence)?.Items ?? [])
        {
            if (item is ComposeScalar { Value: { } text } && text.Split(':').Any(part => part.TrimEnd('/') == PostgresImage.OldFolder))
                return (text, item.Location);
            if (item is ComposeMapping mapping && (mapping["target"] as ComposeScalar)?.Value?.TrimEnd('/') == PostgresImage.OldFolder)
                return (null, item.Location);
        }

        return (null, null);
    }
}
