using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Health.Databases;

/// <summary>A connection string in the form of a URL, as libpq (PostgreSQL documentation, 34.1.1.2), SQLAlchemy and redis-py take it.</summary>
/// <param name="Scheme">The protocol without the name of a driver: <c>postgresql</c>, <c>redis</c>, <c>rediss</c>; lower case.</param>
/// <param name="User">The user, decoded; null when none is given.</param>
/// <param name="Password">The password, decoded; never shown.</param>
/// <param name="Host">The host; empty when none is given; with several, the first.</param>
/// <param name="Port">The port, or null for the protocol's own.</param>
/// <param name="Database">The database, decoded, without the slash; empty when none is given.</param>
/// <param name="Parameters">What follows the question mark, decoded.</param>
internal sealed partial record ConnectionUrl(
    string Scheme,
    string? User,
    string? Password,
    string Host,
    int? Port,
    string Database,
    IReadOnlyDictionary<string, string> Parameters)
{
    /// <summary>The address without user and password.</summary>
    public string Address(int defaultPort) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port ?? defaultPort}{(Database.Length == 0 ? "" : $"/{Database}")}");

    /// <summary>The names of the variables that were left in <paramref name="text"/> without a value.</summary>
    public static IReadOnlyList<string> UnresolvedVariables(string text) =>
        [.. Variable().Matches(text).Select(match => match.Groups[1].Value).Distinct()];

    /// <summary>Reads <paramref name="text"/>; null when it is not of the form <c>scheme://…</c> or its port is not a number.</summary>
    public static ConnectionUrl? Parse(string text)
    {
        if (Form().Match(text.Trim()) is not { Success: true } match)
            return null;

        // The last @ of the authority: passwords with an unescaped @ are common, hosts with one do not exist.
        var authority = match.Groups["authority"].Value;
        var at = authority.LastIndexOf('@');
        var credentials = at < 0 ? null : authority[..at].Split(':', 2);
        var first = authority[(at + 1)..].Split(',')[0];
        var place = Place().Match(first);
        var port = place.Groups["port"].Value;
        if (!place.Success || (port.Length > 0 && (!ushort.TryParse(port, CultureInfo.InvariantCulture, out var number) || number == 0)))
            return null;

        return new ConnectionUrl(
            match.Groups["scheme"].Value.ToLowerInvariant() is "postgres" ? "postgresql" : match.Groups["scheme"].Value.ToLowerInvariant(),
            credentials is [{ Length: > 0 } user, ..] ? Uri.UnescapeDataString(user) : null,
            credentials is [_, { Length: > 0 } password] ? Uri.UnescapeDataString(password) : null,
            Uri.UnescapeDataString(place.Groups["host"].Value.Trim('[', ']')),
            port.Length == 0 ? null : int.Parse(port, CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(match.Groups["path"].Value.Trim('/')),
            Query(match.Groups["query"].Value));
    }

    private static Dictionary<string, string> Query(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)))
            parameters[Uri.UnescapeDataString(pair[0])] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";

        return parameters;
    }

    [GeneratedRegex(@"\A(?<scheme>[A-Za-z][A-Za-z0-9.-]*)(?:\+[A-Za-z0-9_+.-]+)?://(?<authority>[^/?#]*)(?<path>/[^?#]*)?(?:\?(?<query>[^#]*))?(?:#.*)?\z", RegexOptions.ExplicitCapture | RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex(@"\A(?<host>\[[^\]]*\]|[^:]*)(?::(?<port>[0-9]*))?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Place();

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex Variable();
}
