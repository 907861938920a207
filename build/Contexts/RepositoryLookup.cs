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
    private readonly ConcurrentDictionary<RepositoryTree, NearestPaths> nearest = new(ReferenceEqualityComparer.Instance);

    private RepositoryLookup(
        IRepositorySource source,
        Dictionary<(RepositoryName, string?), Answer<RefResolution>> resolutions,
        Dictionary<(RepositoryName, string), Answer<RepositoryTree>> trees,
        IReadOnlyList<VerifiedRepository> repositories)
    {
        this.source = source;
        this.resolutions = resolutions;
        this.trees = trees;
        Repositories = repositories;
    }

    /// <summary>The repositories that were asked, one entry a repository and ref, in the order of the file.</summary>
    public IReadOnlyList<VerifiedRepository> Repositories { get; }

    /// <summary>Resolves every ref and reads every tree; what is refused is thrown where it is asked for.</summary>
    public static async Task<RepositoryLookup> RunAsync(
        IRepositorySource source, IReadOnlyList<RepositoryContext> contexts, CancellationToken cancellationToken)
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

        var usage = source.Usage;
        return new RepositoryLookup(
            source, resolutions, trees,
            [.. refs.Select(it => new VerifiedRepository(
                it.Repository, it.Ref, (resolutions[it].Value as ResolvedRef)?.Commit, usage.GetValueOrDefault(it.Repository, new ApiUsage(0, 0))))]);
    }

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public RefResolution ResolutionOf(RepositoryContext context) => resolutions[(context.Repository, context.Ref)].Get();

    /// <summary>The commit that the context's ref stands for; null when there is none, or when the source refused.</summary>
    public ResolvedRef? CommitOf(RepositoryContext context) => resolutions[(context.Repository, context.Ref)].Value as ResolvedRef;

    /// <summary>What was learned of the context's repository on the way.</summary>
    public RepositoryTraits TraitsOf(RepositoryContext context) => source.TraitsOf(context.Repository);

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public RepositoryTree TreeOf(RepositoryContext context, ResolvedRef resolved) => trees[(context.Repository, resolved.Commit)].Get();

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public Task<byte[]> ReadBlobAsync(RepositoryContext context, string id, CancellationToken cancellationToken) =>
        source.ReadBlobAsync(context.Repository, id, cancellationToken);

    /// <exception cref="WorldRefusedException">The source refused.</exception>
    public Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(
        RepositoryName repository, IReadOnlyCollection<string> ids, CancellationToken cancellationToken) =>
        source.ReadBlobsAsync(repository, ids, cancellationToken);

    /// <summary>The search for near paths, prepared once a tree.</summary>
    public NearestPaths NearestIn(RepositoryTree tree) => nearest.GetOrAdd(tree, it => new NearestPaths(it));

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
