using System.Globalization;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>What GraphQL said.</summary>
/// <param name="Blobs">The blobs that came as text with the bytes of their ids; binary and long ones do not.</param>
/// <param name="Traits">What it says of the repository beside them.</param>
internal sealed record GraphQlAnswer(IReadOnlyDictionary<string, byte[]> Blobs, RepositoryTraits Traits);

/// <summary>One question for many blobs of a repository, and for what else is worth knowing of it
/// (https://docs.github.com/graphql/reference/objects#repository, <c>#blob</c>, <c>#ref</c>).</summary>
internal static class GraphQlFiles
{
    /// <summary>So many blobs are asked for at once.</summary>
    public const int Most = 100;

    /// <summary>The JSON that is posted.</summary>
    public static byte[] Question(RepositoryName repository, IReadOnlyList<string> blobs, IReadOnlyList<string> refs)
    {
        var variables = new StringBuilder("query($owner:String!,$name:String!");
        var fields = new StringBuilder("{repository(owner:$owner,name:$name){nameWithOwner isArchived");
        for (var i = 0; i < refs.Count; i++)
        {
            variables.Append(CultureInfo.InvariantCulture, $",$h{i}:String!,$t{i}:String!");
            fields.Append(CultureInfo.InvariantCulture, $" h{i}:ref(qualifiedName:$h{i}){{name}} t{i}:ref(qualifiedName:$t{i}){{name}}");
        }

        for (var i = 0; i < blobs.Count; i++)
            fields.Append(CultureInfo.InvariantCulture, $" b{i}:object(oid:\"{blobs[i]}\"){{...on Blob{{oid isBinary isTruncated text}}}}");

        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body))
        {
            writer.WriteStartObject();
            writer.WriteString("query", $"{variables}){fields}}}}}");
            writer.WriteStartObject("variables");
            writer.WriteString("owner", repository.Owner);
            writer.WriteString("name", repository.Name);
            for (var i = 0; i < refs.Count; i++)
            {
                writer.WriteString(string.Create(CultureInfo.InvariantCulture, $"h{i}"), $"refs/heads/{refs[i]}");
                writer.WriteString(string.Create(CultureInfo.InvariantCulture, $"t{i}"), $"refs/tags/{refs[i]}");
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return body.ToArray();
    }

    /// <summary>What <paramref name="body"/> answers to that question; null when it does not.</summary>
    public static GraphQlAnswer? Read(ReadOnlyMemory<byte> body, RepositoryName repository, IReadOnlyList<string> blobs, IReadOnlyList<string> refs)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (Property(document.RootElement, "data") is not { } data || Property(data, "repository") is not { ValueKind: JsonValueKind.Object } answer)
                return null;

            var texts = new Dictionary<string, byte[]>(StringComparer.Ordinal);
            for (var i = 0; i < blobs.Count; i++)
            {
                if (Property(answer, $"b{i}") is { } blob && Bytes(blob, blobs[i]) is { } bytes)
                    texts[blobs[i]] = bytes;
            }

            var both = Enumerable.Range(0, refs.Count)
                .Where(i => Property(answer, $"h{i}") is { ValueKind: JsonValueKind.Object } && Property(answer, $"t{i}") is { ValueKind: JsonValueKind.Object })
                .Select(i => refs[i])
                .ToHashSet(StringComparer.Ordinal);
            var archived = Property(answer, "isArchived")?.ValueKind;
            return new GraphQlAnswer(texts, new RepositoryTraits
            {
                CurrentName = RepositoryTraits.OtherName(repository, Property(answer, "nameWithOwner") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null),
                IsArchived = archived is JsonValueKind.True ? true : archived is JsonValueKind.False ? false : null,
                BranchesAndTags = both,
            });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // The text of a blob that is no UTF-8 has lost something; its id says so.
    private static byte[]? Bytes(JsonElement blob, string id)
    {
        if (Property(blob, "text") is not { ValueKind: JsonValueKind.String } text)
            return null;

        var bytes = Encoding.UTF8.GetBytes(text.GetString()!);
        return GitObjectId.OfBlob(bytes) == id ? bytes : null;
    }

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
