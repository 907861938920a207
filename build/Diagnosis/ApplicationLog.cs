using System.Text.RegularExpressions;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;
using static PhasedRollout.Diagnosis.KnownText;

namespace PhasedRollout.Diagnosis;

/// <summary>What the log of a service that failed gives away. The texts are those of libpq, psycopg, asyncpg, SQLAlchemy, Django, Npgsql, node-postgres,
/// Prisma, pgx, lib/pq, JDBC, redis-py, ioredis, StackExchange.Redis and of the run-times.</summary>
internal static class ApplicationLog
{
    private const string Credentials = "correct user and password in the service's connection string, or on the server";

    // What shows that a refused connection was one to a database and not to anything else.
    private static readonly Regex DatabaseWords = new(
        @"psycopg|asyncpg|postgres|sqlalchemy|django\.db|npgsql|\bpgx?\b|\bpq:|redis|celery|kombu|sequelize|knex|typeorm|prisma|jdbc|hikari|mysql|OperationalError|:5432\b|:6379\b",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly Regex Chained = new(
        @"direct cause of the following|During handling of the above|Caused by:|\[cause\]|--->|End of inner exception",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);

    private static readonly KnownText[] Databases =
    [
        Of(@"password authentication failed for user [""'“]?(?<user>[^""'”\s]+)", (match, line) => Rejected($"PostgreSQL rejected the password of user {Name(match, "user")}", line)),
        Of(@"\b28P01\b", (_, line) => Rejected("PostgreSQL rejected its password", line)),
        Of(@"Authentication failed against database server.*credentials for [`']?(?<user>[^`'\s]+)|P1000\b", (match, line) => Rejected($"PostgreSQL rejected the credentials of user {Name(match, "user")}".TrimEnd(), line)),
        Of(@"no pg_hba\.conf entry for host ""?(?<host>[^"",\s]+)", (match, line) => new Symptom(
            FailureClass.CredentialsRejected, $"PostgreSQL's pg_hba.conf lets nobody in from {Name(match, "host")}", "add a line for the user, the database and the containers' network to pg_hba.conf and reload the server", line)),
        Of(@"role ""(?<user>[^""]+)"" does not exist", (match, line) => Rejected($"PostgreSQL has no user {Name(match, "user")}", line)),
        Of(@"no password supplied|client password must be a string|No password has been provided|empty password returned by client", (_, line) => Rejected("PostgreSQL asks for a password and its connection string has none", line)),
        Of(@"Access denied for user '(?<user>[^']+)'", (match, line) => Rejected($"MySQL rejected the password of user {Name(match, "user")}", line)),
        Of(@"WRONGPASS|invalid username-password pair|ERR invalid password", (_, line) => Rejected("Redis rejected its password", line)),
        Of(@"NOAUTH|Authentication required\.?$", (_, line) => Rejected("Redis asks for a password and its connection string has none", line)),
        Of(@"without any password configured", (_, line) => Rejected("Redis asks for no password and its connection string has one", line)),
        Of(@"database ""(?<database>[^""]+)"" does not exist|Unknown database '(?<database>[^']+)'|Database [`'](?<database>[^`']+)[`'] does not exist", (match, line) => Unreachable(
            $"the database {Name(match, "database")} does not exist on the server it reaches", $"create it (createdb {Name(match, "database")}), or correct the name in the connection string", line)),
        Of(@"DB index is out of range|invalid DB index", (_, line) => Unreachable("Redis has no database of that number", "take a smaller number in the connection string, or raise 'databases' in redis.conf", line)),
        Of(@"could not translate host name ""(?<host>[^""]+)""|failed to resolve host '(?<host>[^']+)'|lookup (?<host>\S+?)( on \S+)?: (no such host|server misbehaving)|getaddrinfo (ENOTFOUND|EAI_AGAIN) (?<host>[^\s,:]+)|UnknownHostException: (?<host>[^\s:]+)|Error -\d+ connecting to (?<host>[^\s:]+):\d+", UnknownHost),
        Of(@"(Name or service not known|Temporary failure in name resolution|No address associated with hostname|nodename nor servname provided)( \((?<host>[^:)]+):\d+\))?", UnknownHost),
        Of(@"connection to server at ""(?<host>[^""]+)""[^,]*, port (?<port>\d+) failed: (?<why>Connection refused|Connection timed out|timeout expired|No route to host|Network is unreachable|server closed)", Refused),
        Of(@"Is the server running on host ""(?<host>[^""]+)""", Refused),
        Of(@"connect (?<why>ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH) (?<host>\[?[0-9a-f.:]*?[0-9a-f]\]?):(?<port>\d+)", Refused),
        Of(@"Error (111|110|113) connecting to (?<host>[^\s:]+):(?<port>\d+)", Refused),
        Of(@"Timeout connecting to server", (match, line) => Mentions(line) ? Refused(match, line) : null),
        Of(@"dial tcp (?<host>\[?[^\s\]]+?\]?):(?<port>\d+): (connect: )?(?<why>connection refused|i/o timeout|no route to host)", Refused),
        Of(@"Connect call failed \('(?<host>[^']+)', (?<port>\d+)", Refused),
        Of(@"Multiple exceptions: \[Errno 111\] Connect call failed \('(?<host>[^']+)', (?<port>\d+)", Refused),
        Of(@"Failed to connect to (?<host>[\w.:-]+?):(?<port>\d+)", Refused),
        Of(@"Can't reach database server at [`']?(?<host>[^`':\s]+)[`']?:[`']?(?<port>\d+)|P1001\b", Refused),
        Of(@"Connection to (?<host>[\w.-]+):(?<port>\d+) refused", Refused),
        Of(@"It was not possible to connect to the redis server|UnableToConnect on (?<host>[\w.-]+):(?<port>\d+)|Unable to connect to (redis )?\[?(?<host>[\w.-]+)[:/]\S*?(?<port>\d+)", Refused),
        Of(@"(Connection refused|timed out|server closed the connection unexpectedly|could not connect to server)", (match, line) => Mentions(line) ? Refused(match, line) : null),
        Of(@"the database system is (starting up|shutting down|in recovery)", (_, line) => Unreachable("PostgreSQL is still starting, stopping or in recovery", "wait until it takes connections, then deploy again", line)),
        Of(@"too many clients already|too many connections|remaining connection slots are reserved", (_, line) => Unreachable("PostgreSQL takes no more connections", "end idle sessions, or raise max_connections", line)),
    ];

    private static readonly KnownText[] RunTimes =
    [
        Of(@"JavaScript heap out of memory|java\.lang\.OutOfMemoryError|^MemoryError\b|System\.OutOfMemoryException|Cannot allocate memory|fatal error: runtime: out of memory", (_, line) => new Symptom(
            FailureClass.OutOfMemory, "its run-time got no more memory", "raise mem_limit or the run-time's own limit, or let it need less", line)),
        Of(@"No space left on device", (_, line) => EngineError.DiskFull(line)),
        Of(@"exec format error", (_, line) => EngineError.WrongPlatform(line)),
        Of(@"address already in use|EADDRINUSE", (match, line) => Crash(
            $"it cannot listen{(Regex.Match(line, @"(?::+|port |, )(\d{2,5})\b") is { Success: true } port ? $" on port {port.Groups[1].Value}" : "")}: something in its own container already does", "start only one listener a port in the container", line)),
        Of(@"ModuleNotFoundError: No module named '(?<name>[^']+)'|ImportError: No module named (?<name>\S+)", (match, line) => Crash(
            $"Python finds no module {Name(match, "name")}", "add it to the requirements, or correct DJANGO_SETTINGS_MODULE, PYTHONPATH or WORKDIR", line)),
        Of(@"ImportError: .+", (match, line) => Crash($"Python cannot import: {match.Value}", "pin versions of the packages that fit each other", line)),
        Of(@"Cannot find module '(?<name>[^']+)'|ERR_MODULE_NOT_FOUND.*'(?<name>[^']+)'", (match, line) => Crash(
            $"Node finds no module {Name(match, "name")}", "add it to the dependencies, or correct the start command's path", line)),
        Of(@"error while loading shared libraries: (?<name>[^\s:]+)", (match, line) => Crash($"its image lacks the library {Name(match, "name")}", "install the package that holds it in the image", line)),
        Of(@"ImproperlyConfigured: (?<why>.+)", (match, line) => Crash($"Django is configured wrongly: {Name(match, "why")}", "correct the setting or the variable it comes from", line)),
        Of(@"KeyError: '(?<name>[A-Z][A-Z0-9_]{2,})'|(environment variable|env var) ['""]?(?<name>[A-Z][A-Z0-9_]{2,})['""]? (is )?(not set|missing|required)|Missing required environment variable:? ['""]?(?<name>[A-Z][A-Z0-9_]{2,})", (match, line) => Crash(
            $"the environment variable {Name(match, "name")} is not set", $"set {Name(match, "name")} under environment in the compose file", line)),
        Of(@"(can't open file '(?<name>[^']+)'|python\d?: can't open file (?<name>\S+))", (match, line) => Crash($"its start command names {Name(match, "name")}, which the image does not have", "correct the command, WORKDIR or COPY", line)),
        Of(@"(^|: )(exec: )?""?(?<name>[\w./-]+)""?: (executable file not found|command not found|not found|no such file or directory|permission denied)", (match, line) => Crash(
            $"its start command cannot run {Name(match, "name")} ({(line.Contains("permission", StringComparison.OrdinalIgnoreCase) ? "permission denied" : "it is not in the image")})", "install it in the image, correct the command, or make it executable", line)),
        Of(@"PermissionError: .+|EACCES: .+", (match, line) => Crash($"it may not do what it tries: {match.Value}", "let its user own the files, or mount them writable", line)),
    ];

    private static readonly KnownText[] Exceptions =
    [
        Of(@"^(\S+\s)?(?<error>[A-Za-z_][\w.]*(Error|Exception|Warning|Exit)\b(: .+)?)$", (match, line) => Crash(Name(match, "error"), "correct what the line says", line)),
        Of(@"^(panic: .+|fatal error: .+|Unhandled exception\. .+|Exception in thread .+|thread '.+' panicked at .+|Segmentation fault.*)$", (match, line) => Crash(match.Value, "correct what the line says", line)),
        Of(@"\b(?<error>(FATAL|CRITICAL|PANIC)\b.{3,})", (match, line) => Crash(Name(match, "error"), "correct what the line says", line)),
    ];

    /// <summary>What ended the program, or keeps it from being healthy; null when no line of <paramref name="log"/> says so.</summary>
    /// <param name="log">The last lines of the log, oldest first.</param>
    /// <param name="databases">Host names and <c>host:port</c> of the service's databases and caches, from its own connection strings.</param>
    public static Symptom? Read(IReadOnlyList<string> log, IReadOnlyCollection<string> databases)
    {
        var known = Last(log, [.. Databases.Select(text => Guard(text, log, databases)), .. RunTimes.Select<KnownText, Func<string, int, Symptom?>>(text => (line, _) => text.In(line))]);
        var thrown = Last(log, [.. Exceptions.Select<KnownText, Func<string, int, Symptom?>>(text => (line, _) => text.In(line))]);
        if (known is null || thrown is null || thrown.Value.Index <= known.Value.Index)
            return (known ?? thrown)?.Symptom;

        // A later exception is the consequence when the run-time chains it to the one before, else it is what ended the program.
        return log.Skip(known.Value.Index).Take(thrown.Value.Index - known.Value.Index + 1).Any(line => Chained.IsMatch(line)) || thrown.Value.Index - known.Value.Index <= 2
            ? known.Value.Symptom
            : thrown.Value.Symptom;
    }

    /// <summary>The last line that looks like an error; null when none does.</summary>
    public static string? LastErrorLine(IReadOnlyList<string> log) =>
        log.LastOrDefault(line => Regex.IsMatch(line, @"\b(error|failed|failure|fatal|cannot|could not|unable|exception|panic)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant));

    // A name that does not resolve, a connection that is refused: only that of a database is a database's.
    private static Func<string, int, Symptom?> Guard(KnownText text, IReadOnlyList<string> log, IReadOnlyCollection<string> databases) => (line, index) =>
    {
        if (text.In(line) is not { } symptom)
            return null;

        return symptom.Failure != FailureClass.DatabaseUnreachable
            || Mentions(line)
            || databases.Any(database => line.Contains(database, StringComparison.OrdinalIgnoreCase))
            || log.Skip(index - 6).Take(Math.Min(index, 6) + 3).Any(Mentions)
            ? symptom
            : Crash($"it cannot reach another service: {PlainText.Line(line, 200)}", "correct the address, or deploy that service before this one", line);
    };

    private static bool Mentions(string line) => DatabaseWords.IsMatch(line);

    private static (int Index, Symptom Symptom)? Last(IReadOnlyList<string> log, IReadOnlyList<Func<string, int, Symptom?>> texts)
    {
        for (var index = log.Count - 1; index >= 0; index--)
        {
            var line = log[index].Trim();
            foreach (var text in texts)
            {
                if (text(line, index) is { } symptom)
                    return (index, symptom);
            }
        }

        return null;
    }

    private static string Name(Match match, string group) => match.Groups[group].Value;

    private static Symptom UnknownHost(Match match, string line) => Unreachable(
        match.Groups["host"] is { Success: true } host ? $"the host name {host.Value} does not resolve in its container" : "the host name of its database does not resolve in its container",
        "correct the host in the connection string, or put both on one network (networks, extra_hosts)",
        line);

    private static Symptom? Refused(Match match, string line)
    {
        var server = line.Contains("redis", StringComparison.OrdinalIgnoreCase) ? "Redis" : Regex.IsMatch(line, "postgres|psycopg|pq:|pgx|OperationalError|connection to server at", RegexOptions.IgnoreCase) ? "PostgreSQL" : "the server";
        var place = match.Groups["host"] is { Success: true } host ? $" at {host.Value.Trim('[', ']')}{(match.Groups["port"] is { Success: true } port ? $":{port.Value}" : "")}" : "";
        var why = match.Groups["why"].Value.ToLowerInvariant() switch
        {
            "" or "connection refused" or "econnrefused" => "refuses its connections",
            "no route to host" or "network is unreachable" or "ehostunreach" => "cannot be routed to from its container",
            "server closed" => "closes its connections",
            _ => "does not answer it in time",
        };
        return Unreachable($"{server}{place} {why}", "start the server, let it listen on an address that containers reach (listen_addresses, bind), open its port to them, or correct the connection string", line);
    }

    private static Symptom Rejected(string what, string line) => new(FailureClass.CredentialsRejected, what, Credentials, line);

    private static Symptom Unreachable(string what, string remedy, string line) => new(FailureClass.DatabaseUnreachable, what, remedy, line);

    private static Symptom Crash(string what, string remedy, string line) => new(FailureClass.CrashLoop, PlainText.Line(what, 240), remedy, line);
}
