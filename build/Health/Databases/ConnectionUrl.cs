using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

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

    /// <summary>Reads <paramref name="text"/>; null when it is no address of PostgreSQL or Redis, or its port is not a number.</summary>
    public static ConnectionUrl? Parse(string text)
    {
        if (ConnectionAddress.Parse(text.Trim()) is not { } address)
            return null;

        // libpq takes several hosts: host1:5432,host2:5432. The first is asked.
        var several = address.Host.Split(',')[0].Split(':');
        var (host, portText) = address.Host.StartsWith('[') ? (address.Host.Trim('[', ']'), address.Port)
            : several is [var first, var its] ? (first, its)
            : (several[0], address.Port);
        if (portText.Length > 0 && (!ushort.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0))
            return null;

        var parts = address.Database.Split('#')[0].Split('?', 2);
        return new ConnectionUrl(
            address.Scheme,
            Decoded(address.User),
            Decoded(address.Password),
            Uri.UnescapeDataString(host),
            portText.Length == 0 ? null : int.Parse(portText, CultureInfo.InvariantCulture),
            Uri.UnescapeDataString(parts[0].TrimEnd('/')),
            Query(parts is [_, var query] ? query : ""));
    }

    private static string? Decoded(string text) => text.Length == 0 ? null : Uri.UnescapeDataString(text);

    private static Dictionary<string, string> Query(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var pair in text.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(part => part.Split('=', 2)))
            parameters[Uri.UnescapeDataString(pair[0])] = pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "";

        return parameters;
    }

    [GeneratedRegex(@"\$\{([A-Za-z_][A-Za-z0-9_]*)")]
    private static partial Regex Variable();
}
