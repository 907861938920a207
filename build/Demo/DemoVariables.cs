using System.Security.Cryptography;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo;

/// <summary>The values of the compose file's variables, in an env file that only its owner can read.</summary>
internal static class DemoVariables
{
    /// <summary>Values for these names: the server's facts, what an earlier demo chose, and else something random.</summary>
    public static IReadOnlyDictionary<string, string> Choose(
        IEnumerable<string> names, PostgreSqlServer server, IReadOnlyDictionary<string, string> earlier)
    {
        var known = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["POSTGRES_USER"] = server.User,
            ["POSTGRES_PASSWORD"] = server.Password,
            ["VPS_HOST"] = server.Host,
            ["ALLOWED_HOSTS"] = "localhost,127.0.0.1",
            ["TEMPORAL_HOST"] = server.Host,
        };
        return names.ToDictionary(
            name => name,
            name => known.GetValueOrDefault(name) ?? earlier.GetValueOrDefault(name) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(20)),
            StringComparer.Ordinal);
    }

    /// <summary>The values in an env file; none when there is no file.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(string path, CancellationToken ct) =>
        File.Exists(path)
            ? (await File.ReadAllLinesAsync(path, ct)).Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2)
                .ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal)
            : new Dictionary<string, string>();

    /// <summary>Writes an env file with mode 0600.</summary>
    public static Task WriteAsync(string path, IReadOnlyDictionary<string, string> variables, CancellationToken ct) =>
        SecretFile.WriteAsync(path, string.Concat(variables.Select(pair => $"{pair.Key}={pair.Value}\n")), ct);
}
