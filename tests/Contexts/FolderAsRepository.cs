using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Git;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

/// <summary>A folder of this machine, looked up as if it were the branch main of a repository on GitHub.</summary>
internal sealed class FolderAsRepository(string root) : IRepositorySource
{
    private static readonly RepositoryName Name = new("acme", "hunted");

    private readonly Lazy<FolderTree> tree = new(() => FolderTree.Read(root));

    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => new Dictionary<RepositoryName, ApiUsage>();

    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken) =>
        Task.FromResult<RefResolution>(repository == Name ? new ResolvedRef(tree.Value.RootId, "main") : throw Refused(repository));

    public Task<RepositoryTree> ReadTreeAsync(RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) =>
        Task.FromResult(new RepositoryTree(commit, tree.Value.RootId, tree.Value.Entries, Complete: true));

    public async Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        new FileInfo(tree.Value.Files[blob]).LinkTarget is { } target
            ? System.Text.Encoding.UTF8.GetBytes(target)
            : await File.ReadAllBytesAsync(tree.Value.Files[blob], cancellationToken);

    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static WorldRefusedException Refused(RepositoryName repository) =>
        new(FailureClass.GitHubUnavailable, $"{repository} is not hunted", "nothing");

    /// <summary>The service with a build context below the folder, as a context of the repository.</summary>
    public static Service OnGitHub(Service service, string root)
    {
        if (service.Build is not { Reference: FolderContext { Repository.Folder: { } full } folder } build)
            return service;

        var path = Path.GetRelativePath(root, full).Replace('\\', '/');
        return path.StartsWith("..", StringComparison.Ordinal)
            ? service
            : service with { Build = build with { Reference = new GitHubContext(folder.Text, Name, "main", path == "." ? "" : path) } };
    }
}
