using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Reads what the indexes answer.</summary>
internal static partial class PackageAnswers
{
    /// <summary>PEP 691 and PEP 700: <c>application/vnd.pypi.simple.v1+json</c>.</summary>
    /// <param name="body">The answer.</param>
    /// <param name="isOther">True when the user named the index.</param>
    public static PackageKnown ReadSimpleJson(byte[] body, bool isOther)
    {
        using var document = JsonDocument.Parse(body);
        var files = Items(document.RootElement, "files")
            .Select(file => (Name: Text(file, "filename") ?? "", IsYanked: Member(file, "yanked") is { ValueKind: JsonValueKind.True or JsonValueKind.String }))
            .ToList();
        var named = Items(document.RootElement, "versions").Where(version => version.ValueKind == JsonValueKind.String).Select(version => version.GetString()!);
        // PyPI counts its changes; a mirror that holds a part has no reason to.
        return Python(files, named, isOther || (Member(document.RootElement, "meta") is { } meta && Member(meta, "_last-serial") is not null));
    }

    /// <summary>PEP 503: a page of links.</summary>
    public static PackageAnswer ReadSimpleHtml(byte[] body, bool isWhole) => Python(
        [.. Link().Matches(Encoding.UTF8.GetString(body)).Select(match => (
            WebUtility(match.Groups["name"].Value), match.Groups["attributes"].Value.Contains("data-yanked", StringComparison.OrdinalIgnoreCase)))],
        [], isWhole);

    /// <summary>A package of an npm registry, whole or abbreviated.</summary>
    public static PackageAnswer ReadNpm(byte[] body, bool isWhole)
    {
        using var document = JsonDocument.Parse(body);
        return Member(document.RootElement, "versions") is { ValueKind: JsonValueKind.Object } versions
            ? new PackageKnown([.. versions.EnumerateObject().Select(version => version.Name)], [], isWhole)
            : throw new FormatException("names no versions");
    }

    /// <summary>The versions of a package in NuGet's PackageBaseAddress.</summary>
    public static PackageAnswer ReadFlatContainer(byte[] body, bool isWhole)
    {
        using var document = JsonDocument.Parse(body);
        return Member(document.RootElement, "versions") is { ValueKind: JsonValueKind.Array } versions
            ? new PackageKnown([.. versions.EnumerateArray().Where(version => version.ValueKind == JsonValueKind.String).Select(version => version.GetString()!)], [], isWhole)
            : throw new FormatException("names no versions");
    }

    /// <summary>Where a NuGet V3 index has its packages, and whether it has a catalog.</summary>
    public static (Uri? Packages, bool HasCatalog) ReadServiceIndex(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        var resources = Items(document.RootElement, "resources").Select(resource => (Type: Text(resource, "@type") ?? "", Address: Text(resource, "@id"))).ToList();
        var address = resources.Find(resource => resource.Type.StartsWith("PackageBaseAddress/", StringComparison.Ordinal)).Address;
        return (
            Uri.TryCreate(address, UriKind.Absolute, out var packages) && packages.Scheme is "https" or "http" ? packages : null,
            resources.Exists(resource => resource.Type.StartsWith("Catalog/", StringComparison.Ordinal)));
    }

    private static PackageKnown Python(IReadOnlyList<(string Name, bool IsYanked)> files, IEnumerable<string> named, bool isWhole)
    {
        var ofFiles = files.Select(file => (Version: VersionOf(file.Name), file.IsYanked)).Where(file => file.Version is not null).ToLookup(file => file.Version!);
        return new PackageKnown(
            [.. named.Concat(ofFiles.Select(group => group.Key)).Distinct()],
            [.. ofFiles.Where(group => group.All(file => file.IsYanked)).Select(group => group.Key)],
            isWhole);
    }

    // name-version-….whl, name-version.tar.gz
    private static string? VersionOf(string file)
    {
        if (file.EndsWith(".whl", StringComparison.OrdinalIgnoreCase))
            return file.Split('-') is [_, var version, _, ..] ? version : null;

        var end = SourceEnding().Match(file);
        var name = end.Success ? file[..end.Index] : "";
        var dash = name.LastIndexOf('-');
        return dash < 0 ? null : name[(dash + 1)..];
    }

    private static string WebUtility(string text) => System.Net.WebUtility.HtmlDecode(text).Trim();

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.Array } items ? items.EnumerateArray() : Enumerable.Empty<JsonElement>();

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    [GeneratedRegex("<a(?<attributes>\\s[^>]*)>(?<name>[^<]*)</a", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"\.(?:tar\.gz|tar\.bz2|tar\.xz|tgz|zip)\z", RegexOptions.IgnoreCase)]
    private static partial Regex SourceEnding();
}
