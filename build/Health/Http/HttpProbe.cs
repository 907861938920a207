using System.Globalization;
using System.Net.Sockets;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health.Http;

/// <summary>Asks health addresses over HTTP. A redirect is an answer: it is not followed.</summary>
/// <param name="engineHost">The host that <c>localhost</c> stands for; null when the engine is on this machine.</param>
/// <param name="time">The clock.</param>
internal sealed class HttpProbe(string? engineHost, TimeProvider time) : IHttpProbe, IDisposable
{
    private const int LongestEvidence = 200;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // No proxy: what is asked is the container, not the way to it.
    private readonly HttpClient client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false, UseCookies = false })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <inheritdoc />
    public async Task<HttpAnswer> AskAsync(HealthUrl address, CancellationToken cancellationToken)
    {
        var askedAt = time.GetUtcNow();
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, OnEngineHost(address.Url));
            // A connection that is kept would go on speaking to the container before this one.
            request.Headers.ConnectionClose = true;
            request.Headers.UserAgent.ParseAdd("phased-rollout");
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return (int)response.StatusCode == address.Expect
                ? new HttpAnswer(askedAt, true, ((int)response.StatusCode).ToString(CultureInfo.InvariantCulture))
                : new HttpAnswer(askedAt, false, await DescribeAsync(response, address.Expect, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new HttpAnswer(askedAt, false, $"no answer within {PlainText.Span(Patience)}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return new HttpAnswer(askedAt, false, Describe(exception));
        }
    }

    /// <inheritdoc />
    public void Dispose() => client.Dispose();

    internal Uri OnEngineHost(Uri address) =>
        engineHost is not null && address.IsLoopback ? new UriBuilder(address) { Host = engineHost }.Uri : address;

    private static async Task<string> DescribeAsync(HttpResponseMessage response, int expected, CancellationToken cancellationToken)
    {
        var to = response.Headers.Location is { } location ? $" to {PlainText.Line(location.ToString(), LongestEvidence)}" : "";
        var text = FormattableString.Invariant($"{(int)response.StatusCode}{to} instead of {expected}");
        var said = await StartOfBodyAsync(response, cancellationToken);
        return said.Length == 0 ? text : $"{text}: {said}";
    }

    private static async Task<string> StartOfBodyAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var start = new byte[4 * LongestEvidence];
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            var length = await body.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken);
            return PlainText.Line(Encoding.UTF8.GetString(start, 0, length), LongestEvidence);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException or OperationCanceledException)
        {
            // The status was the answer; what follows it only explains.
            return "";
        }
    }

    private static string Describe(Exception exception) => exception switch
    {
        { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "connection refused",
        { InnerException: SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } } => "unknown host",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => $"no secure connection: {PlainText.Line(exception.InnerException?.Message ?? exception.Message)}",
        HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded }
            or { InnerException: IOException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } } }
            or { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionReset or SocketError.Shutdown } } => "the connection was closed without an answer",
        _ => PlainText.Line(exception.InnerException?.Message ?? exception.Message),
    };
}
