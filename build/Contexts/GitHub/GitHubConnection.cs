using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Octokit;
using Octokit.Internal;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>The way to one GitHub: a plain client for what is asked in every run, whose answers are long and read as they come, and Octokit for the
/// rest. Both stand over the same handlers.</summary>
internal sealed class GitHubConnection : IDisposable
{
    private const string Agent = "phased-rollout";

    // Octokit's own timeout would end a wait that GitHub asked for; RetryingHandler watches the clock instead.
    private static readonly TimeSpan BeyondAnyWait = TimeSpan.FromHours(1);

    private readonly RequestCounter counter;
    private readonly HttpClient plain;
    private readonly Lazy<Connection> octokit;
    private readonly Func<HttpMessageHandler> chain;
    private readonly ConcurrentDictionary<string, string> moved = new(StringComparer.OrdinalIgnoreCase);
    private readonly Uri root;
    private readonly string? token;
    private HttpClientAdapter? adapter;

    public GitHubConnection(
        Uri root, string? token, AnswerCache cache, Patience patience, TimeProvider clock, IRunLog log, Refusals refusals, HttpMessageHandler wire)
    {
        // Relative addresses are resolved against it: without the slash the last segment of the root would be lost.
        this.root = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        this.token = token;
        counter = new RequestCounter(this.root) { InnerHandler = wire };
        var budget = new WaitBudget(patience.Budget, clock);
        chain = () => new CachingHandler(cache, refusals)
        {
            InnerHandler = new RetryingHandler(patience, budget, clock, log, refusals)
            {
                InnerHandler = new RedirectHandler(this.root, moved) { InnerHandler = counter },
            },
        };

        plain = new HttpClient(chain()) { Timeout = System.Threading.Timeout.InfiniteTimeSpan };
        octokit = new Lazy<Connection>(CreateOctokit);
    }

    /// <summary>The root it asks, with a slash at the end.</summary>
    public Uri Root => root;

    /// <summary>Octokit's connection.</summary>
    public Connection Api => octokit.Value;

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

    /// <summary>True when a request about <paramref name="repository"/> was sent to another address for good: it has another name now.</summary>
    public bool HasMoved(RepositoryName repository) => RepositoryAddress.Of(AddressOf(PathOf(repository))) is { } address && moved.ContainsKey(address.Path);

    /// <summary>The path of a repository below the root.</summary>
    public static string PathOf(RepositoryName repository) =>
        $"repos/{Uri.EscapeDataString(repository.Owner)}/{Uri.EscapeDataString(repository.Name)}";

    /// <summary>Asks for <paramref name="address"/>, relative to the root; null for "not found". The answer is all there.</summary>
    public async Task<HttpResponseMessage?> GetAsync(string address, string? accept, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, AddressOf(address), accept ?? "application/vnd.github+json");
        var response = await plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.Conflict or HttpStatusCode.UnprocessableEntity))
            return response;

        response.Dispose();
        return null;
    }

    /// <summary>Posts a question to GraphQL, which stands beside the REST root of an Enterprise and below that of github.com.</summary>
    public async Task<HttpResponseMessage> AskGraphQlAsync(RepositoryName repository, byte[] question, CancellationToken cancellationToken)
    {
        var address = root.AbsolutePath.EndsWith("/api/v3/", StringComparison.OrdinalIgnoreCase) ? AddressOf("../graphql") : AddressOf("graphql");
        using var request = Request(HttpMethod.Post, address, "application/json");
        request.Content = new ByteArrayContent(question) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        request.Options.Set(RequestCounter.Repository, repository);
        return await plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    /// <summary>Asks for <paramref name="address"/>, relative to the root, and returns its answer with the body still on the way.</summary>
    public async Task<HttpResponseMessage> OpenAsync(string address, CancellationToken cancellationToken)
    {
        using var request = Request(HttpMethod.Get, AddressOf(address), null);
        request.Options.Set(RedirectHandler.Archive, true);
        return await plain.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    public void Dispose()
    {
        adapter?.Dispose();
        plain.Dispose();
    }

    private HttpRequestMessage Request(HttpMethod method, Uri address, string? accept)
    {
        var request = new HttpRequestMessage(method, address);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue(Agent, null));
        if (accept is not null)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);

        return request;
    }

    private Connection CreateOctokit()
    {
        adapter = new HttpClientAdapter(chain);
        var connection = new Connection(
            new Octokit.ProductHeaderValue(Agent),
            root,
            new InMemoryCredentialStore(token is null ? Credentials.Anonymous : new Credentials(token)),
            adapter,
            new GeneratedJson(AnswerJson.Default));
        connection.SetRequestTimeout(BeyondAnyWait);
        return connection;
    }
}
