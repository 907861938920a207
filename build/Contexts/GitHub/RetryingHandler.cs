using System.Net;
using System.Security.Cryptography;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>How patient we are.</summary>
/// <param name="Timeout">How long a server may be silent: before its answer begins, and between two pieces of it.</param>
/// <param name="LongestWait">How long we wait when GitHub asks us to; beyond it the run ends and says when to come back.</param>
/// <param name="Tries">How often a request is sent when the server fails.</param>
internal sealed record Patience(TimeSpan Timeout, TimeSpan LongestWait, int Tries)
{
    /// <summary>15 seconds, 60 seconds, 3 tries.</summary>
    public static readonly Patience Default = new(TimeSpan.FromSeconds(15), TimeSpan.FromSeconds(60), 3);
}

/// <summary>Tries again what may pass, and turns what will not into a refusal that says who was asked what and what the answer was.</summary>
internal sealed class RetryingHandler(Patience patience, TimeProvider clock, IRunLog log, Refusals refusals) : DelegatingHandler
{
    private const int MostHangs = 2;
    private const int LargestAnswer = 256 * 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(400);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        var began = clock.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            string failure;
            try
            {
                var response = await SendOnceAsync(request, cancellationToken);
                if (RateLimit.WaitOf(response, clock) is { } wait)
                {
                    if (wait > patience.LongestWait || attempt >= patience.Tries)
                        throw refusals.NoRequestsLeft(asked, response, wait);

                    log.Warning(FormattableString.Invariant(
                        $"GitHub asks for a pause of {Math.Ceiling(wait.TotalSeconds)} s (answer {(int)response.StatusCode}); waiting"));
                    response.Dispose();
                    await Task.Delay(wait, clock, cancellationToken);
                    continue;
                }

                if ((int)response.StatusCode < 500)
                    return refusals.ThrowIfRefused(asked, response);

                failure = $"it answered {(int)response.StatusCode} {response.ReasonPhrase}";
                response.Dispose();
            }
            catch (TimeoutException)
            {
                if (attempt >= MostHangs)
                    throw Refusals.Silent(asked, patience.Timeout, clock.GetElapsedTime(began), attempt);

                failure = FormattableString.Invariant($"it was silent for {patience.Timeout.TotalSeconds:0.#} s");
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                failure = error.GetBaseException().Message;
            }

            if (attempt >= patience.Tries)
                throw refusals.Unreachable(asked, failure, attempt);

            var pause = FirstPause * Math.Pow(2, attempt - 1) * (1 + RandomNumberGenerator.GetInt32(0, 50) / 100.0);
            log.Debug(FormattableString.Invariant($"GET {asked}: {failure}; trying again in {pause.TotalMilliseconds:0} ms"));
            await Task.Delay(pause, clock, cancellationToken);
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var silence = new CancellationTokenSource(patience.Timeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, silence.Token);
        try
        {
            var response = await base.SendAsync(request, either.Token);
            if (!RedirectHandler.IsArchive(request) || response.StatusCode != HttpStatusCode.OK)
                await BufferAsync(response, silence, either.Token);

            return response;
        }
        catch (OperationCanceledException) when (silence.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException();
        }
    }

    // A tree of 7 MB over a slow line is fine as long as it moves: the clock starts anew with every piece.
    private async Task BufferAsync(HttpResponseMessage response, CancellationTokenSource silence, CancellationToken cancellationToken)
    {
        var body = new MemoryStream();
        var piece = new byte[64 * 1024];
        await using (var source = await response.Content.ReadAsStreamAsync(cancellationToken))
        {
            for (int read; (read = await source.ReadAsync(piece, cancellationToken)) > 0;)
            {
                silence.CancelAfter(patience.Timeout);
                body.Write(piece, 0, read);
                if (body.Length > LargestAnswer)
                    throw new IOException($"the answer is larger than {LargestAnswer / 1024 / 1024} MB");
            }
        }

        var whole = new ByteArrayContent(body.ToArray());
        foreach (var (name, values) in response.Content.Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                whole.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = whole;
    }
}
