using System.Text.Json.Nodes;
using Docker.DotNet.Models;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    private const string OfCompose = "com.docker.compose.";

    /// <inheritdoc />
    public Task TagImageAsync(string image, string reference, CancellationToken cancellationToken)
    {
        var name = ImageReference.Parse(reference);
        return CallAsync($"tag image {reference}", (docker, token) => docker.Images.TagImageAsync(
            image, new ImageTagParameters { RepositoryName = name?.Name ?? reference, Tag = name?.Tag }, token), cancellationToken);
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<string>> ListImageReferencesAsync(string prefix, CancellationToken cancellationToken)
    {
        var images = await CallAsync("list images", (docker, token) => docker.Images.ListImagesAsync(new ImagesListParameters
        {
            Filters = new Dictionary<string, IDictionary<string, bool>> { ["reference"] = new Dictionary<string, bool> { [prefix + "*"] = true } },
        }, token), cancellationToken);
        return [.. images.SelectMany(image => image.RepoTags ?? []).Where(tag => tag.StartsWith(prefix, StringComparison.Ordinal)).Distinct()];
    }

    /// <inheritdoc />
    public async Task KeepContainerAsync(
        string container, string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var inspected = await InspectJsonAsync(container, cancellationToken);
        var all = await NotOfComposeAsync(labels, image, cancellationToken);
        all[ContainerCopy.NetworksLabel] = ContainerCopy.Networks(inspected).ToJsonString();
        await CreateAsync(name, ContainerCopy.Request(inspected, image, all, ContainerCopy.AnonymousVolumes(inspected)), cancellationToken);
    }

    /// <inheritdoc />
    public async Task RestoreContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken)
    {
        var inspected = await InspectJsonAsync(container.CopyOf!, cancellationToken);
        var request = ContainerCopy.Request(inspected, container.ImageReference, container.Labels, inheritedVolumes);
        var networks = inspected["Config"]?["Labels"]?[ContainerCopy.NetworksLabel]?.GetValue<string>() is { } text
            ? JsonNode.Parse(text) as JsonObject ?? []
            : [];
        var first = ContainerCopy.FirstNetwork(request, networks);
        if (first is not null)
            request["NetworkingConfig"] = new JsonObject { ["EndpointsConfig"] = new JsonObject { [first] = networks[first]?.DeepClone() } };

        await CreateAsync(container.Name, request, cancellationToken);
        foreach (var (network, endpoint) in networks.Where(network => network.Key != first && first is not null))
            await PostAsync($"connect {container.Name} to network {network}", $"networks/{Uri.EscapeDataString(network)}/connect",
                new JsonObject { ["Container"] = container.Name, ["EndpointConfig"] = endpoint?.DeepClone() }, cancellationToken);
    }

    /// <summary>True for the name of a volume that nobody named.</summary>
    internal static bool IsAnonymous(string volume) => AnonymousName().IsMatch(volume);

    // A container inherits its image's labels, and Compose puts its own on what it builds; it removes what bears them.
    private async Task<Dictionary<string, string>> NotOfComposeAsync(IReadOnlyDictionary<string, string> labels, string image, CancellationToken cancellationToken)
    {
        var all = new Dictionary<string, string>(labels);
        foreach (var label in (await FindImageAsync(image, cancellationToken))?.Labels.Keys ?? [])
            if (label.StartsWith(OfCompose, StringComparison.Ordinal))
                all[label] = "";
        return all;
    }

    private Task<object?> CreateAsync(string name, JsonObject request, CancellationToken cancellationToken) =>
        PostAsync($"create container {name}", $"containers/create?name={Uri.EscapeDataString(name)}", request, cancellationToken);
}
