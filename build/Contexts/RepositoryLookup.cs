using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Everything about the repositories of a rollout that its rules ask for, each question asked once.</summary>
internal sealed class RepositoryLookup
{
    private readonly IRepositorySource source;
    private readonly Dictionary<(RepositoryName, string?), Answer<RefResolution>> resolutions;
    private readonly Dictionary<(RepositoryName, string), Answer<RepositoryTree>> trees;
    private readonly HashSet<(RepositoryName, string?)> ambiguous;
    private readonly ConcurrentDictionary<RepositoryTree, NearestPaths> nearest = new(ReferenceEqualityComparer.Instance);

    private RepositoryLookup(
        IRepositorySource source,
        Dictionary<(RepositoryName, string?), Answer<RefResolution>> resolutions,
        Dictionary<(RepositoryName, string), Answer<RepositoryTree>> trees,
        HashSet<(RepositoryName, string?)> ambiguous,
        IReadOnlyList<VerifiedRepository> repositories)
    {
        this.source = source;
        this.resolutions = resolutions;
        this.trees = trees;
        this.ambiguous = ambiguous;
        Repositories = repositories;
    }

    /// <summary>The repositories that were asked, one entry a repository and ref, in the order of the file.</summary>
    public IReadOnlyList<VerifiedRepository> Repositories { get; }

    /// <summary>Resolves every ref and reads every tree; what is refused is thrown where it is asked for.</summary>
    public static async Task<RepositoryLookup> RunAsync(
        IRepositorySource source, IReadOnlyList<GitHubContext> contexts, CancellationToken cancellationToken)
    {
        var refs = contexts.Select(context => (context.Repository, context.Ref)).Distinct().ToList();
        var resolved = await Task.WhenAll(refs.Select(it =>
            Answer<RefResolution>.OfAsync(() => source.ResolveAsync(it.Repository, it.Ref, cancellationToken))));
        var resolutions = refs.Zip(resolved).ToDictionary(it => it.First, it => it.Second);

        var commits = contexts
            .Select(context => (context, (resolutions[(context.Repository, context.Ref)].Value as ResolvedRef)?.Commit))
            .Where(it => it.Commit is not null)
            .GroupBy(it => (it.context.Repository, Commit: it.Commit!), it => it.context.Path)
            .ToList();
        var read = await Task.WhenAll(commits.Select(it => Answer<RepositoryTree>.OfAsync(() =>
            source.ReadTreeAsync(it.Key.Repository, it.Key.Commit, [.. it.Distinct()], cancellationToken))));
        var trees = commits.Zip(read).ToDictionary(it => it.First.Key, it => it.Second);

        var ambiguous = await Task.WhenAll(refs.Select(async it =>
            (it, both: await IsBranchAndTagAsync(source, it, resolutions[it].Value as ResolvedRef, cancellationToken))));

        var usage = source.Usage;
        return new RepositoryLookup(
            source, resolutions, trees, [.. ambiguous.Where(it => it.both).Select(it => it.it)],
            [.. refs.Select(it => new VerifiedRepository(
                it.Repository, it.Ref, (resolutions[it].Value as ResolvedRef)?.Commit, usage.GetValueOrDefault(it.Repository, new ApiUsage(0, 0))))]);
    }

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public RefResolution ResolutionOf(GitHubContext context) => resolutions[(context.Repository, context.Ref)].Get();

    /// <summary>True when the context's ref is the name of a branch and of a tag.</summary>
    public bool IsAmbiguous(GitHubContext context) => ambiguous.Contains((context.Repository, context.Ref));

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public RepositoryTree TreeOf(GitHubContext context, ResolvedRef resolved) => trees[(context.Repository, resolved.Commit)].Get();

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public Task<byte[]> ReadBlobAsync(GitHubContext context, string id, CancellationToken cancellationToken) =>
        source.ReadBlobAsync(context.Repository, id, cancellationToken);

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        source.ReadBlobsAsync(repository, ids, cancellationToken);

    /// <summary>The search for near paths, prepared once a tree.</summary>
    public NearestPaths NearestIn(RepositoryTree tree) => nearest.GetOrAdd(tree, it => new NearestPaths(it));

    private static async Task<bool> IsBranchAndTagAsync(
        IRepositorySource source, (RepositoryName Repository, string? Ref) asked, ResolvedRef? resolved, CancellationToken cancellationToken)
    {
        // A commit id, also a shortened one, and a ref with its kind in front mean one thing only.
        if (asked.Ref is not { } reference || resolved is null || resolved.Commit.StartsWith(reference, StringComparison.OrdinalIgnoreCase)
            || reference.StartsWith("heads/", StringComparison.Ordinal) || reference.StartsWith("tags/", StringComparison.Ordinal)
            || reference.StartsWith("refs/", StringComparison.Ordinal))
            return false;

        try
        {
            return await source.IsBranchAndTagAsync(asked.Repository, reference, resolved.Commit, cancellationToken);
        }
        catch (WorldRefusedException)
        {
            // It is no more than a hint: what is needed to build was answered.
            return false;
        }
    }

    private sealed record Answer<T>(T? Value, WorldRefusedException? Refused)
        where T : class
    {
        public static async Task<Answer<T>> OfAsync(Func<Task<T>> ask)
        {
            try
            {
                return new Answer<T>(await ask(), null);
            }
            catch (WorldRefusedException refused)
            {
                return new Answer<T>(null, refused);
            }
        }

        public T Get()
        {
            if (Refused is not null)
                ExceptionDispatchInfo.Throw(Refused);

            return Value!;
        }
    }
}
