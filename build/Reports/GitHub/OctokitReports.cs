using System.Text.Json;
using Octokit;
using Octokit.Internal;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.GitHub;

/// <summary>Deployments, commit statuses and comments through Octokit, at the exact REST root that the user named.</summary>
public sealed class OctokitReports : IGitHubReports, IDisposable
{
    // The whole of a report must not wait longer than this for one answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClientAdapter adapter;
    private readonly ApiConnection github;

    /// <param name="root">The REST root, such as <c>https://api.github.com</c>.</param>
    /// <param name="token">The token; sent there only.</param>
    public OctokitReports(Uri root, string token)
        : this(root, token, static () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Patience })
    {
    }

    internal OctokitReports(Uri root, string token, Func<HttpMessageHandler> wire)
    {
        ArgumentNullException.ThrowIfNull(root);

        adapter = new HttpClientAdapter(wire);
        // Relative addresses are resolved against it: without the slash the last segment of the root would be lost.
        var exact = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        var connection = new Connection(
            new ProductHeaderValue("phased-rollout"),
            exact,
            new InMemoryCredentialStore(new Credentials(token)),
            adapter,
            new GeneratedJson(WritesJson.Default));
        connection.SetRequestTimeout(Patience);
        github = new ApiConnection(connection);
    }

    /// <inheritdoc />
    public Task<long> CreateDeploymentAsync(GitHubPlace place, string environment, string description, CancellationToken cancellationToken) =>
        AskAsync("a deployment", place, stop => PostAsync(
            ApiUrls.Deployments(place.Owner, place.Name),
            // The commit is deployed as it is, whatever its branch and its checks say: this run has checked it.
            new DeploymentJson(place.Commit, AutoMerge: false, RequiredContexts: [], environment, description),
            stop), cancellationToken);

    /// <inheritdoc />
    public Task SetDeploymentStatusAsync(GitHubPlace place, long deployment, GitHubState state, string description, CancellationToken cancellationToken) =>
        AskAsync("a deployment status", place, stop => PostAsync(
            ApiUrls.DeploymentStatuses(place.Owner, place.Name, deployment),
            new DeploymentStatusJson(WordOf(state, "in_progress"), place.JobUrl, description),
            stop), cancellationToken);

    /// <inheritdoc />
    public Task SetCommitStatusAsync(GitHubPlace place, string context, GitHubState state, string description, CancellationToken cancellationToken) =>
        AskAsync("a commit status", place, stop => PostAsync(
            ApiUrls.CreateCommitStatus(place.Owner, place.Name, place.Commit),
            new CommitStatusJson(WordOf(state, "pending"), place.JobUrl, description, context),
            stop), cancellationToken);

    /// <inheritdoc />
    public Task WriteCommentAsync(GitHubPlace place, int pullRequest, string marker, string body, CancellationToken cancellationToken) =>
        AskAsync("a comment", place, async stop =>
        {
            var all = ApiUrls.IssueComments(place.Owner, place.Name, pullRequest);
            var comments = await github.GetAll<CommentJson>(all);
            // Somebody who quotes the comment does not begin with the marker.
            var known = comments.FirstOrDefault(comment => comment.Body?.StartsWith(marker, StringComparison.Ordinal) == true);
            return known is null
                ? await PostAsync(all, new CommentTextJson(body), stop)
                : Written(await github.Patch<WrittenJson>(ApiUrls.IssueComment(place.Owner, place.Name, known.Id), new CommentTextJson(body)));
        }, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => adapter.Dispose();

    private async Task<long> PostAsync(Uri address, object what, CancellationToken cancellationToken) =>
        Written(await github.Post<WrittenJson>(address, what, cancellationToken));

    // Octokit reads nothing of an answer that is no JSON, such as the page of a proxy.
    private static long Written(WrittenJson? answer) => answer?.Id ?? throw new JsonException();

    private static string WordOf(GitHubState state, string inProgress) => state switch
    {
        GitHubState.InProgress => inProgress,
        GitHubState.Success => "success",
        GitHubState.Failure => "failure",
        _ => "error",
    };

    private static async Task<T> AskAsync<T>(string what, GitHubPlace place, Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception exception) when (exception is ApiException or HttpRequestException or IOException or TimeoutException or JsonException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new WorldRefusedException(
                IsRefusal(exception) ? FailureClass.CredentialsRejected : FailureClass.GitHubUnavailable,
                $"GitHub did not take {what} for {place.Owner}/{place.Name}: {ReasonOf(exception)}",
                IsRefusal(exception)
                    ? "The token needs to write deployments, commit statuses and pull requests (permissions: deployments, statuses, pull-requests: write)."
                    : "GitHub is told again when the run ends.",
                inner: exception);
        }
    }

    private static string ReasonOf(Exception exception) => exception switch
    {
        ApiException refused => FormattableString.Invariant($"{(int)refused.StatusCode} {WordsOf(refused)}"),
        JsonException => "its answer is not one of GitHub's",
        _ => exception.Message,
    };

    // Octokit finds GitHub's own words by looking at types while the program runs. What it says of limits is its own.
    private static string WordsOf(ApiException refused)
    {
        if (IsLimit(refused) || refused.HttpResponse?.Body is not string { Length: > 0 } body)
            return refused.Message;

        try
        {
            using var answer = JsonDocument.Parse(body);
            return answer.RootElement.ValueKind == JsonValueKind.Object
                && answer.RootElement.TryGetProperty("message", out var message) && message.ValueKind == JsonValueKind.String
                ? message.GetString()!
                : body;
        }
        catch (JsonException)
        {
            return body;
        }
    }

    // GitHub has understood and will not: another try ends the same way. An answer of its own trouble, or of too many requests, passes.
    private static bool IsRefusal(Exception exception) =>
        exception is ApiException { StatusCode: var status } && !IsLimit(exception) && (int)status is < 500 and not 429;

    private static bool IsLimit(Exception exception) => exception is RateLimitExceededException or AbuseException or SecondaryRateLimitExceededException;
}
