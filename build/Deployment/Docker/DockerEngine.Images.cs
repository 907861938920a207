using System.Net;
using System.Text.Json;
using Docker.DotNet.Models;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Registries;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc />
    public async Task<DeployedImage?> FindImageAsync(string reference, CancellationToken cancellationToken)
    {
        var image = await FindAsync($"inspect image {reference}",
            (docker, token) => docker.Images.InspectImageAsync(reference, token), cancellationToken);
        return image is null ? null : new DeployedImage(
            image.ID, [.. image.RepoTags ?? []], image.Config?.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly())
        {
            Platform = ImagePlatform.Parse($"{image.Os}/{image.Architecture}"),
        };
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DeployedImage>> ListImagesAsync(string project, CancellationToken cancellationToken)
    {
        var images = await CallAsync("list images", (docker, token) => docker.Images.ListImagesAsync(new ImagesListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>>
            {
                ["label"] = new Dictionary<string, bool> { [$"{RolloutLabels.BuiltFor}={project}"] = true },
            },
        }, token), cancellationToken);
        return
        [
            .. images.Select(image => new DeployedImage(
                image.ID,
                [.. (image.RepoTags ?? []).Where(tag => tag != "<none>:<none>")],
                image.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly())),
        ];
    }

    /// <inheritdoc />
    public Task RemoveImageAsync(string reference, CancellationToken cancellationToken) =>
        CallAsync($"remove image {reference}",
            (docker, token) => docker.Images.DeleteImageAsync(reference, new ImageDeleteParameters(), token), cancellationToken);

    /// <inheritdoc />
    public async Task<string?> PullImageAsync(
        string reference, string? platform, Action<string> output, CancellationToken cancellationToken) =>
        ImageReference.Parse(reference) is { } image
            ? await PullAsync(reference, image, platform, await credentials.ForAsync(image.Registry, cancellationToken), output, cancellationToken)
            : $"'{reference}' is no reference of an image";

    private async Task<string?> PullAsync(
        string reference, ImageReference image, string? platform, RegistryCredential? authentication, Action<string> output, CancellationToken cancellationToken)
    {
        var reader = new PullOutput(output);
        try
        {
            await CallAsync($"pull {reference}", (docker, token) => docker.Images.CreateImageAsync(
                new ImagesCreateParameters { FromImage = image.Name, Tag = image.Manifest, Platform = platform },
                authentication is null ? null : EngineAuthentication.Of(authentication), reader, token), cancellationToken, Timeout.InfiniteTimeSpan);
            return reader.Error;
        }
        catch (TargetRefusedException refused)
        {
            return refused.Error;
        }
    }

    /// <inheritdoc />
    public async Task<RegistryAnswer> AskRegistryAsync(string reference, CancellationToken cancellationToken)
    {
        if (ImageReference.Parse(reference) is not { } image)
            return new RegistryAnswer(false, $"'{reference}' is no reference of an image");

        await GetClientAsync(cancellationToken);
        var authentication = await credentials.ForAsync(image.Registry, cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(CallTimeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, ApiPath($"distribution/{reference}/json"));
        if (authentication is not null)
            request.Headers.TryAddWithoutValidation("X-Registry-Auth", EngineAuthentication.Header(authentication));

        try
        {
            using var answer = await http.SendAsync(request, patience.Token);
            var text = await answer.Content.ReadAsStringAsync(patience.Token);
            using var document = JsonDocument.Parse(text);
            if (answer.IsSuccessStatusCode)
                return new RegistryAnswer(
                    true, document.RootElement.GetProperty("Descriptor").GetProperty("digest").GetString() ?? "", PlatformsOf(document.RootElement));

            var message = document.RootElement.GetProperty("message").GetString() ?? text;
            // Whatever is not a refusal of the image itself comes from a registry that could not be asked. An older engine answers 500
            // where the registry asked for a login that nobody gave.
            var refused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.NotFound
                || message.Contains("no basic auth credentials", StringComparison.OrdinalIgnoreCase);
            return new RegistryAnswer(refused ? false : null, message);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return new RegistryAnswer(null, "the engine's answer about the registry could not be read");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new RegistryAnswer(null, "the registry did not answer in time");
        }
        catch (Exception error) when (IsSilence(error, cancellationToken))
        {
            throw Silence($"ask the registry of {reference}", error);
        }
    }

    private static List<ImagePlatform>? PlatformsOf(JsonElement answer) =>
        answer.TryGetProperty("Platforms", out var platforms) && platforms.ValueKind == JsonValueKind.Array
            ?
            [
                .. platforms.EnumerateArray()
                    .Select(platform => ImagePlatform.Parse($"{platform.GetProperty("os").GetString()}/{platform.GetProperty("architecture").GetString()}"))
                    .OfType<ImagePlatform>(),
            ]
            : null;
}

/// <summary>Reads the messages of a pull, without the counting of bytes.</summary>
internal sealed class PullOutput(Action<string> output) : IProgress<JSONMessage>
{
    /// <summary>The registry's error; null when there was none.</summary>
    public string? Error { get; private set; }

    public void Report(JSONMessage value)
    {
        if (value.Error?.Message is { } error)
            Error = error.TrimEnd();
        else if (value.Status is { Length: > 0 } status && value.Progress is null)
            output(value.ID is { Length: > 0 } id ? $"{id}: {status}" : status);
    }
}
