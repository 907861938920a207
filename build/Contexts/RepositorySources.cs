using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Every repository where it is: on GitHub, on another host, on this machine.</summary>
/// <param name="gitHub">Answers for those on GitHub.</param>
/// <param name="git">Answers for those on other hosts.</param>
/// <param name="folders">Answers for folders of this machine.</param>
public sealed class RepositorySources(IRepositorySource gitHub, IRepositorySource git, IRepositorySource folders) : IRepositorySource
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => gitHub.Usage;

    /// <inheritdoc/>
    public string? Budget => gitHub.Usage.Count > 0 ? gitHub.Budget : null;

    /// <inheritdoc/>
    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken) =>
        Of(repository).ResolveAsync(repository, reference, cancellationToken);

    /// <inheritdoc/>
    public RepositoryTraits TraitsOf(RepositoryName repository) => Of(repository).TraitsOf(repository);

    /// <inheritdoc/>
    public Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Of(repository).ReadTreeAsync(repository, commit, paths, cancellationToken);

    /// <inheritdoc/>
    public Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        Of(repository).ReadBlobAsync(repository, blob, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> blobs, CancellationToken cancellationToken) =>
        Of(repository).ReadBlobsAsync(repository, blobs, cancellationToken);

    /// <inheritdoc/>
    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) =>
        Of(repository).OpenArchiveAsync(repository, commit, cancellationToken);

    /// <summary>All of them, for people.</summary>
    public override string ToString() => $"{gitHub}, {git}, {folders}";

    private IRepositorySource Of(RepositoryName repository) =>
        repository.Folder is not null ? folders : repository.Address is not null ? git : gitHub;
}
