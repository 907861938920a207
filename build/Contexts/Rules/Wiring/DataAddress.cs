using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>A part of an address that a database checks.</summary>
internal enum AddressPart
{
    /// <summary>The user.</summary>
    User,
    /// <summary>The password.</summary>
    Password,
    /// <summary>The database.</summary>
    Database,
}

/// <summary>Where a service looks for a database, cache, queue or another service, as its environment says. Parts that are not known are null.</summary>
/// <param name="Variable">The variable that says it.</param>
/// <param name="Kind"><c>postgresql</c>, <c>mysql</c>, <c>redis</c> and so on; <c>http</c>; null when only the name of the variable speaks.</param>
/// <param name="Host">The host as written; may hold a variable.</param>
internal sealed partial record DataAddress(string Variable, string? Kind, string Host)
{
    /// <summary>The port; null when it is left out or not known.</summary>
    public int? Port { get; init; }

    /// <summary>The user; null when not given.</summary>
    public string? User { get; init; }

    /// <summary>The password; null when not given. Never shown.</summary>
    public string? Password { get; init; }

    /// <summary>The database; null when not given.</summary>
    public string? Database { get; init; }

    /// <summary>True for what is no address of a web server.</summary>
    public bool IsData => Kind != "http";

    /// <summary>The variables beside <see cref="Variable"/> that say the other parts; a part that it says itself has none here.</summary>
    public IReadOnlyDictionary<AddressPart, string> Siblings { get; init; } = new Dictionary<AddressPart, string>();

    /// <summary>The variable that says <paramref name="part"/>.</summary>
    public string VariableOf(AddressPart part) => Siblings.GetValueOrDefault(part) ?? Variable;

    /// <summary>Everything that the environment of <paramref name="service"/> says.</summary>
    public static IReadOnlyList<DataAddress> Of(Service service) =>
    [
        .. service.Environment
            .Where(variable => variable.Value is { Length: > 0 and < 4096 } && ReadVariables.Reads(service, variable.Key))
            .Select(variable => Parse(service.Environment, variable.Key, variable.Value!))
            .OfType<DataAddress>(),
    ];

    private static DataAddress? Parse(IReadOnlyDictionary<string, string?> environment, string name, string value) =>
        value.Contains("://", StringComparison.Ordinal) ? OfUrl(name, value)
        : value.Contains(';', StringComparison.Ordinal) || value.Contains("Host=", StringComparison.OrdinalIgnoreCase) ? OfConnectionString(name, value)
        : OfHost(environment, name, value);

    private static DataAddress? OfUrl(string name, string value)
    {
        var text = value.StartsWith("jdbc:", StringComparison.OrdinalIgnoreCase) ? value["jdbc:".Length..] : value;
        var start = text.IndexOf("://", StringComparison.Ordinal);
        var kind = start < 0 ? null : KindOf(text[..start]);
        if (kind is null)
            return null;

        var rest = text[(start + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        var path = end < 0 || rest[end] != '/' ? "" : rest[(end + 1)..].Split('?', '#')[0];
        var at = authority.LastIndexOf('@');
        var credentials = at < 0 ? null : authority[..at].Split(':', 2);
        var (host, port) = HostAndPort(authority[(at + 1)..]);
        // Several hosts, a socket, or a list of addresses: nothing is said of one of them.
        return host.Length == 0 || host.Any(c => c is ',' or ' ' or '%') || path.Contains("://", StringComparison.Ordinal)
            ? null
            : new DataAddress(name, kind, host)
            {
                Port = port,
                User = credentials is [{ Length: > 0 } user, ..] ? Uri.UnescapeDataString(user) : null,
                Password = credentials is [_, { Length: > 0 } password] ? Uri.UnescapeDataString(password) : null,
                Database = kind is "postgresql" or "mysql" && path.Length > 0 ? Uri.UnescapeDataString(path) : null,
            };
    }

    // ADO.NET: "Host=db;Port=5432;Username=…", "Server=db,1433;…". Redis: "redis:6379,password=…" is read as a host.
    private static DataAddress? OfConnectionString(string name, string value)
    {
        var parts = value.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(part => part.Split('=', 2))
            .Where(part => part.Length == 2)
            .GroupBy(part => part[0].Trim().ToUpperInvariant().Replace(" ", "", StringComparison.Ordinal), part => part[1].Trim())
            .ToDictionary(part => part.Key, part => part.Last());
        string? Get(params string[] keys) => keys.Select(key => parts.GetValueOrDefault(key)).FirstOrDefault(found => found is { Length: > 0 });

        if (Get("HOST", "SERVER", "DATASOURCE", "ADDRESS", "ADDR") is not { } server || Get("DATABASE", "INITIALCATALOG", "USERNAME", "USERID", "UID", "PORT") is null)
            return null;

        var place = server.StartsWith("tcp:", StringComparison.OrdinalIgnoreCase) ? server[4..] : server;
        var (host, port) = HostAndPort(place.Replace(',', ':'));
        return host.Length == 0 || host.Any(c => c is '\\' or '/' or '(' or ' ')
            ? null
            : new DataAddress(name, parts.ContainsKey("HOST") ? "postgresql" : null, host)
            {
                Port = port ?? PortOf(Get("PORT")),
                User = Get("USERNAME", "USERID", "UID", "USER"),
                Password = Get("PASSWORD", "PWD"),
                Database = Get("DATABASE", "INITIALCATALOG"),
            };
    }

    private static DataAddress? OfHost(IReadOnlyDictionary<string, string?> environment, string name, string value)
    {
        if (HostVariable().Match(name) is not { Success: true } match || !HostText().IsMatch(value))
            return null;

        var prefix = name[..match.Groups["suffix"].Index];
        string? Sibling(params string[] suffixes) =>
            suffixes.Select(suffix => prefix + suffix).FirstOrDefault(other => environment.GetValueOrDefault(other) is { Length: > 0 });
        var siblings = new[]
        {
            (Part: AddressPart.User, Name: Sibling("USER", "_USER", "_USERNAME")),
            (Part: AddressPart.Password, Name: Sibling("PASSWORD", "_PASSWORD", "_PASS")),
            (Part: AddressPart.Database, Name: Sibling("DATABASE", "_DATABASE", "_NAME", "_DB")),
        }.Where(sibling => sibling.Name is not null).ToDictionary(sibling => sibling.Part, sibling => sibling.Name!);
        string? ValueOf(AddressPart part) => siblings.TryGetValue(part, out var other) ? environment[other] : null;
        var (host, port) = HostAndPort(value);
        return new DataAddress(name, KindOfWord(match.Groups["word"].Value), host)
        {
            Port = port ?? PortOf(Sibling("PORT", "_PORT") is { } place ? environment[place] : null),
            User = ValueOf(AddressPart.User),
            Password = ValueOf(AddressPart.Password),
            Database = ValueOf(AddressPart.Database),
            Siblings = siblings,
        };
    }

    private static (string Host, int? Port) HostAndPort(string text)
    {
        var colon = text.LastIndexOf(':');
        return colon < 0 || text.EndsWith(']') || (text.Count(c => c == ':') > 1 && !text.StartsWith('[')) || HasOpenVariable(text, colon)
            ? (text.Trim('[', ']'), null)
            : (text[..colon].Trim('[', ']'), PortOf(text[(colon + 1)..]));
    }

    // The colon of ${HOST:-db}.
    private static bool HasOpenVariable(string text, int colon) =>
        text.LastIndexOf("${", colon, StringComparison.Ordinal) is >= 0 and var open && text.IndexOf('}', open) > colon;

    private static int? PortOf(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;

    private static string? KindOf(string scheme) => scheme.ToLowerInvariant().Split('+')[0] switch
    {
        // Looked up by a DNS record of its own.
        "mongodb" when scheme.EndsWith("+srv", StringComparison.OrdinalIgnoreCase) => null,
        "postgres" or "postgresql" or "postgis" or "psql" or "pgsql" => "postgresql",
        "mysql" or "mysql2" or "mariadb" => "mysql",
        "redis" or "rediss" or "valkey" => "redis",
        "mongodb" => "mongodb",
        "amqp" or "amqps" => "amqp",
        "clickhouse" => "clickhouse",
        "sqlserver" or "mssql" => "mssql",
        "http" or "https" => "http",
        _ => null,
    };

    private static string? KindOfWord(string word) => word switch
    {
        "POSTGRES" or "POSTGRESQL" or "PG" => "postgresql",
        "MYSQL" or "MARIADB" => "mysql",
        "REDIS" or "VALKEY" => "redis",
        "MONGO" or "MONGODB" => "mongodb",
        "RABBITMQ" or "AMQP" => "amqp",
        _ => null,
    };

    // A word that says what is there, at the start or behind an underscore, then HOST: DB_HOST, PGHOST, WORDPRESS_DB_HOST; not ALLOWED_HOST.
    [GeneratedRegex("^(?:[A-Z0-9]+_){0,3}(?<word>DB|DATABASE|POSTGRES|POSTGRESQL|PG|MYSQL|MARIADB|REDIS|VALKEY|MONGO|MONGODB|RABBITMQ|AMQP|MEMCACHED"
        + "|CLICKHOUSE)(?<suffix>_?HOST(?:NAME)?)$")]
    private static partial Regex HostVariable();

    [GeneratedRegex(@"^[A-Za-z0-9_.\-]+(?::[0-9]+)?$")]
    private static partial Regex HostText();
}
