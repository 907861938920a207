using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>Which variables a program looks at. An <c>env_file</c> is often shared by the whole stack: a database does not look for itself at REDIS_URL.</summary>
internal static class ReadVariables
{
    private static readonly string[] Servers =
    [
        "postgres", "mysqld", "mariadbd", "redis-server", "redis-stack-server", "valkey-server", "mongod", "rabbitmq-server", "memcached",
    ];

    // Tools that look at databases, with the beginning of the variables that they read.
    private static readonly Dictionary<string, string> Tools = new(StringComparer.Ordinal)
    {
        ["dpage/pgadmin4"] = "PGADMIN_",
        ["phpmyadmin"] = "PMA_",
        ["phpmyadmin/phpmyadmin"] = "PMA_",
        ["adminer"] = "ADMINER_",
        ["redis/redisinsight"] = "RI_",
    };

    /// <summary>True unless it is known that <paramref name="service"/> does not look at <paramref name="variable"/>.</summary>
    public static bool Reads(Service service, string variable)
    {
        if (service is not { Build: null, Image: { } image, Entrypoint: null })
            return true;

        if (Tools.TryGetValue(KnownImage.RepositoryOf(image), out var prefix))
            return variable.StartsWith(prefix, StringComparison.Ordinal);

        // Started as a client, as for a backup, a database's image may read anything.
        return KnownImage.Find(image) is not { IsDatabase: true }
            || (service.Command is { Count: > 0 } command && !command[0].StartsWith('-') && !Servers.Contains(command[0]));
    }
}
