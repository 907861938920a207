using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Was the data in a database's volume written by a server that this one can follow?</summary>
internal sealed partial class DatabaseVolumeCheck(ITargetObserver target)
{
    private const string MySqlData = "/var/lib/mysql";

    private static readonly string[] MySqlMarkers = ["mysql_upgrade_history", "mariadb_upgrade_info", "mysql_upgrade_info"];

    public async Task<IReadOnlyList<Finding>> CheckAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var service in rollout.Services.Where(service => service is { Build: null, Image: not null }))
        {
            var kind = KnownImage.Find(service.Image)?.Kind;
            if (kind is not ("postgresql" or "mysql") || KnownImage.TagOf(service.Image!) is not { } tag)
                continue;

            foreach (var mount in service.Mounts)
            {
                var found = mount.Target.TrimEnd('/') switch
                {
                    PostgresImage.OldFolder when kind == "postgresql" => await PostgresAsync(rollout, service, tag, mount, cancellationToken),
                    MySqlData when kind == "mysql" => await MySqlAsync(rollout, service, tag, mount, cancellationToken),
                    _ => null,
                };
                if (found is not null)
                    findings.Add(found);
            }
        }

        return findings;
    }

    private async Task<Finding?> PostgresAsync(Rollout rollout, Service service, string tag, MountDefinition mount, CancellationToken cancellationToken)
    {
        if (PostgresImage.Of(service.Image) is not { Version: { } wanted } image || Source(rollout, mount) is not { } source
            || (await target.ReadVolumeFileAsync(source, "PG_VERSION", cancellationToken))?.Trim() is not { } written
            || !PostgresVersion().IsMatch(written) || written == wanted)
            return null;

        var isCertain = image is { IsOfficial: true, Major: < PostgresImage.FirstWithOwnFolder } && !service.Environment.ContainsKey("PGDATA")
            && service.Entrypoint is null && RunsPostgresOnItsFolder(service.Command);
        return About(service, isCertain ? Certainty.Certain : Certainty.Likely,
            $"the data of '{service.Name}' in {Called(rollout, mount)} was written by PostgreSQL {written}, and {service.Image} is PostgreSQL {wanted}: it refuses to start with it",
            $"image: {service.Image!.Replace($":{tag}", $":{tag.Replace(wanted, written, StringComparison.Ordinal)}", StringComparison.Ordinal)}; "
            + "to move on, dump the data with that version (pg_dumpall) and load it into a new volume",
            $"PG_VERSION: {written}");
    }

    private static bool RunsPostgresOnItsFolder(IReadOnlyList<string>? command) =>
        command is null or []
        || ((command[0] == "postgres" || command[0].StartsWith('-'))
            && !command.Any(word => word.StartsWith("-D", StringComparison.Ordinal) || word.Contains("data_directory", StringComparison.Ordinal)
                || word.Contains("config_file", StringComparison.Ordinal)));

    private async Task<Finding?> MySqlAsync(Rollout rollout, Service service, string tag, MountDefinition mount, CancellationToken cancellationToken)
    {
        if (LeadingVersion().Match(tag) is not { Success: true } version || Source(rollout, mount) is not { } source)
            return null;

        foreach (var marker in MySqlMarkers)
        {
            if (await target.ReadVolumeFileAsync(source, marker, cancellationToken) is not { } text || AnyVersion().Matches(text).LastOrDefault() is not { } written)
                continue;

            var isMariaData = text.Contains("MariaDB", StringComparison.Ordinal) || marker.StartsWith("mariadb", StringComparison.Ordinal);
            var isMariaImage = KnownImage.RepositoryOf(service.Image!) == "mariadb";
            var data = Version.Parse(written.Value);
            var wanted = Version.Parse(version.Value);
            if (isMariaData == isMariaImage && (data.Major, data.Minor).CompareTo((wanted.Major, wanted.Minor)) <= 0)
                return null;

            var server = isMariaData ? "MariaDB" : "MySQL";
            return About(service, Certainty.Likely,
                $"the data of '{service.Name}' in {Called(rollout, mount)} was last used by {server} {written.Value}, and {service.Image} cannot follow it",
                $"image: {(isMariaData ? "mariadb" : "mysql")}:{data.Major}.{data.Minor}; to go elsewhere, dump the data with that version and load it into a new volume",
                $"{marker}: {written.Value}");
        }

        return null;
    }

    private static string? Source(Rollout rollout, MountDefinition mount) => mount switch
    {
        { Type: "volume", Source: { } key } => rollout.Volumes.GetValueOrDefault(key)?.Name,
        { Type: "bind", Source: { } path } when path.StartsWith('/') => path.TrimEnd('/'),
        _ => null,
    };

    private static string Called(Rollout rollout, MountDefinition mount) => mount.Type == "volume" ? $"the volume '{Source(rollout, mount)}'" : $"'{mount.Source}'";

    private static Finding About(Service service, Certainty certainty, string message, string suggestion, string evidence) => TextChecks.Located(
        new Finding(PreflightRules.DatabaseVersion, FailureClass.DatabaseUnreachable, certainty, message, $"services/{service.Name}/image", suggestion)
        {
            Service = service.Name,
            Evidence = [evidence],
        },
        service.Locations.GetValueOrDefault("image") ?? service.Location);

    [GeneratedRegex(@"\A[1-9][0-9]?(\.[0-9])?\z")]
    private static partial Regex PostgresVersion();

    [GeneratedRegex(@"\A[0-9]{1,3}\.[0-9]{1,3}")]
    private static partial Regex LeadingVersion();

    [GeneratedRegex(@"[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}")]
    private static partial Regex AnyVersion();
}
