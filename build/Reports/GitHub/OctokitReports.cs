using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;
using Octokit;
using Octokit.Internal;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.GitHub;

/// <summary>Deployments, commit statuses and comments through Octokit, at the exact REST root that the user named.</summary>
public sealed class OctokitReports : IGitHubReports, IDisposable
{
    // The whole of a report must not wait longer than this for one answer.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClientAdapter adapter = new(static () => new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ConnectTimeout = Patience });
    private readonly GitHubClient client;

    /// <param name="root">The REST root, such as <c>https://api.github.com</c>.</param>
    /// <param name="token">The token; sent there only.</param>
    // Octokit's JSON reader makes these by reflection, which a compiler of machine code cannot see.
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(StringEnum<AuthorAssociation>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(StringEnum<CommitState>))]
    [DynamicDependency(DynamicallyAccessedMemberTypes.All, typeof(StringEnum<DeploymentState>))]
    public OctokitReports(Uri root, string token)
    {
        ArgumentNullException.ThrowIfNull(root);

        // Relative addresses are resolved against it: without the slash the last segment of the root would be lost.
        var exact = root.AbsoluteUri.EndsWith('/') ? root : new Uri(root.AbsoluteUri + "/");
        var connection = new Connection(
            new ProductHeaderValue("phased-rollout"), exact, new InMemoryCredentialStore(new Credentials(token)), adapter, new SimpleJsonSerializer());
        connection.SetRequestTimeout(Patience);
        client = new GitHubClient(connection);
    }

    /// <inheritdoc />
    public Task<long> CreateDeploymentAsync(GitHubPlace place, string environment, string description, CancellationToken cancellationToken) =>
        AskAsync("a deployment", place, async () => (await client.Repository.Deployment.Create(place.Owner, place.Name, new NewDeployment(place.Commit)
        {
            Environment = environment,
            Description = description,
            // The commit is deployed as it is, whatever its branch and its checks say: this run has checked it.
            AutoMerge = false,
            RequiredContexts = new Collection<string>(),
        })).Id, cancellationToken);

    /// <inheritdoc />
    public Task SetDeploymentStatusAsync(GitHubPlace place, long deployment, GitHubState state, string description, CancellationToken cancellationToken) =>
        AskAsync("a deployment status", place, () => client.Repository.Deployment.Status.Create(place.Owner, place.Name, deployment, new NewDeploymentStatus(state switch
        {
            GitHubState.InProgress => DeploymentState.InProgress,
            GitHubState.Success => DeploymentState.Success,
            GitHubState.Failure => DeploymentState.Failure,
            _ => DeploymentState.Error,
        })
        {
            Description = description,
            LogUrl = place.JobUrl,
        }), cancellationToken);

    /// <inheritdoc />
    public Task SetCommitStatusAsync(GitHubPlace place, string context, GitHubState state, string description, CancellationToken cancellationToken) =>
        AskAsync("a commit status", place, () => client.Repository.Status.Create(place.Owner, place.Name, place.Commit, new NewCommitStatus
        {
            State = state switch
            {
                GitHubState.InProgress => CommitState.Pending,
                GitHubState.Success => CommitState.Success,
                GitHubState.Failure => CommitState.Failure,
                _ => CommitState.Error,
            },
            Context = context,
            Description = description,
            TargetUrl = place.JobUrl,
        }), cancellationToken);

    /// <inheritdoc />
    public Task WriteCommentAsync(GitHubPlace place, int pullRequest, string marker, string body, CancellationToken cancellationToken) =>
        AskAsync("a comment", place, async () =>
        {
            var comments = await client.Issue.Comment.GetAllForIssue(place.Owner, place.Name, pullRequest);
            // Somebody who quotes the comment does not begin with the marker.
            var known = comments.FirstOrDefault(comment => comment.Body?.StartsWith(marker, StringComparison.Ordinal) == true);
            return known is null
                ? await client.Issue.Comment.Create(place.Owner, place.Name, pullRequest, body)
                : await client.Issue.Comment.Update(place.Owner, place.Name, known.Id, body);
        }, cancellationToken);

    /// <inheritdoc />
    public void Dispose() => adapter.Dispose();

    private static async Task<T> AskAsync<T>(string what, GitHubPlace place, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask().WaitAsync(Patience, cancellationToken);
        }
        catch (Exception exception) when (exception is ApiException or HttpRequestException or IOException or TimeoutException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            var reason = exception is ApiException { StatusCode: var status } refused
                ? FormattableString.Invariant($"{(int)status} {refused.Message}")
                : exception.Message;
            throw new WorldRefusedException(
                IsRefusal(exception) ? FailureClass.CredentialsRejected : FailureClass.GitHubUnavailable,
                $"GitHub did not take {what} for {place.Owner}/{place.Name}: {reason}",
                IsRefusal(exception)
                    ? "The token needs to write deployments, commit statuses and pull requests (permissions: deployments, statuses, pull-requests: write)."
                    : "GitHub is told again when the run ends.",
                inner: exception);
        }
    }

    // GitHub has understood and will not: another try ends the same way. An answer of its own trouble, or of too many requests, passes.
    private static bool IsRefusal(Exception exception) =>
        exception is ApiException { StatusCode: var status } and not (RateLimitExceededException or AbuseException or SecondaryRateLimitExceededException)
        && (int)status is < 500 and not 429;
}
