using System.Net;
using System.Security.Cryptography;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Tries again what may pass, and turns what will not into a refusal that says who was asked what and what the answer was.</summary>
internal sealed class RetryingHandler(Patience patience, WaitBudget budget, TimeProvider clock, IRunLog log, Refusals refusals) : DelegatingHandler
{
    private const int MostHangs = 2;

    // Where nobody listens, or the name is unknown, the next second rarely changes it.
    private const int TriesToConnect = 3;
    private const int LargestAnswer = 256 * 1024 * 1024;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(400);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var asked = request.RequestUri!;
        var began = clock.GetTimestamp();
        var limits = 0;
        var hangs = 0;
        for (var attempt = 1; ;)
        {
            await budget.RestAsync(cancellationToken);
            string failure;
            // What is posted is a short cut: where it fails, the long way is taken.
            var tries = request.Method == HttpMethod.Get ? patience.Tries : 1;
            try
            {
                var response = await SendOnceAsync(request, cancellationToken);
                if (RateLimit.WaitOf(response, clock) is { } wait)
                {
                    if (++limits > patience.Tries || !budget.TryTake(wait, all: true))
                        throw refusals.NoRequestsLeft(asked, response, clock.GetUtcNow() + wait, wait);

                    log.Warning(FormattableString.Invariant(
                        $"GitHub asks for a pause of {Math.Ceiling(wait.TotalSeconds)} s (answer {(int)response.StatusCode}); waiting"));
                    response.Dispose();
                    continue;
                }

                if (response.StatusCode is < HttpStatusCode.InternalServerError or HttpStatusCode.NotImplemented)
                    return refusals.ThrowIfRefused(request.Method, asked, response);

                failure = $"it answered {(int)response.StatusCode} {response.ReasonPhrase}";
                response.Dispose();
            }
            catch (TimeoutException)
            {
                if (++hangs >= Math.Min(MostHangs, tries))
                    throw Refusals.Silent(request.Method, asked, patience.Timeout, clock.GetElapsedTime(began), attempt);

                failure = FormattableString.Invariant($"it was silent for {patience.Timeout.TotalSeconds:0.#} s");
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                failure = error.GetBaseException().Message;
                if (error is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError })
                    tries = Math.Min(tries, TriesToConnect);
            }

            var pause = FirstPause * Math.Pow(2, attempt - 1) * (1 + RandomNumberGenerator.GetInt32(0, 50) / 100.0);
            if (attempt >= tries || !budget.TryTake(pause, all: false))
                throw refusals.Unreachable(request.Method, asked, failure, attempt);

            attempt++;
            log.Debug(FormattableString.Invariant($"{request.Method} {asked}: {failure}; trying again in {pause.TotalMilliseconds:0} ms"));
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
        var expected = response.Content.Headers.ContentLength is { } length and <= LargestAnswer ? (int)length : 0;
        var body = new MemoryStream(expected);
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

        var whole = new ReadOnlyMemoryContent(body.GetBuffer().AsMemory(0, (int)body.Length));
        foreach (var (name, values) in response.Content.Headers)
        {
            if (!name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                whole.Headers.TryAddWithoutValidation(name, values);
        }

        response.Content = whole;
    }
}
