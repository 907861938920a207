using System.Net.Http.Headers;
using System.Text.Json;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Registries;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    private const string NeedsBuildKit = "; this Dockerfile needs BuildKit (a heredoc, RUN --mount or COPY --link), and was built by the classic builder";
    private const string NeedsFrontend = "; where it is right, the engine's BuildKit is too old for it: a first line '# syntax=docker/dockerfile:1' has it fetch a newer frontend";

    /// <inheritdoc />
    public async Task<BuildAnswer> BuildImageAsync(
        ImageBuild build, Stream context, Action<string> output, CancellationToken cancellationToken)
    {
        if (build.Builder == ImageBuilder.BuildKit && await BringBasesAsync(build, output, cancellationToken) is { } missing)
            return missing;

        var reader = new BuildOutput(output);
        try
        {
            var configuration = build.Builder == ImageBuilder.Classic ? await credentials.AllAsync(cancellationToken) : null;
            await SendAsync<object?>($"build {build.Service}", () => Request(build, context, configuration), async (answer, token) =>
            {
                await reader.ReadAsync(await answer.Content.ReadAsStreamAsync(token), token);
                return null;
            }, cancellationToken, Timeout.InfiniteTimeSpan);
        }
        catch (TargetRefusedException refused)
        {
            // A Dockerfile that cannot be read is refused before the first message.
            return Broken(refused.Error);
        }

        if (reader.Error is { } error)
            return Broken(error);

        var image = await FindImageAsync(build.Tags[0], cancellationToken);
        return new BuildAnswer(image?.Id, reader.Step, image is null ? "the builder ended without an image" : null);

        BuildAnswer Broken(string message) => new(null, reader.Step, message + Hint(build.Builder, message));
    }

    // BuildKit asks its client for credentials, also where a registry wants none and gives its token to everybody, and a request is no client that
    // could be asked. For what is there already it asks nobody.
    private async Task<BuildAnswer?> BringBasesAsync(ImageBuild build, Action<string> output, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, RegistryCredential?>(StringComparer.Ordinal);
        foreach (var (reference, platform) in build.BaseImages)
        {
            var name = reference.Digest is { } digest ? $"{reference.Name}@{digest}" : reference.ToString();
            if (!build.Pull && await FindImageAsync(name, cancellationToken) is { } found && IsFor(platform, found))
                continue;

            if (!known.TryGetValue(reference.Registry, out var authentication))
                known[reference.Registry] = authentication = await credentials.ForAsync(reference.Registry, cancellationToken);
            var step = $"Step : FROM {name}";
            output(step);
            if (await PullAsync(name, reference, platform, authentication, output, cancellationToken) is { } refused)
                return new BuildAnswer(null, step, refused);
        }

        return null;
    }

    private static bool IsFor(string? platform, DeployedImage image) =>
        platform is null || ImagePlatform.Parse(platform) is not { } wanted || image.Platform is not { } there
        || (there.OperatingSystem, there.Architecture) == (wanted.OperatingSystem, wanted.Architecture);

    private HttpRequestMessage Request(ImageBuild build, Stream context, IReadOnlyDictionary<string, RegistryCredential>? configuration)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, ApiPath($"build?{Query(build)}")) { Content = new StreamContent(context) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        if (configuration is { Count: > 0 })
            request.Headers.TryAddWithoutValidation("X-Registry-Config", EngineAuthentication.Header(configuration));
        return request;
    }

    /// <summary>The build as a query (Engine API, ImageBuild).</summary>
    internal static string Query(ImageBuild build)
    {
        var isBuildKit = build.Builder == ImageBuilder.BuildKit;
        (string Name, string? Value)[] parameters =
        [
            ("version", isBuildKit ? "2" : "1"),
            .. build.Tags.Select(tag => ("t", (string?)tag)),
            ("dockerfile", build.Dockerfile),
            ("remote", build.Remote),
            ("target", build.Target),
            ("platform", build.Platform),
            ("buildargs", Map(build.Arguments)),
            ("labels", Map(build.Labels)),
            ("nocache", build.NoCache ? "1" : null),
            // What BuildKit cannot fetch has been brought.
            ("pull", build.Pull && !isBuildKit ? "1" : null),
            ("rm", "1"),
            ("forcerm", "1"),
        ];
        return string.Join('&', parameters.Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
    }

    private static string? Map(IReadOnlyDictionary<string, string> map) => map.Count == 0 ? null : JsonSerializer.Serialize(map, EngineJson.Default.IReadOnlyDictionaryStringString);

    private static string Hint(ImageBuilder builder, string error) =>
        error.Contains("requires BuildKit", StringComparison.OrdinalIgnoreCase) ? NeedsBuildKit
        : !error.Contains("unknown instruction", StringComparison.OrdinalIgnoreCase) && !error.Contains("Unknown flag", StringComparison.OrdinalIgnoreCase) ? ""
        : builder == ImageBuilder.Classic ? NeedsBuildKit : NeedsFrontend;
}
