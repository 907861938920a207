using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>What ends the first start of a database's image: its entrypoint (<c>docker_verify_minimum_env</c> of docker-library/postgres, docker-library/mysql and
/// MariaDB/mariadb-docker) demands variables before it makes a database, and asks for none where there is one.</summary>
/// <param name="Variable">The variable that is missing or wrong.</param>
/// <param name="Message">What is wrong, without what the volume holds.</param>
/// <param name="Suggestion">What would be right.</param>
/// <param name="Folder">Where the image keeps its data.</param>
/// <param name="IsProven">True when the image and its variables are known for sure.</param>
internal sealed record FirstStart(string Variable, string Message, string Suggestion, string Folder, bool IsProven)
{
    // Before, an image of PostgreSQL without a password let everybody in: https://github.com/docker-library/postgres/pull/658 (February 2020).
    private const int FirstPostgresThatAsks = 13;

    private static readonly string[] OfMySql = ["MYSQL_ROOT_PASSWORD", "MYSQL_ROOT_PASSWORD_FILE", "MYSQL_ALLOW_EMPTY_PASSWORD", "MYSQL_RANDOM_ROOT_PASSWORD"];

    private static readonly string[] OfMariaDb =
    [
        .. OfMySql, "MARIADB_ROOT_PASSWORD", "MARIADB_ROOT_PASSWORD_FILE", "MARIADB_ROOT_PASSWORD_HASH", "MARIADB_ROOT_PASSWORD_HASH_FILE",
        "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_RANDOM_ROOT_PASSWORD",
    ];

    /// <summary>The mounts that may bring a database of an earlier start.</summary>
    public IEnumerable<MountDefinition> MountsOfData(Service service) =>
        service.Mounts.Where(mount => mount.Type != "tmpfs" && DatabaseStart.AreRelated(mount.Target, Folder));

    /// <summary>What ends the first start of <paramref name="service"/>; null when nothing is known to.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="service">The service.</param>
    /// <param name="isFinal">True where the values are those that are deployed; else a value that variables decide is not known.</param>
    public static FirstStart? Of(Rollout rollout, Service service, bool isFinal)
    {
        if (service.Build is not null || !DatabaseStart.IsPrepared(service))
            return null;

        var given = new GivenVariables(rollout, service, isFinal);
        return KnownImage.Find(service.Image)?.Kind switch
        {
            "postgresql" when PostgresImage.Of(service.Image) is { } image => Postgres(service, image, given),
            "mysql" => MySql(service, KnownImage.RepositoryOf(service.Image!) == "mariadb", given),
            _ => null,
        };
    }

    private static FirstStart? Postgres(Service service, PostgresImage image, GivenVariables given)
    {
        if (image is { Major: > 0 and < FirstPostgresThatAsks, Minor: not null } || given.Has("POSTGRES_PASSWORD", "POSTGRES_PASSWORD_FILE", "DATABASE_ALREADY_EXISTS")
            || given.IsUnknown("POSTGRES_HOST_AUTH_METHOD") || service.Environment.GetValueOrDefault("POSTGRES_HOST_AUTH_METHOD") == "trust")
            return null;

        var isKnown = image is { IsOfficial: true, HasDigest: false } && (image.Major == 0 || image.Major >= FirstPostgresThatAsks);
        var folder = service.Environment.GetValueOrDefault("PGDATA") is { Length: > 0 } own ? own : image.Folder ?? PostgresImage.Parent;
        return new FirstStart("POSTGRES_PASSWORD", $"'{service.Name}' has no POSTGRES_PASSWORD, and {service.Image} makes no database without one: it ends at once",
            "POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?} under environment; or POSTGRES_PASSWORD_FILE; POSTGRES_HOST_AUTH_METHOD: trust lets everybody in",
            folder, isKnown && !ComposeText.HasVariable(folder) && !service.HasUnreadEnvFile);
    }

    private static FirstStart? MySql(Service service, bool isMariaDb, GivenVariables given)
    {
        // MariaDB takes a backup among its scripts instead; and a configuration may keep the data elsewhere.
        var isProven = !service.Image!.Contains('@', StringComparison.Ordinal) && !service.HasUnreadEnvFile
            && service.Command?.Any(word => word.Contains("datadir", StringComparison.Ordinal) || word.Contains("defaults", StringComparison.Ordinal)) != true
            && !service.Mounts.Any(mount => mount.Target.StartsWith("/etc/my", StringComparison.Ordinal)
                || (isMariaDb && mount.Target.StartsWith("/docker-entrypoint-initdb.d", StringComparison.Ordinal)));
        if (!given.Has(isMariaDb ? OfMariaDb : OfMySql))
        {
            var variable = isMariaDb ? "MARIADB_ROOT_PASSWORD" : "MYSQL_ROOT_PASSWORD";
            return new FirstStart(variable, $"'{service.Name}' has no {variable}, and {service.Image} makes no database without one: it ends at once",
                $"{variable}: ${{{variable}:?}} under environment; or {variable}_FILE; {(isMariaDb ? "MARIADB" : "MYSQL")}_RANDOM_ROOT_PASSWORD: \"yes\" where nobody needs root",
                "/var/lib/mysql", isProven);
        }

        return !isMariaDb && service.Environment.GetValueOrDefault("MYSQL_USER") == "root"
            ? new FirstStart("MYSQL_USER", $"'{service.Name}' has MYSQL_USER: root, and {service.Image} makes no database with it, for it makes root by itself: it ends at once",
                "leave MYSQL_USER out, with MYSQL_ROOT_PASSWORD for root; or the name of another user",
                // The script asks for it since August 2020; a minor version in the tag may be older.
                "/var/lib/mysql", isProven && KnownImage.TagOf(service.Image) is null or "latest" or "lts" or "innovation" or "8" or "8.0" or "8.4" or "9")
            : null;
    }
}

/// <summary>Which variables a container is given.</summary>
internal sealed class GivenVariables(Rollout rollout, Service service, bool isFinal)
{
    /// <summary>True when one of <paramref name="names"/> has a value, or may have one.</summary>
    public bool Has(params IReadOnlyList<string> names) =>
        names.Any(name => IsUnknown(name) || service.Environment.GetValueOrDefault(name) is { Length: > 0 });

    /// <summary>True when somebody else decides the value: a variable that has none yet, or that may be set where it is deployed.</summary>
    public bool IsUnknown(string name) => service.Environment.TryGetValue(name, out var value)
        && (value is null ? !isFinal : ComposeText.HasVariable(value) || (value.Length == 0 && !isFinal && IsVariable(name)));

    private bool IsVariable(string name) =>
        ComposeText.Pairs(ComposeText.Of(rollout, service.Name)?["environment"]).Any(pair => pair.Name == name && pair.Text is { } text && ComposeText.HasVariable(text));
}
