using System.Text;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Builds one image: from the verified bytes of its context, or from what the target fetches.</summary>
internal sealed class ContextBuild(IDeploymentTarget target, DeploymentSettings settings, TimeProvider clock, IRunLog log)
{
    private const int LogLines = 200;
    private const int BufferSize = 81920;

    /// <summary>Writes the context's archive and has it built; once more when the layers under it were taken away meanwhile.</summary>
    /// <exception cref="ImageFailedException">The build failed.</exception>
    /// <exception cref="WorldRefusedException">The target or the source does not answer.</exception>
    public async Task<(string, PreparedImage)> RunAsync(
        BlobSpool spool, string folder, RepositoryTree tree, PlannedBuild build, bool hasBuildKit, CancellationToken cancellationToken)
    {
        // Two services of one fingerprint are built side by side.
        var archive = Path.Combine(folder, $"{build.Fingerprint}-{build.Service.Name}.tar");
        try
        {
            var dockerfile = await DockerfileAsync(spool, tree, build, cancellationToken);
            var writer = new ContextArchive(spool, log);
            var ignore = await writer.ReadIgnoreFileAsync(build.Service.Name, tree, build.Source.Context.Path, dockerfile, cancellationToken);
            await using (var context = new FileStream(archive, FileMode.Create, FileAccess.Write, FileShare.None, BufferSize, useAsync: true))
                await writer.WriteAsync(build.Service.Name, tree, build.Source.Context.Path, dockerfile, ignore, context, cancellationToken);

            var evaluated = EvaluatedDockerfile.Of(Dockerfile.Parse(dockerfile.Content ?? Encoding.UTF8.GetBytes(await ReadAsync(spool, tree, build, cancellationToken))), new BuildInputs
            {
                Arguments = build.Request.Arguments.ToDictionary(argument => argument.Key, string? (argument) => argument.Value),
                Target = build.Request.Target,
            });
            var keepsAway = ContextArchive.KeepsBuildersFilesAway(ignore, tree, build.Source.Context.Path, dockerfile);
            var request = build.Request with
            {
                Dockerfile = dockerfile.Path,
                Builder = BuilderChoice.Of(hasBuildKit, evaluated, keepsAway),
                BaseImages = BuilderChoice.Images(evaluated, build.Request.Platform),
            };
            var id = await BuildAsync(request, build.Description, build.Source.DockerfilePath,
                () => new FileStream(archive, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize, useAsync: true), cancellationToken);
            return (build.Service.Name, new PreparedImage(build.Tag, id, build.Fingerprint));
        }
        finally
        {
            File.Delete(archive);
        }
    }

    /// <summary>Has the target fetch the context itself (<see cref="ImageBuild.Remote"/>).</summary>
    /// <returns>The id of the image.</returns>
    /// <exception cref="ImageFailedException">The build failed.</exception>
    /// <exception cref="WorldRefusedException">The target does not answer.</exception>
    public Task<string> RunRemoteAsync(ImageBuild request, string place, CancellationToken cancellationToken) =>
        BuildAsync(request, place, request.Dockerfile, () => Stream.Null, cancellationToken);

    private async Task<string> BuildAsync(
        ImageBuild request, string place, string dockerfile, Func<Stream> open, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        log.Information($"{request.Service}: building {place}");
        log.Debug($"{request.Service}: built by {(request.Builder == ImageBuilder.BuildKit ? "BuildKit" : "the classic builder")}");
        using var step = log.Begin(new RunStep(StepKind.Build, request.Service) { AtMost = settings.ImageTimeout });

        var output = new Queue<string>();
        var cause = request.Remote is null ? "no image of what it is built from is on the target" : "nothing tells whether its context changed";
        var answer = await SendAsync(open, request, cause, Show, cancellationToken);
        if (answer.Error is { } lost && LostLayers.Names(lost))
        {
            log.Warning($"{request.Service}: {lost}: somebody removed what the build stood on; it is built once more");
            answer = await SendAsync(open, request, $"what the build before stood on was removed: {lost}", Show, cancellationToken);
        }

        if (answer.ImageId is not { } id)
            throw new ImageFailedException(new BuildFailed(
                request.Service, place, dockerfile, answer.Step, answer.Error ?? "the builder ended without an image", [.. output]));

        log.Information($"{request.Service}: built {request.Tags[0]} in {ImagePatience.Took(clock, started)}");
        return id;

        void Show(string line)
        {
            log.Debug($"[{request.Service}] {line}");
            step.Say(line);
            output.Enqueue(line);
            if (output.Count > LogLines)
                output.Dequeue();
        }
    }

    // The client closes what it sent.
    private async Task<BuildAnswer> SendAsync(
        Func<Stream> open, ImageBuild request, string cause, Action<string> show, CancellationToken cancellationToken)
    {
        await using var context = open();
        return await ImagePatience.WithinAsync(settings.ImageTimeout,
            token => target.Because(cause).BuildImageAsync(request, context, show, token),
            new BuildAnswer(null, null, $"not built within {settings.ImageTimeout}"), cancellationToken);
    }

    private static async Task<ContextDockerfile> DockerfileAsync(
        BlobSpool spool, RepositoryTree tree, PlannedBuild build, CancellationToken cancellationToken)
    {
        if (build.Service.Build!.DockerfileInline is { } inline)
            return new ContextDockerfile($".dockerfile-{build.Fingerprint[..12]}", Encoding.UTF8.GetBytes(inline));

        var prefix = build.Source.Context.Path.Length == 0 ? "" : build.Source.Context.Path + "/";
        if (build.Source.DockerfilePath.StartsWith(prefix, StringComparison.Ordinal))
            return new ContextDockerfile(build.Request.Dockerfile, null);

        // A Dockerfile above its context is sent under a name of its own, as the Docker CLI does.
        return new ContextDockerfile($".dockerfile-{build.Fingerprint[..12]}", Encoding.UTF8.GetBytes(await ReadAsync(spool, tree, build, cancellationToken)));
    }

    private static async Task<string> ReadAsync(
        BlobSpool spool, RepositoryTree tree, PlannedBuild build, CancellationToken cancellationToken) =>
        tree.Find(build.Source.DockerfilePath) is { } entry
            ? await spool.ReadTextAsync(entry.Id, cancellationToken)
            : throw new ImageFailedException(new BuildFailed(
                build.Service.Name, build.Description, build.Source.DockerfilePath, null, "the Dockerfile is not in the verified tree", []));
}

/// <summary>An image to be built.</summary>
internal sealed record PlannedBuild(Service Service, PinnedBuild Source, string Tag, string Fingerprint, ImageBuild Request)
{
    /// <summary>What is built, for people: <c>owner/name@commit:path</c>.</summary>
    public string Description =>
        $"{Source.Context.Repository}@{Source.Commit[..12]}" + (Source.Context.Path.Length == 0 ? "" : $":{Source.Context.Path}");
}
