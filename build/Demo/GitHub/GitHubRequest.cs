using System.Net;
using System.Text;
using System.Web;

namespace PhasedRollout.Demo.GitHub;

/// <summary>What of a request decides its answer.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Segments">The path, split at its slashes first and decoded then: a ref's own slashes may come as <c>%2F</c>.</param>
/// <param name="Query">Decoded.</param>
/// <param name="Accept">The media types asked for.</param>
/// <param name="Token">From <c>Authorization</c>, or null.</param>
/// <param name="Authenticated">The token is one that is accepted.</param>
/// <param name="RawQuery">As it came, with its question mark; or empty.</param>
/// <param name="Body">What was sent; empty for a question.</param>
/// <param name="Root">Scheme, host and port as the caller addressed us, without a slash at the end.</param>
internal sealed record GitHubRequest(
    string Method,
    string[] Segments,
    IReadOnlyDictionary<string, string> Query,
    IReadOnlyList<string> Accept,
    string? Token,
    bool Authenticated,
    string RawQuery,
    string Body,
    string Root)
{
    /// <summary>Reads a request of the listener.</summary>
    public static async Task<GitHubRequest> FromAsync(HttpListenerRequest request, IReadOnlySet<string> tokens, CancellationToken ct)
    {
        using var body = new MemoryStream();
        await request.InputStream.CopyToAsync(body, ct);
        var path = request.RawUrl!.Split('?')[0];
        var query = HttpUtility.ParseQueryString(request.Url!.Query);
        var token = request.Headers["Authorization"]?.Split(' ', 2) is [_, var value] ? value.Trim() : null;
        return new GitHubRequest(
            request.HttpMethod,
            [.. path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString)],
            query.AllKeys.Where(key => key is not null).ToDictionary(key => key!, key => query[key] ?? "", StringComparer.Ordinal),
            [.. (request.AcceptTypes ?? []).Select(type => type.Split(';')[0].Trim())],
            token,
            token is not null && tokens.Contains(token),
            request.Url.Query,
            Encoding.UTF8.GetString(body.GetBuffer().AsSpan(0, (int)body.Length)),
            request.Url.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>One of these media types is asked for.</summary>
    public bool Accepts(params ReadOnlySpan<string> types)
    {
        foreach (var type in types)
            if (Accept.Contains(type))
                return true;
        return false;
    }
}
