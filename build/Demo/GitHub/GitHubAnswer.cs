using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace PhasedRollout.Demo.GitHub;

/// <summary>What is to be sent: a status and bytes, or a redirect, or a stream that writes itself.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Body">The bytes; empty for a redirect or a stream.</param>
/// <param name="ContentType">Media type of the body.</param>
internal sealed record GitHubAnswer(int Status, ReadOnlyMemory<byte> Body, string ContentType)
{
    // Bodies are anonymous types, which only reflection can write; nothing but this server needs it.
    private static readonly JsonSerializerOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Writes a body whose length is not known beforehand.</summary>
    public Func<Stream, CancellationToken, Task>? Stream { get; init; }

    /// <summary>A validator for <c>If-None-Match</c>; only successful bodies have one.</summary>
    public string? ETag =>
        Status == 200 && Stream is null ? $"\"{Convert.ToHexStringLower(SHA256.HashData(Body.Span))}\"" : null;

    /// <summary>A JSON body made from an object whose properties bear GitHub's names.</summary>
    public static GitHubAnswer Ok(object body) => Of(200, body);

    /// <summary>The same for what was made.</summary>
    public static GitHubAnswer Created(object body) => Of(201, body);

    /// <summary>An error in GitHub's shape.</summary>
    public static GitHubAnswer Error(int status, string message, string documentation = "https://docs.github.com/rest") =>
        Of(status, new { message, documentation_url = documentation, status = status.ToString(System.Globalization.CultureInfo.InvariantCulture) });

    /// <summary>404, which GitHub says for what is absent and for what this caller may not see.</summary>
    public static GitHubAnswer NotFound(string documentation = "https://docs.github.com/rest") => Error(404, "Not Found", documentation);

    /// <summary>Plain text or raw bytes.</summary>
    public static GitHubAnswer Raw(ReadOnlyMemory<byte> body, string contentType) => new(200, body, contentType);

    /// <summary>A <c>Location</c> to follow.</summary>
    public static GitHubAnswer Redirect(string location) =>
        new(302, ReadOnlyMemory<byte>.Empty, "text/html;charset=utf-8")
        {
            Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Location"] = location },
        };

    /// <summary>A body that is not JSON.</summary>
    public static GitHubAnswer Garbage() =>
        new(200, Encoding.UTF8.GetBytes("<html><body>It works!</body></html>"), "text/html");

    /// <summary>A JSON body of any status.</summary>
    public static GitHubAnswer Of(int status, object body) =>
#pragma warning disable RS0030 // These options bring the reflection that is switched off by default.
        new(status, JsonSerializer.SerializeToUtf8Bytes(body, Json), "application/json; charset=utf-8");
#pragma warning restore RS0030
}
