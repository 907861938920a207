using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Rollouts;

/// <summary>A database or cache that a service knows by a connection string.</summary>
/// <param name="Server">What it is: PostgreSQL, MySQL, Redis, MongoDB.</param>
/// <param name="Host">Its host.</param>
/// <param name="Port">Its port.</param>
public sealed partial record DatabaseServer(string Server, string Host, int Port)
{
    /// <summary>Reads a connection string such as <c>postgresql+asyncpg://user:password@host:5433/database</c>; null when it is none.</summary>
    public static DatabaseServer? Parse(string text)
    {
        if (Url().Match(text) is not { Success: true } match)
            return null;

        var (server, port) = match.Groups["scheme"].Value.ToLowerInvariant() switch
        {
            "mysql" or "mariadb" => ("MySQL", 3306),
            "mongodb" => ("MongoDB", 27017),
            "redis" or "rediss" => ("Redis", 6379),
            _ => ("PostgreSQL", 5432),
        };
        return new DatabaseServer(server, match.Groups["host"].Value,
            match.Groups["port"] is { Success: true } given && int.TryParse(given.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : port);
    }

    [GeneratedRegex(@"\A(?<scheme>postgres|postgresql|mysql|mariadb|mongodb|rediss|redis)(?:\+\w{1,20})?://(?:[^/?#]*@)?(?<host>[^:/?#@\s]+)(?::(?<port>\d{1,5}))?", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Url();
}
