using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>A dependency that <c>package.json</c> names.</summary>
/// <param name="Name">The name under which it is installed.</param>
/// <param name="Range">The version or range as written.</param>
/// <param name="IsDevelopment">True when a production install leaves it out.</param>
internal sealed record NpmDependency(string Name, string Range, bool IsDevelopment);

/// <summary>Reads <c>package.json</c> and the lock files of npm, yarn 1 and pnpm. Of a lock file only what the project itself names is
/// taken: the rest was published when the lock was written, and asking for hundreds of packages costs more than it finds.</summary>
internal static partial class NpmFiles
{
    private static readonly JsonDocumentOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 128 };

    /// <summary>What <c>package.json</c> names; null when it is no JSON. Optional dependencies may be absent and are left out.</summary>
    public static (IReadOnlyList<NpmDependency> Dependencies, bool HasWorkspaces)? ReadManifest(byte[] text)
    {
        if (Parse(text) is not { } document)
            return null;

        using (document)
        {
            var root = document.RootElement;
            var optional = Names(root, "optionalDependencies");
            return (
                [.. Dependencies("dependencies", false), .. Dependencies("devDependencies", true)],
                root.TryGetProperty("workspaces", out _));

            IEnumerable<NpmDependency> Dependencies(string key, bool isDevelopment) =>
                from property in Members(root, key)
                where property.Value.ValueKind == JsonValueKind.String && !optional.Contains(property.Name)
                select new NpmDependency(property.Name, property.Value.GetString()!, isDevelopment);
        }
    }

    /// <summary>The exact versions of <c>package.json</c>.</summary>
    public static IEnumerable<PackagePin> Pins(string path, byte[] text, IEnumerable<NpmDependency> dependencies) =>
        from dependency in dependencies
        where Exact().IsMatch(dependency.Range)
        select new PackagePin(PackageEcosystem.Npm, dependency.Name, dependency.Range.Trim().TrimStart('=', 'v', ' '), path, LineOf(text, $"\"{dependency.Name}\""));

    /// <summary>The versions that <c>package-lock.json</c> or <c>npm-shrinkwrap.json</c> names for <paramref name="dependencies"/>.</summary>
    public static IEnumerable<PackagePin> ReadLock(string path, byte[] text, IEnumerable<NpmDependency> dependencies)
    {
        if (Parse(text) is not { } document)
            return [];

        using (document)
        {
            var root = document.RootElement;
            // Version 1 of the file has "dependencies" only; of version 2 both say the same.
            var isFlat = root.TryGetProperty("packages", out var packages) && packages.ValueKind == JsonValueKind.Object;
            return
            [
                .. from dependency in dependencies
                   let key = isFlat ? $"node_modules/{dependency.Name}" : dependency.Name
                   let entry = Member(isFlat ? packages : Member(root, "dependencies"), key)
                   let version = Text(entry, "version")
                   where version is not null && Exact().IsMatch(version) && IsFromIndex(Text(entry, "resolved")) && Member(entry, "link") is null
                   select new PackagePin(PackageEcosystem.Npm, Text(entry, "name") ?? dependency.Name, version, path, LineOf(text, $"\"{key}\"")),
            ];
        }
    }

    /// <summary>The versions that a <c>yarn.lock</c> of yarn 1 names for <paramref name="dependencies"/>; later versions of yarn write another format.</summary>
    public static IEnumerable<PackagePin> ReadYarnLock(string path, string text, IEnumerable<NpmDependency> dependencies)
    {
        if (!text.Contains("# yarn lockfile v1", StringComparison.Ordinal))
            yield break;

        var wanted = dependencies.Select(dependency => $"{dependency.Name}@{dependency.Range}").ToHashSet(StringComparer.Ordinal);
        var (name, version, start, number) = ((string?)null, (string?)null, 0, 0);
        foreach (var line in text.Split('\n').Append(""))
        {
            number++;
            if (line.Length > 0 && line[0] is not (' ' or '#'))
            {
                var heading = line.TrimEnd('\r', ':').Split(", ").Select(part => part.Trim('"')).FirstOrDefault(wanted.Contains);
                (name, version, start) = (heading?[..heading.LastIndexOf('@')], null, number);
            }
            else if (name is not null && line.StartsWith("  version ", StringComparison.Ordinal))
            {
                version = line["  version ".Length..].Trim('"', '\r', ' ');
            }
            else if (name is not null && line.StartsWith("  resolved ", StringComparison.Ordinal) && version is not null)
            {
                if (Exact().IsMatch(version) && IsFromIndex(line["  resolved ".Length..].Trim('"', '\r', ' ')) && Aliased().Match(name) is { Success: false })
                    yield return new PackagePin(PackageEcosystem.Npm, name, version, path, start);
                name = null;
            }
        }
    }

    /// <summary>The versions that <c>pnpm-lock.yaml</c> names for <paramref name="dependencies"/>: <c>/name@1.2.3</c> or <c>name@1.2.3</c> below <c>packages</c>.</summary>
    public static IEnumerable<PackagePin> ReadPnpmLock(string path, string text, IEnumerable<NpmDependency> dependencies)
    {
        var wanted = dependencies.Select(dependency => dependency.Name).ToHashSet(StringComparer.Ordinal);
        var (inPackages, number) = (false, 0);
        foreach (var line in text.Split('\n'))
        {
            number++;
            if (line.Length > 0 && line[0] is not (' ' or '#' or '\r'))
                inPackages = line.StartsWith("packages:", StringComparison.Ordinal);
            if (inPackages && PnpmPackage().Match(line) is { Success: true } package && wanted.Contains(package.Groups["name"].Value))
                yield return new PackagePin(PackageEcosystem.Npm, package.Groups["name"].Value, package.Groups["version"].Value, path, number) { IsConditional = true };
        }
    }

    /// <summary>True when an <c>.npmrc</c> or <c>.yarnrc</c> names an index of its own.</summary>
    public static bool HasOwnIndex(string configuration) => OwnIndex().IsMatch(configuration);

    private static bool IsFromIndex(string? resolved) => resolved is null
        || resolved.StartsWith("https://registry.npmjs.org/", StringComparison.Ordinal)
        || resolved.StartsWith("https://registry.yarnpkg.com/", StringComparison.Ordinal);

    private static JsonDocument? Parse(byte[] text)
    {
        try
        {
            var document = JsonDocument.Parse(text.AsMemory(text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0), Lenient);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;

            document.Dispose();
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static HashSet<string> Names(JsonElement root, string key) => [.. Members(root, key).Select(property => property.Name)];

    private static IEnumerable<JsonProperty> Members(JsonElement root, string key) =>
        Member(root, key) is { ValueKind: JsonValueKind.Object } element ? element.EnumerateObject() : Enumerable.Empty<JsonProperty>();

    private static JsonElement? Member(JsonElement? element, string name) =>
        element is { ValueKind: JsonValueKind.Object } it && it.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement? element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static int LineOf(byte[] text, string quoted)
    {
        var at = text.AsSpan().IndexOf(Encoding.UTF8.GetBytes(quoted));
        return at < 0 ? 1 : text.AsSpan(0, at).Count((byte)'\n') + 1;
    }

    [GeneratedRegex(@"^\s*[=v]*\s*[0-9]{1,15}\.[0-9]{1,15}\.[0-9]{1,15}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\s*\z")]
    private static partial Regex Exact();

    [GeneratedRegex("@npm:")]
    private static partial Regex Aliased();

    [GeneratedRegex(@"^  '?/?(?<name>(?:@[A-Za-z0-9._~-]+/)?[A-Za-z0-9._~-]+)@(?<version>[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9A-Za-z.-]+)?)(?:\([^']*\))?'?:\s*$", RegexOptions.ExplicitCapture)]
    private static partial Regex PnpmPackage();

    [GeneratedRegex(@"^\s*(?:@[^:\s]+:)?(?:registry|npmRegistryServer)\b\s*[=: ]", RegexOptions.Multiline)]
    private static partial Regex OwnIndex();
}
