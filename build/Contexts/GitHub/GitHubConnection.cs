using System.Net;
using System.Net.Http.Headers;
using Octokit;
using Octokit.Internal;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>The way to one GitHub: Octokit over our handlers, and beside it a plain client for archives, which Octokit would hold in memory.</summary>
internal sealed class GitHubConnection : IDisposable
{
    private const string Agent = "phased-rollout";

    // Octokit's own timeout would end a wait that GitHub asked for; RetryingHandler watches the clock instead.
    private static readonly TimeSpan BeyondAnyWait = TimeSpan.FromHours(1);

    private readonly RequestCounter counter;
    private readonly HttpClientAdapter adapter;
    private readonly HttpClient plain;
    private readonly Uri root;
    private readonly string? token;

    public GitHubConnection(
        Uri root, string? token, AnswerCache cache, Patience patience, TimeProvider clock, IRunLog log, Refusals refusals, HttpMessageHandler wire)
    {
        // Relative addresses are resolved against it: without the slash the last segment of the root would be lost.
        this.root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        this.token = token;
        counter = new RequestCounter(this.root) { InnerHandler = wire };
        HttpMessageHandler Chain() => new RetryingHandler(patience, clock, log, refusals)
        {
            InnerHandler = new RedirectHandler(this.root) { InnerHandler = counter },
        };

        adapter = new HttpClientAdapter(() => new CachingHandler(cache, refusals) { InnerHandler = Chain() });
        plain = new HttpClient(Chain()) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        Api = new Connection(
            new Octokit.ProductHeaderValue(Agent),
            this.root,
            new InMemoryCredentialStore(token is null ? Credentials.Anonymous : new Credentials(token)),
            adapter,
            new AnswerReader());
        Api.SetRequestTimeout(BeyondAnyWait);
    }

    /// <summary>Octokit's connection.</summary>
    public Connection Api { get; }

    /// <summary>The requests so far.</summary>
    public RequestCounter Counter => counter;

    /// <summary>The real network.</summary>
    public static HttpMessageHandler Wire(Patience patience) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = patience.Timeout,
    };

    /// <summary>The whole address of <paramref name="address"/>, which is relative to the root.</summary>
    public Uri AddressOf(string address) => new(root, address);

    /// <summary>Asks for <paramref name="address"/>, relative to the root, and returns its answer with the body still on the way.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string address, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, AddressOf(address));
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(Agent, null));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

        request.Options.Set(RedirectHandler.Archive, true);
        return await plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose()
    {
        adapter.Dispose();
        plain.Dispose();
    }
}
