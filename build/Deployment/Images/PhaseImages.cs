using PhasedRollout.Contexts;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Brings every image of a phase to the target, before anything of the phase is touched.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "Nobody asks for the handle of the places: they hold nothing.")]
internal sealed partial class PhaseImages(IDeploymentTarget target, IRepositorySource source, DeploymentSettings settings, TimeProvider clock, IRunLog log)
{
    private readonly ContextBuild contextBuild = new(target, settings, clock, log);
    private readonly SemaphoreSlim places = new(Math.Max(1, settings.Parallelism));

    /// <summary>Builds or pulls what is not there.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phase">The phase whose images are wanted.</param>
    /// <param name="inLine">Called when its builds stand in line: whatever another phase builds comes after them.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="ImageFailedException">One of them could not be had.</exception>
    /// <exception cref="WorldRefusedException">The target or the source does not answer.</exception>
    public async Task<IReadOnlyDictionary<string, PreparedImage>> PrepareAsync(
        Rollout rollout, Phase phase, Action inLine, CancellationToken cancellationToken)
    {
        var images = new Dictionary<string, PreparedImage>(StringComparer.Ordinal);
        var builds = new List<PlannedBuild>();
        var fetched = new List<Service>();
        foreach (var service in phase.Services)
            switch (service.Source)
            {
                case PinnedBuild build when await FindBuiltAsync(rollout, service.Service, build, cancellationToken) is { } found:
                    images[service.Service.Name] = found;
                    break;
                case PinnedBuild build:
                    builds.Add(Plan(rollout, service.Service, build));
                    break;
                case PinnedImage image:
                    break;
                case UnverifiedBuild when service.Service.Build is { } build && EngineContext.Accepted(rollout, service.Service.Name) is { } reason
                    && EngineContext.Refusal(build) is null:
                    log.Warning($"{service.Service.Name}: its context was not verified, which is accepted ({reason}): the engine fetches {ContextUrl.WithoutPassword(build.Context)} itself");
                    fetched.Add(service.Service);
                    break;
                default:
                    throw new ImageFailedException(new BuildFailed(service.Service.Name, ContextUrl.WithoutPassword(service.Service.Build?.Context ?? ""), "", null,
                        Unverified(rollout, service.Service), []));
            }

        foreach (var (service, image) in await PullAllAsync(phase, cancellationToken))
            images[service] = image;
        foreach (var (service, image) in await BuildAllAsync(builds, inLine, cancellationToken))
            images[service] = image;
        foreach (var (service, image) in await Workers.RunAsync(fetched, places, (service, token) => FetchAsync(rollout, service, token), cancellationToken))
            images[service] = image;

        return images;
    }

    /// <summary>Why a service whose context is not verified is not deployed.</summary>
    internal static string Unverified(Rollout rollout, Service service) =>
        EngineContext.Accepted(rollout, service.Name) is not null && service.Build is { } build && EngineContext.Refusal(build) is { } refusal
            ? $"its context was not verified, which is accepted, and the engine cannot fetch it itself: {refusal}"
            : "its context could not be verified, and nothing without a verified commit is deployed";

    /// <summary>The image that a service of an earlier phase runs, for comparing: nothing is fetched.</summary>
    public PreparedImage Recorded(Rollout rollout, PhaseService service, DeployedContainer container)
    {
        if (service.Source is not PinnedBuild build)
            return new PreparedImage(service.Source is PinnedImage image ? image.Pinned : "", container.ImageId, container.ImageId);

        var fingerprint = Fingerprint(service.Service, build);
        return new PreparedImage(BuildFingerprint.Tag(rollout.Project, service.Service.Name, fingerprint), container.ImageId, fingerprint);
    }

    private string Fingerprint(Service service, PinnedBuild build) =>
        BuildFingerprint.Of(service, build, BuildFingerprint.Values(service.Build!.Arguments, settings.Variables));

    private async Task<PreparedImage?> FindBuiltAsync(Rollout rollout, Service service, PinnedBuild build, CancellationToken cancellationToken)
    {
        var fingerprint = Fingerprint(service, build);
        var tag = BuildFingerprint.Tag(rollout.Project, service.Name, fingerprint);
        var image = await target.FindImageAsync(tag, cancellationToken);
        if (image?.Labels.GetValueOrDefault(RolloutLabels.Fingerprint) != fingerprint)
            return null;

        log.Debug($"{service.Name}: {tag} is already there");
        return new PreparedImage(tag, image.Id, fingerprint);
    }

    private PlannedBuild Plan(Rollout rollout, Service service, PinnedBuild source)
    {
        var definition = service.Build!;
        var fingerprint = Fingerprint(service, source);
        var tag = BuildFingerprint.Tag(rollout.Project, service.Name, fingerprint);
        var labels = new Dictionary<string, string>(definition.Labels)
        {
            // The classic builder makes a step of each: no more than are needed.
            [RolloutLabels.BuiltFor] = rollout.Project,
            [RolloutLabels.Fingerprint] = fingerprint,
        };
        return new PlannedBuild(service, source, tag, fingerprint, new ImageBuild(
            service.Name, service.Image is { } name ? [tag, name] : [tag], BuildFingerprint.Dockerfile(definition, source))
        {
            Arguments = BuildFingerprint.Values(definition.Arguments, settings.Variables),
            Target = definition.Target,
            Platform = service.Platform,
            Labels = labels,
            NoCache = definition.NoCache,
            Pull = definition.Pull,
        });
    }

    // Nothing tells whether what is there changed: it is built every time, and is the same image when every step came from the cache.
    private async Task<(string, PreparedImage)> FetchAsync(Rollout rollout, Service service, CancellationToken cancellationToken)
    {
        var definition = service.Build!;
        var arguments = BuildFingerprint.Values(definition.Arguments, settings.Variables);
        var tag = BuildFingerprint.Tag(rollout.Project, service.Name, EngineContext.Fingerprint(service, arguments));
        var request = new ImageBuild(service.Name, service.Image is { } name ? [tag, name] : [tag], definition.Dockerfile)
        {
            Remote = definition.Context,
            Arguments = arguments,
            Target = definition.Target,
            Platform = service.Platform,
            Labels = new Dictionary<string, string>(definition.Labels) { [RolloutLabels.BuiltFor] = rollout.Project },
            NoCache = definition.NoCache,
            Pull = definition.Pull,
        };
        var id = await contextBuild.RunRemoteAsync(request, ContextUrl.WithoutPassword(definition.Context), cancellationToken);
        return (service.Name, new PreparedImage(tag, id, id));
    }

    private async Task<IReadOnlyList<(string, PreparedImage)>> BuildAllAsync(
        List<PlannedBuild> builds, Action inLine, CancellationToken cancellationToken)
    {
        if (builds.Count == 0)
            return [];

        var folder = CreatePrivateFolder();
        try
        {
            var spool = new BlobSpool(source, new ArchiveCache(source, Path.Combine(settings.WorkDirectory, "archives"), clock), folder, log);
            var trees = new Dictionary<(RepositoryName, string), RepositoryTree>();
            foreach (var commit in builds.GroupBy(build => (build.Source.Context.Repository, build.Source.Commit)))
                trees[commit.Key] = await CollectAsync(spool, commit.Key.Repository, commit.Key.Commit, [.. commit], cancellationToken);

            var hasBuildKit = (await target.DescribeAsync(cancellationToken)).HasBuildKit;
            // The next phase downloads nothing again, and its builds come after these.
            var work = Workers.RunAsync(builds, places,
                (build, token) => contextBuild.RunAsync(spool, folder, trees[(build.Source.Context.Repository, build.Source.Commit)], build, hasBuildKit, token), cancellationToken);
            inLine();
            return await work;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<RepositoryTree> CollectAsync(
        BlobSpool spool, RepositoryName repository, string commit, IReadOnlyList<PlannedBuild> builds, CancellationToken cancellationToken)
    {
        string[] paths = [.. builds.SelectMany(build => new[] { build.Source.Context.Path, build.Source.DockerfilePath }).Distinct(StringComparer.Ordinal)];
        log.Information($"fetching {repository}@{commit[..12]} for {string.Join(", ", builds.Select(build => build.Service.Name))}");
        var tree = await source.ReadTreeAsync(repository, commit, paths, cancellationToken);

        foreach (var build in builds)
            if (tree.Find(build.Source.Context.Path) is not { Kind: TreeEntryKind.Directory } found || found.Id != build.Source.TreeId)
                throw new ImageFailedException(new BuildFailed(build.Service.Name, build.Description, build.Source.DockerfilePath, null,
                    $"the tree of '{build.Source.Context.Path}' at this commit is not the one that was verified ({build.Source.TreeId})", []));

        await spool.CollectAsync(repository, tree, paths, cancellationToken);
        return tree;
    }

    private string CreatePrivateFolder()
    {
        var folder = Path.Combine(settings.WorkDirectory, "build-" + settings.RunMark + "-" + Guid.NewGuid().ToString("N")[..8]);
        PrivateFolder.Create(folder);
        return folder;
    }
}

/// <summary>An image could not be had; the facts travel to the phase's outcome.</summary>
internal sealed class ImageFailedException(DeploymentFailure failure) : Exception(failure.ToString())
{
    /// <summary>The facts.</summary>
    public DeploymentFailure Failure { get; } = failure;
}
