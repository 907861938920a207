using System.Collections.Concurrent;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Git;

/// <summary>Repositories on any host that git reaches: <c>git ls-remote</c> for the refs, one shallow fetch without files for the tree, and one for
/// the files that are wanted.</summary>
/// <param name="git">Runs git.</param>
/// <param name="directory">Where the mirrors are; made when missing, for its owner alone.</param>
/// <param name="log">Where it says what it does.</param>
internal sealed class GitRepositorySource(GitProcess git, string directory, IRunLog log) : IRepositorySource, IDisposable
{
    private readonly ConcurrentDictionary<string, GitMirror> mirrors = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(RepositoryName, string Commit), string> refsOfCommits = new();
    private readonly ConcurrentDictionary<RepositoryName, RepositoryTraits> traits = new();

    /// <summary>Nothing is counted: git has no limits to keep.</summary>
    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => new Dictionary<RepositoryName, ApiUsage>();

    /// <inheritdoc/>
    public RepositoryTraits TraitsOf(RepositoryName repository) => traits.GetValueOrDefault(repository, RepositoryTraits.Unknown);

    /// <inheritdoc/>
    public async Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken)
    {
        // A commit named by its full id is asked for when its tree is.
        if (GitObjectId.IsFull(reference))
            return new ResolvedRef(reference!, reference!);

        var canBe = reference is null || GitRefs.CanBe(reference);
        var listed = await MirrorOf(repository).ListAsync(GitRefs.Patterns(canBe ? reference : null), cancellationToken);
        if (!listed.Succeeded)
        {
            return listed.Errors.Contains("' not found", StringComparison.Ordinal)
                ? new InvisibleRepository(TokenGiven: false, OwnerExists: null)
                : throw Unreachable(repository, listed);
        }

        var refs = GitRefs.Parse(listed.Text);
        if (!canBe || refs.Find(reference) is not { } name)
            return new UnknownRef(refs.DefaultBranch ?? "HEAD");

        if (reference is not null && refs.IsBranchAndTag(reference))
            traits.AddOrUpdate(repository, Both(reference), (_, known) => known.With(Both(reference)));

        var commit = refs.Commits[name];
        refsOfCommits[(repository, commit)] = name;
        return new ResolvedRef(commit, reference ?? refs.DefaultBranch ?? "HEAD");
    }

    /// <inheritdoc/>
    public async Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var entries = await MirrorOf(repository).ReadTreeAsync(commit, refsOfCommits.GetValueOrDefault((repository, commit)), cancellationToken);
        return new RepositoryTree(commit, GitObjectId.OfTree(entries.Where(entry => !entry.Path.Contains('/'))), entries, Complete: true);
    }

    /// <inheritdoc/>
    public async Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken) =>
        (await ReadBlobsAsync(repository, [blob], cancellationToken))[blob];

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> blobs, CancellationToken cancellationToken) =>
        MirrorOf(repository).ReadBlobsAsync([.. blobs.Distinct(StringComparer.Ordinal)], cancellationToken);

    /// <summary>An empty one: only the files that are wanted are fetched, not all of a commit.</summary>
    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken) =>
        Task.FromResult(EmptyArchive.Open());

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var mirror in mirrors.Values)
            mirror.Dispose();
    }

    /// <summary>For people.</summary>
    public override string ToString() => "git";

    private static RepositoryTraits Both(string reference) =>
        new() { BranchesAndTags = new HashSet<string>(StringComparer.Ordinal) { reference } };

    private GitMirror MirrorOf(RepositoryName repository) =>
        mirrors.GetOrAdd(repository.Address!, address => new GitMirror(git, address, directory, log));

    private static WorldRefusedException Unreachable(RepositoryName repository, GitResult listed) => new(
        FailureClass.BuildContextNotFound,
        $"{repository} does not answer git: {listed.Reason}",
        "check that `git ls-remote` reaches it from here; a private repository needs a credential helper or an ssh key that git finds by itself");
}
