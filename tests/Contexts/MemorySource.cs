using System.Collections.Concurrent;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>Repositories in memory; what was not put there is asked in vain.</summary>
internal sealed class MemorySource : IRepositorySource
{
    public Dictionary<(RepositoryName, string?), RefResolution> Refs { get; } = [];

    public Dictionary<(RepositoryName, string), RepositoryTree> Trees { get; } = [];

    public Dictionary<string, byte[]> Blobs { get; } = [];

    public Dictionary<RepositoryName, WorldRefusedException> Refusals { get; } = [];

    public ConcurrentQueue<string> Questions { get; } = [];

    public string? Budget { get; init; }

    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => new Dictionary<RepositoryName, ApiUsage>();

    public static MemorySource With(MemoryRepository commit, string? reference = "main", RepositoryName? repository = null)
    {
        var source = new MemorySource();
        source.Refs[(repository ?? Stack.Repository, reference)] = new ResolvedRef(commit.Commit, reference ?? "main");
        source.Trees[(repository ?? Stack.Repository, commit.Commit)] = commit.Tree;
        foreach (var (id, bytes) in commit.Blobs)
            source.Blobs[id] = bytes;

        return source;
    }

    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken)
    {
        Questions.Enqueue($"ref {repository} {reference}");
        return Refusals.TryGetValue(repository, out var refused) ? Task.FromException<RefResolution>(refused) : Task.FromResult(Refs[(repository, reference)]);
    }

    public Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        Questions.Enqueue($"tree {repository} {commit}");
        return Task.FromResult(Trees[(repository, commit)]);
    }

    public Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        Questions.Enqueue($"blob {repository} {blob}");
        return Task.FromResult(Blobs[blob]);
    }

    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
