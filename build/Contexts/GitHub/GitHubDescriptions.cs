using System.Collections.Concurrent;
using System.Text;
using Octokit;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>What GitHub says of a repository: asked through Octokit where there is no other way, else learned from the one GraphQL question that
/// brings its files.</summary>
internal sealed class GitHubDescriptions(GitHubConnection connection, GitHubObjects objects, AnswerCache cache, bool tokenGiven, IRunLog log)
{
    private readonly ConcurrentDictionary<RepositoryName, RepositoryTraits> traits = new();
    private readonly ConcurrentDictionary<(RepositoryName Repository, string Ref), string> commits = new();
    private volatile bool graphQlFailed;

    /// <summary>What is known so far.</summary>
    public RepositoryTraits TraitsOf(RepositoryName repository) => traits.GetValueOrDefault(repository, RepositoryTraits.Unknown);

    /// <summary>The repository's default branch; null when there is no such repository, or none that we may see.</summary>
    public async Task<string?> DefaultBranchAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        if (await DescribeAsync(repository, cancellationToken) is not { } answer)
            return null;

        Learn(repository, new RepositoryTraits { CurrentName = RepositoryTraits.OtherName(repository, answer.FullName), IsArchived = answer.Archived });
        return answer.DefaultBranch ?? throw Refusals.Wrong(repository, "the server names no default branch");
    }

    /// <summary>Notes that a ref was resolved: it belongs to the question for files. A repository that was found at another address is asked its name.</summary>
    public async Task NoteAsync(RepositoryName repository, string reference, string commit, CancellationToken cancellationToken)
    {
        if (IsOneOfTwo(reference, commit))
            commits[(repository, reference)] = commit;

        if (connection.HasMoved(repository) && TraitsOf(repository).CurrentName is null)
            await DefaultBranchAsync(repository, cancellationToken);
    }

    /// <summary>Reads blobs that nobody has read yet with one question, when a token allows it; those that it does not bring are left to others.</summary>
    public async Task FetchAsync(RepositoryName repository, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var unread = objects.Unread(repository, ids);
        string[] refs = [.. commits.Keys.Where(it => it.Repository == repository).Select(it => it.Ref).Order(StringComparer.Ordinal)];
        if (unread.Count == 0)
            Recall(repository, refs);

        foreach (var some in unread.Chunk(GraphQlFiles.Most))
        {
            if (!tokenGiven || graphQlFailed)
                return;

            await AskAsync(repository, some, refs, cancellationToken);
        }
    }

    private async Task AskAsync(RepositoryName repository, string[] blobs, string[] refs, CancellationToken cancellationToken)
    {
        GraphQlAnswer? answer = null;
        try
        {
            using var response = await connection.AskGraphQlAsync(repository, GraphQlFiles.Question(repository, blobs, refs), cancellationToken);
            answer = GraphQlFiles.Read(await response.Content.ReadAsByteArrayAsync(cancellationToken), repository, blobs, refs);
        }
        catch (WorldRefusedException refused)
        {
            log.Debug($"GraphQL refused: {refused.Message}");
        }

        if (answer is null)
        {
            log.Debug("GraphQL does not answer as GitHub's does; files are read one by one");
            graphQlFailed = true;
            return;
        }

        foreach (var (id, bytes) in answer.Blobs)
            objects.Keep(repository, id, bytes);

        Learn(repository, answer.Traits);
        cache.Write(TraitsKey(repository, refs), new CachedAnswer(null, "text/plain", Encoding.UTF8.GetBytes(Text(answer.Traits))));
    }

    // A run that finds every file in the cache asks nothing, and so learns nothing new.
    private void Recall(RepositoryName repository, string[] refs)
    {
        if (cache.Read(TraitsKey(repository, refs)) is not { } answer)
            return;

        if (Encoding.UTF8.GetString(answer.Body.Span).Split('\n') is [var name, var archived, .. var both])
        {
            Learn(repository, new RepositoryTraits
            {
                CurrentName = RepositoryTraits.OtherName(repository, name),
                IsArchived = archived switch { "archived" => true, "active" => false, _ => null },
                BranchesAndTags = both.Where(text => text.Length > 0).ToHashSet(StringComparer.Ordinal),
            });
        }
    }

    private static string Text(RepositoryTraits traits) => string.Join('\n', [
        traits.CurrentName?.ToString() ?? "",
        traits.IsArchived switch { true => "archived", false => "active", null => "" },
        .. traits.BranchesAndTags.Order(StringComparer.Ordinal)]);

    private string TraitsKey(RepositoryName repository, string[] refs) =>
        $"{connection.AddressOf(GitHubConnection.PathOf(repository)).AbsoluteUri}#traits:{string.Join(' ', refs.Select(name => $"{name}={commits[(repository, name)]}"))}";

    private void Learn(RepositoryName repository, RepositoryTraits more) => traits.AddOrUpdate(repository, more, (_, known) => known.With(more));

    // A commit id, also a shortened one, and a ref with its kind in front mean one thing only.
    private static bool IsOneOfTwo(string reference, string commit) =>
        !commit.StartsWith(reference, StringComparison.OrdinalIgnoreCase)
        && !reference.StartsWith("heads/", StringComparison.Ordinal)
        && !reference.StartsWith("tags/", StringComparison.Ordinal)
        && !reference.StartsWith("refs/", StringComparison.Ordinal);

    private async Task<RepositoryJson?> DescribeAsync(RepositoryName repository, CancellationToken cancellationToken)
    {
        var address = GitHubConnection.PathOf(repository);
        try
        {
            return (await connection.Api.Get<RepositoryJson>(new Uri(address, UriKind.Relative), null, null, cancellationToken)).Body;
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
}
