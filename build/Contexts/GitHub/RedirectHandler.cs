using System.Collections.Concurrent;
using System.Net;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Follows a renamed repository on the same server, and asks for the rest of it at its new address at once. Another server is never
/// asked with the token: an archive is fetched there without it (GitHub's address carries its own), anything else is refused.</summary>
internal sealed class RedirectHandler(Uri root, ConcurrentDictionary<string, string> moved) : DelegatingHandler
{
    private const int MostHops = 5;

    /// <summary>Set on a request whose body is streamed to its reader and may come from another server.</summary>
    public static readonly HttpRequestOptionsKey<bool> Archive = new("archive");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        var response = await base.SendAsync(Moved(asked) is { } home ? Follow(request, home) : request, cancellationToken);
        for (var hop = 1; Target(request, response) is { } target; hop++)
        {
            var from = response.RequestMessage?.RequestUri ?? asked;
            var forGood = response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.PermanentRedirect;
            response.Dispose();
            target = new Uri(from, target);
            if (hop > MostHops)
                throw Refusals.Redirected(asked, target, $"that is redirect number {hop}");

            if (!IsAllowed(request, target))
                throw Refusals.Redirected(asked, target, "another server is not asked in its place");

            if (forGood)
                Remember(asked, target);

            response = await base.SendAsync(Follow(request, target), cancellationToken);
        }

        return response;
    }

    // A redirected POST would lose its body.
    private static Uri? Target(HttpRequestMessage request, HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect when request.Method == HttpMethod.Get => response.Headers.Location,
        _ => null,
    };

    // GitHub sends everything of a renamed repository to /repositories/<number>/...
    private void Remember(Uri asked, Uri target)
    {
        if (RepositoryAddress.Of(asked) is not { } address || !Origins.Same(target, root))
            return;

        var rest = asked.AbsolutePath[address.Path.Length..];
        if (target.AbsolutePath.EndsWith(rest, StringComparison.Ordinal) && target.Query == asked.Query)
            moved[address.Path] = target.AbsolutePath[..^rest.Length];
    }

    private Uri? Moved(Uri asked) => RepositoryAddress.Of(asked) is { } address && moved.TryGetValue(address.Path, out var home)
        ? new Uri(root, home + asked.AbsolutePath[address.Path.Length..] + asked.Query)
        : null;

    private bool IsAllowed(HttpRequestMessage request, Uri target) =>
        Origins.Same(target, root)
        || (IsArchive(request) && (target.Scheme == Uri.UriSchemeHttps || (target.Scheme == Uri.UriSchemeHttp && target.IsLoopback)));

    private HttpRequestMessage Follow(HttpRequestMessage request, Uri target)
    {
        var next = new HttpRequestMessage(HttpMethod.Get, target) { Version = request.Version };
        foreach (var (name, values) in request.Headers)
            next.Headers.TryAddWithoutValidation(name, values);

        if (RequestCounter.RepositoryOf(request) is { } repository)
            next.Options.Set(RequestCounter.Repository, repository);

        if (!Origins.Same(target, root))
            next.Headers.Authorization = null;

        return next;
    }

    /// <summary>True for the request of an archive.</summary>
    public static bool IsArchive(HttpRequestMessage request) => request.Options.TryGetValue(Archive, out var archive) && archive;
}
