using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Repositories on GitHub, a GitHub Enterprise or a stand-in, through the REST API, and GraphQL where a token is given.</summary>
internal sealed class GitHubRepositorySource : IRepositorySource, IDisposable
{
    // GitHub reads the end of such a ref as the name of another endpoint, unless its slashes are encoded.
    private static readonly string[] EndpointsBelowCommits =
        ["/status", "/statuses", "/comments", "/pulls", "/check-runs", "/check-suites", "/branches-where-head"];

    private readonly GitHubConnection connection;
    private readonly GitHubObjects objects;
    private readonly GitHubDescriptions descriptions;
    private readonly Patience patience;
    private readonly TimeProvider clock;
    private readonly IRunLog log;
    private readonly Refusals refusals;
    private readonly bool tokenGiven;
    private readonly Once<(RepositoryName, string?), RefResolution> refs = new();
    private readonly Once<(RepositoryName, string Commit, string Paths), RepositoryTree> commits = new();

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
        var cache = new AnswerCache(cacheDirectory, log);
        connection = new GitHubConnection(apiRoot, token, cache, patience, clock, log, refusals, wire);
        objects = new GitHubObjects(connection, cache, refusals);
        descriptions = new GitHubDescriptions(connection, objects, cache, tokenGiven, log);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => connection.Counter.Usage;

    /// <inheritdoc/>
    public string Budget => connection.Counter.Budget;

    /// <inheritdoc/>
    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken) =>
        refs.AskAsync((repository, reference), () => ResolveOnceAsync(repository, reference, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public RepositoryTraits TraitsOf(RepositoryName repository) => descriptions.TraitsOf(repository);

    /// <inheritdoc/>
    public Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        commits.AskAsync(
            (repository, commit, string.Join('\n', paths.Order(StringComparer.Ordinal))),
            () => new TreeReader((id, recursive) => objects.TreeAsync(repository, id, recursive, cancellationToken)).ReadAsync(commit, paths),
            cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        objects.BlobAsync(repository, blob, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> blobs, CancellationToken cancellationToken)
    {
        var distinct = blobs.Distinct(StringComparer.Ordinal).ToList();
        await descriptions.FetchAsync(repository, distinct, cancellationToken);
        var bytes = await Task.WhenAll(distinct.Select(id => objects.BlobAsync(repository, id, cancellationToken)));
        return distinct.Zip(bytes).ToDictionary(it => it.First, it => it.Second, StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var response = await connection.OpenAsync($"{GitHubConnection.PathOf(repository)}/tarball/{commit}", cancellationToken);
        var asked = response.RequestMessage!.RequestUri!;
        if (!response.IsSuccessStatusCode)
        {
            response.Dispose();
            throw Refusals.Wrong(repository, $"GitHub has no archive of commit {commit} ({(int)response.StatusCode})");
        }

        log.Debug($"reading the archive of {repository} at {commit}");
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new WatchedStream(body, response, patience.Timeout, clock, failure => refusals.Unreachable(HttpMethod.Get, asked, failure, 1));
    }

    /// <inheritdoc/>
    public void Dispose() => connection.Dispose();

    /// <summary>The root it asks, without the token.</summary>
    public override string ToString() => $"GitHub at {connection.Root}";

    private async Task<RefResolution> ResolveOnceAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken)
    {
        if (reference is null)
        {
            if (await descriptions.DefaultBranchAsync(repository, cancellationToken) is not { } branch)
                return new InvisibleRepository(tokenGiven, OwnerExists: null);

            reference = branch;
        }

        if (await CommitAsync(repository, reference, cancellationToken) is { } commit)
        {
            await descriptions.NoteAsync(repository, reference, commit, cancellationToken);
            return new ResolvedRef(commit, reference);
        }

        return await descriptions.DefaultBranchAsync(repository, cancellationToken) is { } known
            ? new UnknownRef(known)
            : new InvisibleRepository(tokenGiven, OwnerExists: null);
    }

    private async Task<string?> CommitAsync(RepositoryName repository, string reference, CancellationToken cancellationToken)
    {
        var address = $"{GitHubConnection.PathOf(repository)}/commits/{Escape(reference)}";
        // With this media type the answer is the id alone instead of the whole difference.
        using var response = await connection.GetAsync(address, "application/vnd.github.sha", cancellationToken);
        if (response is null)
            return null;

        var commit = CommitAnswer.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken));
        return GitObjectId.IsFull(commit)
            ? commit
            : throw Refusals.Wrong(repository, $"the server names '{Shown.Safe(commit ?? "", 60)}' as the commit of '{reference}'");
    }

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
