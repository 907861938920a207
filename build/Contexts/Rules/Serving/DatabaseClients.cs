using System.Globalization;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Which clients the images of databases bring: people copy the test of another version, or of a database that is much like it.</summary>
internal static class DatabaseClients
{
    private static readonly string[] OfPostgres = ["pg_isready", "psql"];
    private static readonly string[] OfMySql = ["mysqladmin", "mysql"];
    private static readonly string[] OfMariaDb = ["mariadb-admin", "mariadb", "healthcheck.sh"];
    private static readonly string[] OfMongo = ["mongo", "mongosh"];
    private static readonly string[] OfRedis = ["redis-cli"];
    private static readonly string[] All = [.. OfPostgres, .. OfMySql, .. OfMariaDb, .. OfMongo, .. OfRedis];

    /// <summary>True for a program of which something is known.</summary>
    public static bool Knows(string program) => All.Contains(program);

    /// <summary>True or false where it is known whether an official image has <paramref name="program"/>; null for all other images and programs.</summary>
    public static bool? IsIn(BaseImage image, string program)
    {
        if (!Knows(program) || image.IsByDigestAlone || image.Tag.Contains("nanoserver", StringComparison.Ordinal) || image.Tag.Contains("windows", StringComparison.Ordinal))
            return null;

        var (major, minor) = Version(image.Tag);
        return image.Repository switch
        {
            "postgres" => OfPostgres.Contains(program),
            "redis" => program == "redis-cli",
            "mysql" => OfMySql.Contains(program),
            // https://mariadb.com/kb/en/mariadb-1100-release-notes: the names with mysql are gone from the image.
            "mariadb" when OfMySql.Contains(program) => major is > 0 and < 11 ? true : major >= 11 || image.Tag is "" or "latest" or "lts" ? false : null,
            "mariadb" => OfMariaDb.Contains(program) ? null : false,
            "mongo" when program == "mongo" => major is > 0 and < 6 ? true : major >= 6 || image.Tag is "" or "latest" ? false : null,
            "mongo" when program == "mongosh" => major is > 0 and < 4 || (major == 4 && minor < 4) ? false : major >= 5 || image.Tag is "" or "latest" ? true : major == 4 ? false : null,
            "mongo" => false,
            _ => null,
        };
    }

    private static (int Major, int Minor) Version(string tag)
    {
        var parts = tag.Split('-')[0].Split('.');
        return (Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : 0);

        static int Number(string part) => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
    }
}
