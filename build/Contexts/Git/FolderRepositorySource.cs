using System.Collections.Concurrent;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Git;

/// <summary>Folders of this machine as repositories: what a folder holds now is its only commit, named by the tree id that git would give it. Files
/// are read again by id, and what was changed in between is refused.</summary>
internal sealed class FolderRepositorySource(GitProcess git) : IRepositorySource
{
    /// <summary>The name of the only ref.</summary>
    public const string RefName = "working-tree";

    private readonly ConcurrentDictionary<RepositoryName, Lazy<Task<FolderTree?>>> trees = new();
    private readonly ConcurrentDictionary<RepositoryName, RepositoryTraits> traits = new();

    /// <summary>Nothing is asked.</summary>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => new Dictionary<RepositoryName, ApiUsage>();

    /// <inheritdoc/>
    public RepositoryTraits TraitsOf(RepositoryName repository) => traits.GetValueOrDefault(repository, RepositoryTraits.Unknown);

    /// <inheritdoc/>
    public async Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken)
    {
        if (await TreeOfAsync(repository) is not { } tree)
            return new InvisibleRepository(TokenGiven: false, OwnerExists: null);

        if (await WorkTree.CompareAsync(git, repository.Folder!, cancellationToken) is { } difference)
            traits[repository] = new RepositoryTraits { WorkTree = difference };
        return new ResolvedRef(tree.RootId, RefName);
    }

    /// <inheritdoc/>
    public async Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var tree = await TreeOfAsync(repository) ?? throw Changed(repository, "it is not there any more");
        return tree.RootId == commit
            ? new RepositoryTree(commit, tree.RootId, tree.Entries, Complete: true)
            : throw Changed(repository, "it was changed since it was verified");
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        var tree = await TreeOfAsync(repository) ?? throw Changed(repository, "it is not there any more");
        if (!tree.Files.TryGetValue(blob, out var path))
            throw Changed(repository, $"it has no file {blob}");

        byte[] bytes;
        try
        {
            var file = new FileInfo(path);
            bytes = file.LinkTarget is { } target ? Encoding.UTF8.GetBytes(target) : await File.ReadAllBytesAsync(path, cancellationToken);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Changed(repository, error.Message);
        }

        return GitObjectId.OfBlob(bytes) == blob ? bytes : throw Changed(repository, $"'{path}' was changed since it was verified");
    }

    /// <summary>An empty one: every file is read where it is.</summary>
    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) =>
        Task.FromResult(EmptyArchive.Open());

    /// <summary>For people.</summary>
    public override string ToString() => "the file system";

    private Task<FolderTree?> TreeOfAsync(RepositoryName repository) =>
        trees.GetOrAdd(repository, it => new Lazy<Task<FolderTree?>>(() => Task.Run(() => Read(it)))).Value;

    private static FolderTree? Read(RepositoryName repository)
    {
        try
        {
            return Directory.Exists(repository.Folder) ? FolderTree.Read(repository.Folder) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Changed(repository, Shown.Safe(error.Message));
        }
    }

    private static WorldRefusedException Changed(RepositoryName repository, string why) => new(
        FailureClass.BuildContextNotFound, $"the folder '{repository}' cannot be read: {why}", "let nobody write to it while it is deployed, then run again");
}
