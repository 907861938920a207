using System.Net;
using System.Net.Http.Headers;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Asks whether what may move, a ref or a repository's description, changed since it was asked last. A commit named by its full id is
/// not asked again. Trees and blobs are kept by <see cref="GitHubObjects"/>, once they are read and verified.</summary>
internal sealed class CachingHandler(AnswerCache cache, Refusals refusals) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (request.Method != HttpMethod.Get || AnswerShape.Of(request.RequestUri!) is not { } shape)
            return await base.SendAsync(request, cancellationToken);

        var key = request.RequestUri!.AbsoluteUri;
        var cached = cache.Read(key);
        if (cached is not null && shape.Immutable)
            return Respond(request, cached);

        if (cached?.ETag is { } known && EntityTagHeaderValue.TryParse(known, out var tag))
            request.Headers.IfNoneMatch.Add(tag);

        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotModified && cached is not null)
            return Respond(request, cached);

        if (response.StatusCode == HttpStatusCode.OK)
        {
            var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (!shape.Fits(body))
                throw refusals.Unreadable(request.RequestUri!, response);

            var etag = response.Headers.ETag?.ToString();
            if (shape.Immutable || etag is not null)
                cache.Write(key, new CachedAnswer(etag, response.Content.Headers.ContentType?.ToString() ?? "application/json", body));
        }

        return response;
    }

    private static HttpResponseMessage Respond(HttpRequestMessage request, CachedAnswer answer)
    {
        var content = new ReadOnlyMemoryContent(answer.Body);
        content.Headers.TryAddWithoutValidation("Content-Type", answer.ContentType);
        return new HttpResponseMessage(HttpStatusCode.OK) { Content = content, RequestMessage = request };
    }
}
