using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>What a lock file has for a dependency that <c>package.json</c> names.</summary>
/// <param name="Name">The dependency.</param>
/// <param name="Wanted">The range of <c>package.json</c>.</param>
/// <param name="Locked">What the lock file has instead; null when it has nothing of that name.</param>
internal sealed record NpmMismatch(string Name, string Wanted, string? Locked);

/// <summary>Compares <c>package.json</c> with its lock file, as an install that must not change the lock does.</summary>
internal static partial class NpmLock
{
    /// <summary>What <c>npm ci</c> refuses: a dependency that <c>package-lock.json</c> has not, or in a version that the range does not take
    /// (npm/cli, lib/utils/validate-lockfile.js). Empty when the file is not understood.</summary>
    public static IReadOnlyList<NpmMismatch> OfNpm(string text, IEnumerable<NpmDependency> dependencies)
    {
        try
        {
            using var document = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            var root = document.RootElement;
            var isFlat = root.TryGetProperty("packages", out var packages) && packages.ValueKind == JsonValueKind.Object;
            // A file of version 1 without dependencies, and one that was cut short, say nothing.
            if (!isFlat && !(root.TryGetProperty("dependencies", out packages) && packages.ValueKind == JsonValueKind.Object))
                return [];

            return
            [
                .. from dependency in dependencies
                   let key = isFlat ? $"node_modules/{dependency.Name}" : dependency.Name
                   let entry = packages.TryGetProperty(key, out var found) ? found : (JsonElement?)null
                   let version = entry is { ValueKind: JsonValueKind.Object } it && it.TryGetProperty("version", out var value)
                       ? value.GetString() : null
                   where entry is null || (version is not null && Allows(dependency.Range, version) == false)
                   select new NpmMismatch(dependency.Name, dependency.Range, entry is null ? null : version),
            ];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    /// <summary>What <c>pnpm install --frozen-lockfile</c> refuses: a dependency that the lock has not for the project itself, or under another
    /// range.</summary>
    public static IReadOnlyList<NpmMismatch> OfPnpm(string text, IEnumerable<NpmDependency> dependencies)
    {
        if (Specifiers(text) is not { Count: > 0 } locked)
            return [];

        return
        [
            .. from dependency in dependencies
               let range = locked.GetValueOrDefault(dependency.Name)
               where range != dependency.Range
               select new NpmMismatch(dependency.Name, dependency.Range, range),
        ];
    }

    /// <summary>The version of the format of a <c>pnpm-lock.yaml</c>; null when it names none.</summary>
    public static string? PnpmFormat(string text) => Format().Match(text) is { Success: true } match ? match.Groups["version"].Value : null;

    /// <summary>Whether a range takes a version, for the plain forms <c>1.2.3</c>, <c>^1.2.3</c> and <c>~1.2.3</c>; null for any other.</summary>
    public static bool? Allows(string range, string version)
    {
        if (Plain().Match(range.Trim()) is not { Success: true } wanted || Release().Match(version) is not { Success: true } offered)
            return null;

        var (least, given) = (Numbers(wanted), Numbers(offered));
        var order = least.Zip(given).Select(pair => pair.Second.CompareTo(pair.First)).FirstOrDefault(it => it != 0);
        // Of ^0.2.3 the second number is the one that may not change, of ^0.0.3 the third.
        var fixedPlaces = wanted.Groups["operator"].Value switch
        {
            "^" => least[0] > 0 ? 1 : least[1] > 0 ? 2 : 3,
            "~" => 2,
            _ => 3,
        };
        return order >= 0 && least.Take(fixedPlaces).SequenceEqual(given.Take(fixedPlaces));
    }

    // The specifiers of the importer ".", of a file for one project those at the root; of versions before 6 those of "specifiers".
    private static Dictionary<string, string> Specifiers(string text)
    {
        var specifiers = new Dictionary<string, string>(StringComparer.Ordinal);
        var path = new List<(int Indent, string Key)>();
        foreach (var line in text.Split('\n'))
        {
            if (Pair().Match(line) is not { Success: true } pair)
                continue;

            var indent = pair.Groups["indent"].Length;
            path.RemoveAll(it => it.Indent >= indent);
            path.Add((indent, pair.Groups["key"].Value.Trim('\'', '"')));
            var value = pair.Groups["value"].Value.Trim().Trim('\'', '"');
            var keys = path.Select(it => it.Key).ToList();
            if (keys is ["importers", ".", .. var below])
                keys = below;
            if (keys is ["dependencies" or "devDependencies" or "optionalDependencies", var name, "specifier"])
                specifiers[name] = value;
            else if (keys is ["specifiers", var old])
                specifiers[old] = value;
            else if (keys is ["packages"])
                break;
        }

        return specifiers;
    }

    private static long[] Numbers(Match match) =>
        [.. ((string[])["major", "minor", "patch"]).Select(part => long.Parse(match.Groups[part].Value, CultureInfo.InvariantCulture))];

    [GeneratedRegex(@"^(?<operator>[\^~=]?)(?<major>[0-9]{1,9})\.(?<minor>[0-9]{1,9})\.(?<patch>[0-9]{1,9})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(?<major>[0-9]{1,9})\.(?<minor>[0-9]{1,9})\.(?<patch>[0-9]{1,9})\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Release();

    [GeneratedRegex(@"^lockfileVersion:\s*['""]?(?<version>[0-9]+(?:\.[0-9]+)?)", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Format();

    [GeneratedRegex(@"^(?<indent> *)(?<key>'[^']+'|""[^""]+""|[^\s'""#:][^:]*):(?:\s+(?<value>.*?))?\s*\r?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Pair();
}
