using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>Whether a line of a log speaks of a database or cache.</summary>
internal static partial class DatabaseWords
{
    private const int ShortestName = 4;

    /// <summary>Which kind of server a line speaks of; null when it speaks of none.</summary>
    public static string? Find(string line)
    {
        if (Words().Match(line) is not { Success: true } match)
            return null;

        return match switch
        {
            _ when match.Groups["redis"].Success => "Redis",
            _ when match.Groups["mysql"].Success => "MySQL",
            _ when match.Groups["mongo"].Success => "MongoDB",
            _ when match.Groups["mssql"].Success => "SQL Server",
            _ when match.Groups["postgres"].Success => "PostgreSQL",
            _ => "the database server",
        };
    }

    /// <summary>True when <paramref name="line"/> names <paramref name="database"/> by its host, or by its port on an address.</summary>
    public static bool Names(string line, DatabaseServer database) =>
        (database.Host.Length >= ShortestName && line.Contains(database.Host, StringComparison.OrdinalIgnoreCase))
        || line.Contains(FormattableString.Invariant($":{database.Port}"), StringComparison.Ordinal);

    [GeneratedRegex(@"(?<redis>redis|celery|kombu|:6379\b)|(?<mysql>mysql|mariadb|:3306\b)|(?<mongo>mongo|:27017\b)|(?<postgres>psycopg|asyncpg|postgres|npgsql|\bpgx?\b|\bpq:|PG::|:5432\b|connection to server at)|(?<mssql>SqlClient|SQL Server|:1433\b)|(?<any>sqlalchemy|django\.db|sequelize|knex|typeorm|prisma|jdbc|hikari|OperationalError|PDOException|SQLSTATE|ActiveRecord::|DataSource|database)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Words();
}
