namespace PhasedRollout.Contexts.Rules;

/// <summary>What is generally known of an image.</summary>
/// <param name="Kind">What it runs, such as <c>postgresql</c>.</param>
/// <param name="Port">The port that it listens on unless it is told otherwise.</param>
/// <param name="Healthcheck">A test that its own programs can run, in Compose's flow form.</param>
/// <param name="IsDatabase">True when other services wait for it: a database, cache or queue.</param>
internal sealed record KnownImage(string Kind, int Port, string Healthcheck, bool IsDatabase = true)
{
    private static readonly KnownImage Postgres = new("postgresql", 5432, "[CMD-SHELL, \"pg_isready -U $${POSTGRES_USER:-postgres}\"]");
    private static readonly KnownImage MySql = new("mysql", 3306, "[CMD-SHELL, \"mysqladmin ping -h 127.0.0.1 --silent\"]");
    private static readonly KnownImage MariaDb = new("mysql", 3306, "[CMD, healthcheck.sh, --connect, --innodb_initialized]");
    private static readonly KnownImage Redis = new("redis", 6379, "[CMD, redis-cli, ping]");

    // By repository without registry and "library/". Only images whose programs and ports are documented.
    private static readonly Dictionary<string, KnownImage> ByRepository = new(StringComparer.Ordinal)
    {
        ["postgres"] = Postgres,
        ["postgis/postgis"] = Postgres,
        ["pgvector/pgvector"] = Postgres,
        ["timescale/timescaledb"] = Postgres,
        ["mysql"] = MySql,
        ["mariadb"] = MariaDb,
        ["redis"] = Redis,
        ["redis/redis-stack"] = Redis,
        ["redis/redis-stack-server"] = Redis,
        ["valkey/valkey"] = Redis with { Healthcheck = "[CMD, valkey-cli, ping]" },
        ["mongo"] = new("mongodb", 27017, "[CMD, mongosh, --quiet, --eval, \"db.adminCommand('ping')\"]"),
        ["rabbitmq"] = new("amqp", 5672, "[CMD, rabbitmq-diagnostics, -q, ping]"),
        ["memcached"] = new("memcached", 11211, "[CMD-SHELL, \"echo version | nc -w 1 127.0.0.1 11211\"]"),
        ["elasticsearch"] = new("elasticsearch", 9200, "[CMD-SHELL, \"curl -fs http://localhost:9200/_cluster/health\"]"),
        ["docker.elastic.co/elasticsearch/elasticsearch"] = new("elasticsearch", 9200, "[CMD-SHELL, \"curl -fs http://localhost:9200/_cluster/health\"]"),
        ["clickhouse/clickhouse-server"] = new("clickhouse", 8123, "[CMD, wget, -qO, /dev/null, \"http://127.0.0.1:8123/ping\"]"),
        ["nginx"] = new("nginx", 80, "[CMD-SHELL, \"curl -fs http://localhost/ || wget -qO /dev/null http://localhost/\"]", IsDatabase: false),
        ["caddy"] = new("caddy", 80, "[CMD, wget, -qO, /dev/null, \"http://localhost:2019/config/\"]", IsDatabase: false),
        ["traefik"] = new("traefik", 80, "[CMD, traefik, healthcheck, --ping]", IsDatabase: false),
    };

    /// <summary>What is known of <paramref name="image"/>; null when nothing is.</summary>
    public static KnownImage? Find(string? image) => image is null ? null : ByRepository.GetValueOrDefault(RepositoryOf(image));

    /// <summary>The repository of a reference without tag, digest, Docker Hub's host and <c>library/</c>.</summary>
    public static string RepositoryOf(string image)
    {
        var name = image.Split('@', 2)[0];
        var colon = name.LastIndexOf(':');
        if (colon > name.LastIndexOf('/'))
            name = name[..colon];

        foreach (var prefix in (string[])["docker.io/", "index.docker.io/", "registry-1.docker.io/", "public.ecr.aws/docker/library/", "library/"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                name = name[prefix.Length..];
        }

        return name;
    }

    /// <summary>The tag of a reference; null when it has none.</summary>
    public static string? TagOf(string image)
    {
        var name = image.Split('@', 2)[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? name[(colon + 1)..] : null;
    }
}
