using System.Collections.Concurrent;
using System.Globalization;
using System.Net;

namespace PhasedRollout.Demo.GitHub;

/// <summary>
/// Serves git repositories over loopback HTTP as GitHub's REST API would. It knows the endpoints that this project may call and is strict
/// about the rest: an unknown request is answered with 501 and stands in <see cref="UnexpectedRequests"/>.
/// </summary>
public sealed class GitHubStandIn : IAsyncDisposable
{
    private readonly GitHubStandInOptions _options;
    private readonly LoopbackServer _server;
    private readonly GitHubApi _api;
    private readonly Dictionary<string, GitRepository> _repositories;
    private readonly RateLimit _anonymousLimit;
    private readonly RateLimit _tokenLimit;
    private readonly TimeProvider _clock;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly ConcurrentQueue<string> _unexpected = new();
    private readonly List<PendingFault> _faults = [];
    private int _lastRequest;

    private GitHubStandIn(GitHubStandInOptions options, TimeProvider clock)
    {
        (_options, _clock) = (options, clock);
        _repositories = options.Repositories.ToDictionary(pair => pair.Key, pair => new GitRepository(options.Git, pair.Value), StringComparer.Ordinal);
        _api = new GitHubApi(options, _repositories, Writes, _unexpected.Enqueue);
        _anonymousLimit = new RateLimit(options.AnonymousLimit, options.RateWindow, clock);
        _tokenLimit = new RateLimit(options.TokenLimit, options.RateWindow, clock);
        _server = LoopbackServer.Start("The stand-in for GitHub", options.Port, HandleAsync);
    }

    /// <summary>The loopback port it listens on.</summary>
    public int Port => _server.Port;

    /// <summary>What <c>--github-url</c> takes: the exact REST root.</summary>
    public Uri Url => _server.Url;

    /// <summary>Every request so far as <c>GET /path?query</c>, in the order of arrival.</summary>
    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>Requests to anything that this project has no business calling.</summary>
    public IReadOnlyList<string> UnexpectedRequests => [.. _unexpected];

    /// <summary>Deployments, statuses and comments that were written.</summary>
    public GitHubWrites Writes { get; } = new();

    /// <summary>Starts serving.</summary>
    /// <param name="options">What, and under which limits.</param>
    /// <param name="clock">The clock of the rate limit; the system's when null.</param>
    /// <exception cref="DemoException">The port is taken.</exception>
    public static GitHubStandIn Start(GitHubStandInOptions options, TimeProvider? clock = null) => new(options, clock ?? TimeProvider.System);

    /// <summary>Makes matching requests fail from now on.</summary>
    public void Fail(GitHubFault fault)
    {
        lock (_faults)
            _faults.Add(new PendingFault(fault));
    }

    /// <summary>Forgets all failures.</summary>
    public void Heal()
    {
        lock (_faults)
            _faults.Clear();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        foreach (var repository in _repositories.Values)
            await repository.DisposeAsync();
    }

    private async Task HandleAsync(HttpListenerContext context, CancellationToken ct)
    {
        var line = $"{context.Request.HttpMethod} {context.Request.RawUrl}";
        _requests.Enqueue(line);
        var status = 0;
        try
        {
            var request = await GitHubRequest.FromAsync(context.Request, _options.Tokens, ct);
            var fault = TakeFault(context.Request.RawUrl!);
            if (fault?.Kind == GitHubFaultKind.Hang)
                await Task.Delay(Timeout.InfiniteTimeSpan, ct);
            if (fault?.Kind == GitHubFaultKind.Drop)
            {
                // The listener sends an empty answer where nothing was begun.
                context.Response.ContentLength64 = 1000;
                await context.Response.OutputStream.WriteAsync("{"u8.ToArray(), ct);
                context.Response.Abort();
                return;
            }

            if (fault?.Kind == GitHubFaultKind.Slow)
                await Task.Delay(fault.Delay, _clock, ct);
            var limit = request.Authenticated ? _tokenLimit : _anonymousLimit;
            var answer = await DecideAsync(request, context.Request, fault, limit, ct);
            if (answer.ETag is { } tag && context.Request.Headers["If-None-Match"] is { } known && known.Contains(tag, StringComparison.Ordinal))
            {
                if (request.Authenticated)
                    limit.GiveBack();
                answer = answer with { Status = 304, Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["ETag"] = tag } };
            }

            status = answer.Status;
            await SendAsync(context.Response, answer, limit, fault, ct);
        }
        catch (Exception error) when (error is IOException or HttpListenerException or ObjectDisposedException or InvalidOperationException)
        {
            _options.Log?.Invoke($"{line} failed: {error.Message}");
            throw;
        }

        _options.Log?.Invoke($"{line} {status}");
    }

    private async Task<GitHubAnswer> DecideAsync(GitHubRequest request, HttpListenerRequest raw, GitHubFault? fault, RateLimit limit, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(raw.UserAgent))
            return GitHubAnswer.Error(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header.");
        if (request is { Token: not null, Authenticated: false })
            return GitHubAnswer.Error(401, "Bad credentials");
        if (request.Segments is ["rate_limit"] && fault is null)
            return RateLimitAnswer(limit.Look());
        if (FaultAnswer(fault, limit) is { } refusal)
            return refusal;
        if (request.Segments is not ["codeload", ..] && !limit.TryTake())
            return LimitExceeded();
        return await _api.AnswerAsync(request, ct) ?? Unexpected(request, raw);
    }

    private GitHubAnswer Unexpected(GitHubRequest request, HttpListenerRequest raw)
    {
        // What GitHub itself says to a graphql call without a token is part of the API.
        if (request is { Method: "POST", Segments: ["graphql"], Token: null })
            return GitHubAnswer.Error(401, "This endpoint requires you to be authenticated.", "https://docs.github.com/graphql/guides/forming-calls-with-graphql#authenticating-with-graphql");
        _unexpected.Enqueue($"{raw.HttpMethod} {raw.RawUrl}");
        return GitHubAnswer.Error(501, $"The stand-in for GitHub does not serve {raw.HttpMethod} {raw.RawUrl}");
    }

    private static GitHubAnswer RateLimitAnswer(RateLimitState state)
    {
        var rate = new { limit = state.Limit, used = state.Used, remaining = state.Remaining, reset = state.ResetUnixSeconds };
        return GitHubAnswer.Ok(new { resources = new { core = rate, search = rate, graphql = rate }, rate });
    }

    private static GitHubAnswer LimitExceeded() =>
        GitHubAnswer.Error(
            403,
            "API rate limit exceeded for 127.0.0.1. (But here's the good news: Authenticated requests get a higher rate limit. Check out the documentation for more details.)",
            "https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting");

    private static GitHubAnswer? FaultAnswer(GitHubFault? fault, RateLimit limit)
    {
        switch (fault?.Kind)
        {
            case GitHubFaultKind.Forbidden:
                return GitHubAnswer.Error(403, "Resource not accessible by personal access token");
            case GitHubFaultKind.NotFound:
                return GitHubAnswer.NotFound();
            case GitHubFaultKind.RateLimited:
                while (limit.TryTake())
                {
                }

                return LimitExceeded();
            case GitHubFaultKind.TooManyRequests:
                var seconds = ((int)Math.Ceiling(fault.Delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
                return GitHubAnswer.Error(429, "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.") with
                {
                    Headers = new Dictionary<string, string>(StringComparer.Ordinal) { ["Retry-After"] = seconds },
                };
            case GitHubFaultKind.ServerError:
                return GitHubAnswer.Error(500, "Server Error");
            case GitHubFaultKind.BadGateway:
                return new GitHubAnswer(502, "<html><body>Bad Gateway</body></html>"u8.ToArray(), "text/html");
            case GitHubFaultKind.Garbage:
                return GitHubAnswer.Garbage();
            default:
                return null;
        }
    }

    private async Task SendAsync(HttpListenerResponse response, GitHubAnswer answer, RateLimit limit, GitHubFault? fault, CancellationToken ct)
    {
        response.StatusCode = answer.Status;
        response.ContentType = answer.ContentType;
        var state = limit.Look();
        response.Headers["X-GitHub-Media-Type"] = "github.v3; format=json";
        response.Headers["X-GitHub-Request-Id"] = Interlocked.Increment(ref _lastRequest).ToString("X4", CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Limit"] = state.Limit.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Remaining"] = state.Remaining.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Used"] = state.Used.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Reset"] = state.ResetUnixSeconds.ToString(CultureInfo.InvariantCulture);
        response.Headers["X-RateLimit-Resource"] = "core";
        if (answer.ETag is { } tag)
            response.Headers["ETag"] = tag;
        foreach (var (name, value) in answer.Headers)
            response.Headers[name] = value;

        if (answer.Stream is { } write)
        {
            response.SendChunked = true;
            await write(response.OutputStream, ct);
        }
        else if (answer.Status != 304)
        {
            response.ContentLength64 = answer.Body.Length;
            var shown = fault?.Kind == GitHubFaultKind.Truncate ? answer.Body[..(answer.Body.Length / 2)] : answer.Body;
            await response.OutputStream.WriteAsync(shown, ct);
        }

        if (fault?.Kind == GitHubFaultKind.Truncate)
            response.Abort();
        else
            response.Close();
    }

    private GitHubFault? TakeFault(string path)
    {
        lock (_faults)
        {
            var match = _faults.FirstOrDefault(pending => pending.Left > 0 && path.Contains(pending.Fault.PathContains, StringComparison.Ordinal));
            if (match is null)
                return null;
            match.Left--;
            return match.Fault;
        }
    }

    private sealed class PendingFault(GitHubFault fault)
    {
        public GitHubFault Fault { get; } = fault;

        public int Left { get; set; } = fault.Times;
    }
}
