using System.Security.Cryptography;
using System.Text.Json;

namespace PhasedRollout.Contexts.Registries;

/// <summary>Reads what registries answer: <c>github.com/opencontainers/image-spec</c>, and Docker's forms of the same.</summary>
internal static class Manifests
{
    private const int MostTags = 20_000;

    /// <summary>The kinds of manifest that we take: lists first, so that a registry gives the whole of what a tag names.</summary>
    public static readonly IReadOnlyList<string> Types =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    /// <summary>The digest that the registry names; null when it names none.</summary>
    public static string? DigestOf(HttpResponseMessage answer) =>
        answer.Headers.TryGetValues("Docker-Content-Digest", out var values)
            && values.FirstOrDefault() is { Length: 71 } digest && digest.StartsWith("sha256:", StringComparison.Ordinal)
            && digest[7..].All(char.IsAsciiHexDigitLower)
                ? digest
                : null;

    /// <summary>The digest of a manifest's bytes.</summary>
    public static string DigestOf(byte[] manifest) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(manifest))}";

    /// <summary>The platforms of a list of manifests; null when <paramref name="manifest"/> is that of a single image.</summary>
    public static IReadOnlyList<ImagePlatform>? PlatformsOf(byte[] manifest)
    {
        using var document = JsonDocument.Parse(manifest);
        return Member(document.RootElement, "manifests") is not { ValueKind: JsonValueKind.Array } manifests ? null :
        [
            .. manifests.EnumerateArray()
                .Select(entry => Member(entry, "platform") is { } platform ? PlatformOf(platform) : null)
                // BuildKit puts attestations beside images, for the platform unknown/unknown.
                .OfType<ImagePlatform>().Where(platform => platform.OperatingSystem != "unknown")
                .Distinct(),
        ];
    }

    /// <summary>The digest of the configuration of a single image; null when there is none.</summary>
    public static string? ConfigurationOf(byte[] manifest)
    {
        using var document = JsonDocument.Parse(manifest);
        return Member(document.RootElement, "config") is { } config && Text(config, "digest") is { } digest && digest.All(IsOfDigest) ? digest : null;
    }

    /// <summary>The platform that an image's configuration names.</summary>
    public static ImagePlatform? PlatformOfConfiguration(byte[] configuration)
    {
        using var document = JsonDocument.Parse(configuration);
        return PlatformOf(document.RootElement);
    }

    /// <summary>The tags of a repository.</summary>
    public static IReadOnlyList<string> TagsOf(byte[] answer)
    {
        using var document = JsonDocument.Parse(answer);
        return Member(document.RootElement, "tags") is not { ValueKind: JsonValueKind.Array } tags
            ? []
            : [.. tags.EnumerateArray().Take(MostTags).Where(tag => tag.ValueKind == JsonValueKind.String).Select(tag => tag.GetString()!)];
    }

    private static ImagePlatform? PlatformOf(JsonElement element) =>
        Text(element, "os") is { Length: > 0 } system && Text(element, "architecture") is { Length: > 0 } architecture
            ? new ImagePlatform(system, architecture, Text(element, "variant") is { Length: > 0 } variant ? variant : null)
            : null;

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;

    private static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static bool IsOfDigest(char character) => char.IsAsciiLetterOrDigit(character) || character is ':' or '+' or '.' or '_' or '-';
}
