namespace PhasedRollout.Rollouts;

/// <summary>The parts of a connection string such as <c>postgresql://user:password@host:5433/database</c>.
/// <see cref="System.Uri"/> cannot read one in which a variable has no value yet.</summary>
/// <param name="Scheme"><c>postgresql</c>, <c>redis</c> or <c>rediss</c>.</param>
/// <param name="User">The user as written, or empty.</param>
/// <param name="Password">The password as written, or empty.</param>
/// <param name="Host">The host, or empty.</param>
/// <param name="Port">The port, or empty.</param>
/// <param name="Database">The database with what follows it, or empty.</param>
internal sealed record ConnectionAddress(string Scheme, string User, string Password, string Host, string Port, string Database)
{
    /// <summary>The address with the scheme that database clients know.</summary>
    public string Url =>
        $"{Scheme}://{(User.Length + Password.Length == 0 ? "" : Password.Length == 0 ? $"{User}@" : $"{User}:{Password}@")}"
        + Host + (Port.Length == 0 ? "" : $":{Port}") + (Database.Length == 0 ? "" : $"/{Database}");

    /// <summary>Two addresses with the same identity are answered by the same probe: numbered databases of Redis are one server's.</summary>
    public string Identity => Scheme == "postgresql"
        ? $"{Scheme} {User} {Host.ToLowerInvariant()} {(Port.Length == 0 ? "5432" : Port)} {Database}"
        : $"{Scheme} {User} {Password} {Host.ToLowerInvariant()} {(Port.Length == 0 ? "6379" : Port)}";

    /// <summary>Reads an address; null when <paramref name="text"/> is none of a database that can be probed.</summary>
    public static ConnectionAddress? Parse(string text)
    {
        var start = text.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return null;

        // SQLAlchemy writes its driver into the scheme: postgresql+asyncpg.
        var scheme = text[..start].ToLowerInvariant().Split('+')[0] switch
        {
            "postgres" or "postgresql" or "postgis" => "postgresql",
            "redis" => "redis",
            "rediss" => "rediss",
            _ => null,
        };
        if (scheme is null)
            return null;

        var rest = text[(start + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        var database = end < 0 ? "" : rest[end..].TrimStart('/');
        var at = authority.LastIndexOf('@');
        var credentials = at < 0 ? "" : authority[..at];
        var place = authority[(at + 1)..];
        var colon = place.LastIndexOf(':');
        if (colon >= 0 && place.EndsWith(']'))
            colon = -1;

        var separator = credentials.IndexOf(':', StringComparison.Ordinal);
        return new ConnectionAddress(
            scheme,
            separator < 0 ? credentials : credentials[..separator],
            separator < 0 ? "" : credentials[(separator + 1)..],
            colon < 0 ? place : place[..colon],
            colon < 0 ? "" : place[(colon + 1)..],
            database);
    }
}
