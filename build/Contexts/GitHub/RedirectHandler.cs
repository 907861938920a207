using System.Net;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Follows a renamed repository on the same server. Another server is never asked with the token: an archive is fetched there
/// without it (GitHub's address carries its own), anything else is refused.</summary>
internal sealed class RedirectHandler(Uri root) : DelegatingHandler
{
    private const int MostHops = 5;

    /// <summary>Set on a request whose body is streamed to its reader and may come from another server.</summary>
    public static readonly HttpRequestOptionsKey<bool> Archive = new("archive");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        for (var hop = 1; Target(response) is { } target; hop++)
        {
            var from = response.RequestMessage?.RequestUri ?? request.RequestUri!;
            response.Dispose();
            target = new Uri(from, target);
            if (hop > MostHops)
                throw Refusals.Redirected(request.RequestUri!, target, $"that is redirect number {hop}");

            if (!IsAllowed(request, target))
                throw Refusals.Redirected(request.RequestUri!, target, "another server is not asked in its place");

            response = await base.SendAsync(Follow(request, target), cancellationToken);
        }

        return response;
    }

    private static Uri? Target(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => response.Headers.Location,
        _ => null,
    };

    private bool IsAllowed(HttpRequestMessage request, Uri target) =>
        Origins.Same(target, root)
        || (IsArchive(request) && (target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && target.IsLoopback)));

    private HttpRequestMessage Follow(HttpRequestMessage request, Uri target)
    {
        var next = new HttpRequestMessage(HttpMethod.Get, target) { Version = request.Version };
        foreach (var (name, values) in request.Headers)
            next.Headers.TryAddWithoutValidation(name, values);

        if (!Origins.Same(target, root))
            next.Headers.Authorization = null;

        return next;
    }

    /// <summary>True for the request of an archive.</summary>
    public static bool IsArchive(HttpRequestMessage request) => request.Options.TryGetValue(Archive, out var archive) && archive;
}
