using System.Text.Json;

namespace PhasedRollout.Contexts.Rules.Node;

/// <summary>What a <c>package.json</c> says of scripts and dependencies.</summary>
/// <param name="Scripts">The scripts by name.</param>
/// <param name="Dependencies">What a production install brings, with versions as written.</param>
/// <param name="DevelopmentDependencies">What it leaves out.</param>
internal sealed record NodeProject(
    IReadOnlyDictionary<string, string> Scripts, IReadOnlyDictionary<string, string> Dependencies, IReadOnlyDictionary<string, string> DevelopmentDependencies)
{
    /// <summary>Reads <paramref name="text"/>; null when npm would not read it, or something in it is not what it should be.</summary>
    public static NodeProject? Read(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && Texts(root, "scripts") is { } scripts && Texts(root, "devDependencies") is { } development
                && Texts(root, "dependencies") is { } dependencies && Texts(root, "optionalDependencies") is { } optional && Texts(root, "peerDependencies") is { } peers
                ? new NodeProject(scripts, dependencies.Concat(optional).Concat(peers).DistinctBy(it => it.Key).ToDictionary(), development)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Dictionary<string, string>? Texts(JsonElement root, string key)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!root.TryGetProperty(key, out var section))
            return texts;
        if (section.ValueKind != JsonValueKind.Object)
            return null;

        foreach (var property in section.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                return null;
            texts[property.Name] = property.Value.GetString()!;
        }

        return texts;
    }
}
