using System.Text.Json;
using Octokit.Internal;

namespace PhasedRollout.Contexts.GitHub;

/// <summary><c>GET repos/{owner}/{name}</c>: what we use of it.</summary>
internal sealed record RepositoryJson(string? DefaultBranch);

/// <summary><c>GET repos/{owner}/{name}/git/trees/{id}</c>: what we use of it.</summary>
internal sealed record TreeJson(IReadOnlyList<TreeItemJson>? Tree, bool Truncated);

/// <summary>An entry of <see cref="TreeJson"/>.</summary>
internal sealed record TreeItemJson(string? Path, string? Mode, string? Sha, long? Size);

/// <summary><c>GET repos/{owner}/{name}/git/blobs/{id}</c>: what we use of it.</summary>
internal sealed record BlobJson(string? Content, string? Encoding);

/// <summary>Reads answers in place of Octokit's own reader, which stumbles over a <c>"size": null</c>.</summary>
internal sealed class AnswerReader : IJsonSerializer
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>We only read.</summary>
    public string Serialize(object item) => throw new NotSupportedException("nothing is sent to GitHub");

    public T Deserialize<T>(string json) => JsonSerializer.Deserialize<T>(json, Options)!;
}
