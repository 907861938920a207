using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PhasedRollout.Contexts.GitHub;

/// <summary><c>GET repos/{owner}/{name}</c>: what we use of it.</summary>
internal sealed record RepositoryJson(string? FullName, string? DefaultBranch, bool? Archived);

/// <summary>The answers that Octokit is asked for.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RepositoryJson))]
internal sealed partial class AnswerJson : JsonSerializerContext;

/// <summary><c>GET repos/{owner}/{name}/commits/{ref}</c> with the media type <c>application/vnd.github.sha</c>: the id alone; some servers send the
/// whole commit all the same.</summary>
internal static class CommitAnswer
{
    /// <summary>What <paramref name="body"/> says is the commit's id; null when it says none.</summary>
    public static string? Read(ReadOnlySpan<byte> body)
    {
        var text = body.Trim("\r\n \t"u8);
        if (text.Length == 40 && GitObjectId.IsFull(Encoding.ASCII.GetString(text)))
            return Encoding.ASCII.GetString(text);

        var reader = new Utf8JsonReader(body);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return null;

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isId = reader.ValueTextEquals("sha"u8);
                reader.Read();
                if (isId)
                    return reader.TokenType == JsonTokenType.String ? reader.GetString() : null;

                reader.Skip();
            }

            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary><c>GET repos/{owner}/{name}/git/blobs/{id}</c>.</summary>
internal static class BlobAnswer
{
    /// <summary>The blob's bytes; null when <paramref name="body"/> is no such answer.</summary>
    /// <exception cref="FormatException">The content is not the base64 that it says it is.</exception>
    public static byte[]? Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("content", out var content) || content.ValueKind != JsonValueKind.String)
                return null;

            var text = content.GetString()!;
            return document.RootElement.TryGetProperty("encoding", out var encoding) && encoding.ValueEquals("utf-8"u8)
                ? Encoding.UTF8.GetBytes(text)
                : Convert.FromBase64String(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
