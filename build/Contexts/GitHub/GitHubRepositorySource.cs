using System.Text;
using System.Text.Json;
using Octokit;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Repositories on GitHub, a GitHub Enterprise or a stand-in, through the REST API.</summary>
internal sealed class GitHubRepositorySource : IRepositorySource, IDisposable
{
    // GitHub reads the end of such a ref as the name of another endpoint, unless its slashes are encoded.
    private static readonly string[] EndpointsBelowCommits =
        ["/status", "/statuses", "/comments", "/pulls", "/check-runs", "/check-suites", "/branches-where-head"];

    private readonly GitHubConnection connection;
    private readonly AnswerCache cache;
    private readonly Patience patience;
    private readonly TimeProvider clock;
    private readonly IRunLog log;
    private readonly Refusals refusals;
    private readonly bool tokenGiven;
    private readonly Once<(RepositoryName, string?), RefResolution> refs = new();
    private readonly Once<(RepositoryName, string Id, bool Recursive), TreeAnswer> trees = new();
    private readonly Once<(RepositoryName, string Commit, string Paths), RepositoryTree> commits = new();
    private readonly Once<(RepositoryName, string Id), byte[]> blobs = new();

    /// <param name="apiRoot">The exact REST root, such as <c>https://api.github.com</c>.</param>
    /// <param name="token">A token, or null; it is sent to the host of <paramref name="apiRoot"/> and to no other.</param>
    /// <param name="cacheDirectory">Where answers are kept; made when missing, for its owner alone.</param>
    /// <param name="clock">The time.</param>
    /// <param name="log">Where waiting and counting is told.</param>
    /// <exception cref="WorldRefusedException">The token cannot be one: it holds characters that no token has.</exception>
    public GitHubRepositorySource(Uri apiRoot, string? token, string cacheDirectory, TimeProvider clock, IRunLog log)
        : this(apiRoot, token, cacheDirectory, clock, log, Patience.Default, GitHubConnection.Wire(Patience.Default))
    {
    }

    internal GitHubRepositorySource(
        Uri apiRoot, string? token, string cacheDirectory, TimeProvider clock, IRunLog log, Patience patience, HttpMessageHandler wire)
    {
        token = TokenOf(token);
        tokenGiven = token is not null;
        if (tokenGiven && apiRoot.Scheme == Uri.UriSchemeHttp && !apiRoot.IsLoopback)
            log.Warning($"the GitHub token travels unencrypted to {apiRoot.Authority}; use https");

        this.patience = patience;
        this.clock = clock;
        this.log = log;
        refusals = new Refusals(token);
        cache = new AnswerCache(cacheDirectory, log);
        connection = new GitHubConnection(apiRoot, token, cache, patience, clock, log, refusals, wire);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => connection.Counter.Usage;

    /// <inheritdoc/>
    public string Budget => connection.Counter.Budget;

    /// <inheritdoc/>
    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken) =>
        refs.AskAsync((repository, reference), () => ResolveOnceAsync(repository, reference, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<bool> IsBranchAndTagAsync(RepositoryName repository, string reference, string commit, CancellationToken cancellationToken)
    {
        var key = $"{connection.AddressOf(PathOf(repository)).AbsoluteUri}#branch-and-tag:{commit}:{reference}";
        if (cache.Read(key) is { Body: [var known] })
            return known == '1';

        // Most refs are branches: the tag is asked for first, and the branch only where there is one.
        var both = await CommitAsync(repository, $"tags/{reference}", cancellationToken) is not null
            && await CommitAsync(repository, $"heads/{reference}", cancellationToken) is not null;
        cache.Write(key, new CachedAnswer(null, "text/plain", [both ? (byte)'1' : (byte)'0']));
        return both;
    }

    /// <inheritdoc/>
    public Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        commits.AskAsync(
            (repository, commit, string.Join('\n', paths.Order(StringComparer.Ordinal))),
            () => new TreeReader((id, recursive) => TreeAsync(repository, id, recursive, cancellationToken)).ReadAsync(commit, paths),
            cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        blobs.AskAsync((repository, blob), () => BlobAsync(repository, blob, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var response = await connection.OpenAsync($"{PathOf(repository)}/tarball/{commit}", cancellationToken);
        var asked = response.RequestMessage!.RequestUri!;
        if (!response.IsSuccessStatusCode)
        {
            response.Dispose();
            throw Refusals.Wrong(repository, $"GitHub has no archive of commit {commit} ({(int)response.StatusCode})");
        }

        log.Debug($"reading the archive of {repository} at {commit}");
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new WatchedStream(body, response, patience.Timeout, clock, failure => refusals.Unreachable(asked, failure, 1));
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>The root it asks, without the token.</summary>
    public override string ToString() => $"GitHub at {connection.Api.BaseAddress}";

    private async Task<RefResolution> ResolveOnceAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken)
    {
        if (reference is null)
        {
            if (await DefaultBranchAsync(repository, cancellationToken) is not { } branch)
                return new InvisibleRepository(tokenGiven, OwnerExists: null);

            reference = branch;
        }

        if (await CommitAsync(repository, reference, cancellationToken) is { } commit)
            return new ResolvedRef(commit, reference);

        return await DefaultBranchAsync(repository, cancellationToken) is { } known
            ? new UnknownRef(known)
            : new InvisibleRepository(tokenGiven, OwnerExists: null);
    }

    private async Task<string?> DefaultBranchAsync(RepositoryName repository, CancellationToken cancellationToken) =>
        await GetAsync<RepositoryJson>(repository, PathOf(repository), null, cancellationToken) is { } answer
            ? answer.DefaultBranch ?? throw Refusals.Wrong(repository, "the server names no default branch")
            : null;

    private async Task<string?> CommitAsync(RepositoryName repository, string reference, CancellationToken cancellationToken)
    {
        // With this media type the answer is the id alone instead of the whole difference; some servers send the JSON anyway.
        var answer = await GetAsync<object>(
            repository, $"{PathOf(repository)}/commits/{Escape(reference)}", "application/vnd.github.sha", cancellationToken);
        var commit = answer is JsonElement json ? json.GetProperty("sha").ToString() : (answer as string)?.Trim();
        return answer is null || GitObjectId.IsFull(commit)
            ? commit
            : throw Refusals.Wrong(repository, $"the server names '{Shown.Safe(commit ?? "", 60)}' as the commit of '{reference}'");
    }

    private Task<TreeAnswer> TreeAsync(RepositoryName repository, string id, bool recursive, CancellationToken cancellationToken) =>
        trees.AskAsync(
            (repository, id, recursive),
            async () =>
            {
                var address = $"{PathOf(repository)}/git/trees/{id}{(recursive ? "?recursive=1" : "")}";
                var answer = await GetAsync<TreeJson>(repository, address, null, cancellationToken)
                    ?? throw Refusals.Wrong(repository, $"the server knows the commit but has no tree {id}");
                return Kept(address, () => TreeAnswers.Read(repository, answer));
            },
            cancellationToken);

    private async Task<byte[]> BlobAsync(RepositoryName repository, string id, CancellationToken cancellationToken)
    {
        var address = $"{PathOf(repository)}/git/blobs/{id}";
        var blob = await GetAsync<BlobJson>(repository, address, null, cancellationToken)
            ?? throw Refusals.Wrong(repository, $"the server has no blob {id}");
        return Kept(address, () => Content(repository, id, blob));
    }

    private static byte[] Content(RepositoryName repository, string id, BlobJson blob)
    {
        byte[] bytes;
        try
        {
            bytes = blob.Encoding == "utf-8" ? Encoding.UTF8.GetBytes(blob.Content ?? "") : Convert.FromBase64String(blob.Content ?? "");
        }
        catch (FormatException)
        {
            throw Refusals.Wrong(repository, $"blob {id} is not the base64 that it says it is");
        }

        return GitObjectId.OfBlob(bytes) == id
            ? bytes
            : throw Refusals.Wrong(repository, $"blob {id} arrived with other bytes (their id is {GitObjectId.OfBlob(bytes)})");
    }

    // An answer that turns out to be wrong must not be the cached one of the next run.
    private T Kept<T>(string address, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (WorldRefusedException)
        {
            cache.Remove(connection.AddressOf(address).AbsoluteUri);
            throw;
        }
    }

    /// <summary>The answer, or null for "not found".</summary>
    private async Task<T?> GetAsync<T>(RepositoryName repository, string address, string? accept, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var uri = new Uri(address, UriKind.Relative);
            return (await connection.Api.Get<T>(uri, null, accept, cancellationToken)).Body;
        }
        catch (ApiException refused) when ((int)refused.StatusCode is 404 or 409 or 422)
        {
            return null;
        }
        catch (Exception error) when (error is not (OperationCanceledException or RolloutException))
        {
            throw Refusals.Wrong(repository, $"the answer to GET {address} cannot be read: {error.GetType().Name}");
        }
    }

    private static string PathOf(RepositoryName repository) =>
        $"repos/{Uri.EscapeDataString(repository.Owner)}/{Uri.EscapeDataString(repository.Name)}";

    private static string Escape(string reference)
    {
        var whole = Uri.EscapeDataString(reference);
        return EndpointsBelowCommits.Any(end => reference.EndsWith(end, StringComparison.Ordinal))
            ? whole
            : whole.Replace("%2F", "/", StringComparison.Ordinal);
    }

    private static string? TokenOf(string? text)
    {
        var token = text?.Trim();
        if (string.IsNullOrEmpty(token))
            return null;

        return token.All(c => c is > ' ' and < '\u007f')
            ? token
            : throw new WorldRefusedException(
                FailureClass.CredentialsRejected,
                "the GitHub token cannot be one: it holds spaces or characters outside ASCII",
                "copy it again; it comes from --github-token, GITHUB_TOKEN or GH_TOKEN (the first that is set)");
    }
}
