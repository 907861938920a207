using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Repositories as somebody who only reads sees them. Every answer is about bytes that cannot change: commits, trees, blobs.</summary>
public interface IRepositorySource
{
    /// <summary>How many requests each repository has cost so far.</summary>
    IReadOnlyDictionary<RepositoryName, ApiUsage> Usage { get; }

    /// <summary>One line for people about the requests used and left; null when the source does not count.</summary>
    string? Budget => null;

    /// <summary>Finds the commit that <paramref name="reference"/> (null: the default branch) stands for now.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken);

    /// <summary>What was learned about a repository on the way; asks nothing.</summary>
    RepositoryTraits TraitsOf(RepositoryName repository) => RepositoryTraits.Unknown;

    /// <summary>Reads the tree of a commit: whole when the source gives it whole, else at least every folder on the way to
    /// and everything below <paramref name="paths"/>.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken);

    /// <summary>Reads a blob; its id is verified.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken);

    /// <summary>Reads several blobs, by id, in as few requests as the source can; their ids are verified.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    async Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> blobs, CancellationToken cancellationToken)
    {
        var distinct = blobs.Distinct().ToList();
        var bytes = await Task.WhenAll(distinct.Select(blob => ReadBlobAsync(repository, blob, cancellationToken)));
        return distinct.Zip(bytes).ToDictionary(it => it.First, it => it.Second, StringComparer.Ordinal);
    }

    /// <summary>Opens the gzipped tar archive of a commit; every entry stands below one folder whose name is the source's choice.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer, rejects the token, or has no requests left.</exception>
    Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken);
}

/// <summary>Requests to the source.</summary>
/// <param name="Requests">All that were sent.</param>
/// <param name="Counted">Those that count against the rate limit: a 304 does not.</param>
public sealed record ApiUsage(int Requests, int Counted);

/// <summary>What became of a ref.</summary>
public abstract record RefResolution;

/// <summary>The ref stands for a commit.</summary>
/// <param name="Commit">40 hexadecimal digits.</param>
/// <param name="RefName">The ref that was resolved: as asked, or the default branch.</param>
public sealed record ResolvedRef(string Commit, string RefName) : RefResolution;

/// <summary>The repository is there, the ref is not.</summary>
/// <param name="DefaultBranch">The repository's default branch.</param>
public sealed record UnknownRef(string DefaultBranch) : RefResolution;

/// <summary>No such repository, or none that this token may see: GitHub answers 404 to both.</summary>
/// <param name="TokenGiven">True when a token was sent, so that a private repository is the less likely reason.</param>
/// <param name="OwnerExists">Whether the owner exists; null when that was not asked.</param>
public sealed record InvisibleRepository(bool TokenGiven, bool? OwnerExists) : RefResolution;
