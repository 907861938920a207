using System.Net;

namespace PhasedRollout.Contexts.Registries;

/// <summary>Sends requests to registries. A redirect is followed; credentials go to the origin that they were meant for and nowhere else.</summary>
internal sealed class RegistryWire : IDisposable
{
    /// <summary>How long a connection may take to be there, its name's address included.</summary>
    public static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);

    private const int MostHops = 5;
    private const int LargestAnswer = 8 * 1024 * 1024;

    private readonly HttpClient http;
    private readonly HttpClient loopback;

    /// <summary>The real network, or <paramref name="handler"/> in its place.</summary>
    public RegistryWire(HttpMessageHandler? handler = null)
    {
        http = Client(handler ?? Handler());
        loopback = Client(handler ?? LoopbackHandler());
    }

    /// <summary>Sends what <paramref name="request"/> makes, and again to where it is redirected.</summary>
    /// <exception cref="HttpRequestException">No answer, or a redirect that must not be followed.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var origin = request.RequestUri!;
        request.Headers.UserAgent.ParseAdd("phased-rollout");
        for (var hop = 1; ; hop++)
        {
            var asked = request.RequestUri!;
            var response = await (asked.IsLoopback ? loopback : http).SendAsync(request, cancellationToken);
            if (Target(response) is not { } location)
                return response;

            response.Dispose();
            var target = new Uri(asked, location);
            var isDowngrade = target.Scheme != Uri.UriSchemeHttps && !(target.Scheme == Uri.UriSchemeHttp && asked.Scheme == Uri.UriSchemeHttp);
            if (hop > MostHops || isDowngrade)
                throw new HttpRequestException($"{asked.Host} redirects to {target.GetLeftPart(UriPartial.Authority)}, which is not followed");

            request = Follow(request, target, Uri.Compare(origin, target, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        http.Dispose();
        loopback.Dispose();
    }

    private static HttpClient Client(HttpMessageHandler handler) => new(handler, disposeHandler: true)
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LargestAnswer,
    };

    private static SocketsHttpHandler Handler() => new()
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = ConnectTimeout,
    };

    private static SocketsHttpHandler LoopbackHandler()
    {
        var handler = Handler();
        handler.UseProxy = false;
#pragma warning disable CA5359 // As the engine does it: a registry of this machine may have a certificate that nobody signed.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore CA5359
        return handler;
    }

    private static Uri? Target(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect => response.Headers.Location,
        _ => null,
    };

    private static HttpRequestMessage Follow(HttpRequestMessage request, Uri target, bool sameOrigin)
    {
        // A form with a refresh token is not sent a second time.
        var next = new HttpRequestMessage(request.Method == HttpMethod.Head ? HttpMethod.Head : HttpMethod.Get, target);
        foreach (var (name, values) in request.Headers)
            next.Headers.TryAddWithoutValidation(name, values);
        if (!sameOrigin)
            next.Headers.Authorization = null;
        return next;
    }
}
