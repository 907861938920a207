using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>Trees and blobs: each is asked for once, and kept on disk for ever, since its id names its bytes.</summary>
internal sealed class GitHubObjects(GitHubConnection connection, AnswerCache cache, Refusals refusals)
{
    private readonly Once<(RepositoryName, string Id, bool Recursive), TreeAnswer> trees = new();
    private readonly Once<(RepositoryName, string Id), byte[]> blobs = new();

    /// <summary>The tree of <paramref name="id"/> (a tree or a commit), whole or its children alone.</summary>
    public Task<TreeAnswer> TreeAsync(RepositoryName repository, string id, bool recursive, CancellationToken cancellationToken) =>
        trees.AskAsync((repository, id, recursive), () => ReadTreeAsync(repository, id, recursive, cancellationToken), cancellationToken);

    /// <summary>The bytes of a blob.</summary>
    public Task<byte[]> BlobAsync(RepositoryName repository, string id, CancellationToken cancellationToken) =>
        blobs.AskAsync(
            (repository, id),
            async () => Cached(repository, id) ?? await ReadBlobAsync(repository, id, cancellationToken),
            cancellationToken);

    /// <summary>Those of <paramref name="ids"/> that nobody has read yet.</summary>
    public IReadOnlyList<string> Unread(RepositoryName repository, IEnumerable<string> ids)
    {
        var unread = new List<string>();
        foreach (var id in ids.Where(id => !blobs.IsAsked((repository, id))))
        {
            if (Cached(repository, id) is { } bytes)
                Remember(repository, id, bytes);
            else
                unread.Add(id);
        }

        return unread;
    }

    /// <summary>Keeps the bytes of a blob that came another way; they are those of its id.</summary>
    public void Keep(RepositoryName repository, string id, byte[] bytes)
    {
        Write(repository, id, bytes);
        Remember(repository, id, bytes);
    }

    private void Remember(RepositoryName repository, string id, byte[] bytes) =>
        _ = blobs.AskAsync((repository, id), () => Task.FromResult(bytes), CancellationToken.None);

    private async Task<TreeAnswer> ReadTreeAsync(RepositoryName repository, string id, bool recursive, CancellationToken cancellationToken)
    {
        var address = $"{GitHubConnection.PathOf(repository)}/git/trees/{id}{(recursive ? "?recursive=1" : "")}";
        var key = connection.AddressOf(address).AbsoluteUri;
        if (cache.Read(key) is { ContentType: TreeFile.ContentType } cached && TreeFile.Read(cached.Body.Span) is { } known)
            return known;

        using var response = await connection.GetAsync(address, null, cancellationToken)
            ?? throw Refusals.Wrong(repository, $"the server knows the commit but has no tree {id}");
        var body = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        var tree = TreeAnswers.Read(repository, body) ?? throw refusals.Unreadable(connection.AddressOf(address), response);
        cache.Write(key, new CachedAnswer(null, TreeFile.ContentType, TreeFile.Write(tree)));
        return tree;
    }

    private async Task<byte[]> ReadBlobAsync(RepositoryName repository, string id, CancellationToken cancellationToken)
    {
        var address = AddressOf(repository, id);
        using var response = await connection.GetAsync(address, null, cancellationToken)
            ?? throw Refusals.Wrong(repository, $"the server has no blob {id}");
        var bytes = Content(repository, id, await response.Content.ReadAsByteArrayAsync(cancellationToken))
            ?? throw refusals.Unreadable(connection.AddressOf(address), response);
        if (GitObjectId.OfBlob(bytes) is var actual && actual != id)
            throw Refusals.Wrong(repository, $"blob {id} arrived with other bytes (their id is {actual})");

        Write(repository, id, bytes);
        return bytes;
    }

    private static byte[]? Content(RepositoryName repository, string id, byte[] body)
    {
        try
        {
            return BlobAnswer.Read(body);
        }
        catch (FormatException)
        {
            throw Refusals.Wrong(repository, $"blob {id} is not the base64 that it says it is");
        }
    }

    private byte[]? Cached(RepositoryName repository, string id) =>
        cache.Read(KeyOf(repository, id)) is { } answer && GitObjectId.OfBlob(answer.Body.Span) == id ? answer.Body.ToArray() : null;

    private void Write(RepositoryName repository, string id, byte[] bytes) =>
        cache.Write(KeyOf(repository, id), new CachedAnswer(null, "application/octet-stream", bytes));

    private string KeyOf(RepositoryName repository, string id) => connection.AddressOf(AddressOf(repository, id)).AbsoluteUri;

    private static string AddressOf(RepositoryName repository, string id) => $"{GitHubConnection.PathOf(repository)}/git/blobs/{id}";
}
