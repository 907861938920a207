using System.Diagnostics;
using System.Net;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A running container, as the engine itself tells it; times as the engine writes them.</summary>
internal sealed record SeenContainer(string Service, string Id, string? Health, string StartedAt, long Restarts, IReadOnlyDictionary<string, string> Labels);

/// <summary>Looks at a project on the engine without the code under test.</summary>
internal sealed class EngineView(IDockerClient client, string project)
{
    private static readonly TimeSpan VerdictDeadline = TimeSpan.FromSeconds(20);

    /// <summary>The project's running containers, by service, once the engine has a verdict on each: its first probe comes an interval after the start,
    /// when a run may have ended.</summary>
    public async Task<IReadOnlyList<SeenContainer>> ContainersAsync()
    {
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(100))
            if (await ContainersNowAsync() is var seen && (seen.All(container => container.Health != "starting") || began.Elapsed > VerdictDeadline))
                return seen;
    }

    /// <summary>The project's running containers, by service, as they are.</summary>
    public async Task<IReadOnlyList<SeenContainer>> ContainersNowAsync()
    {
        List<SeenContainer> seen = [];
        foreach (var container in await ListAsync(all: false))
        {
            var details = await client.Containers.InspectContainerAsync(container.ID, CancellationToken.None);
            seen.Add(new SeenContainer(
                container.Labels!["com.docker.compose.service"], container.ID, details.State!.Health?.Status, details.State.StartedAt, (long)details.RestartCount,
                new Dictionary<string, string>(container.Labels)));
        }

        return [.. seen.OrderBy(container => container.Service, StringComparer.Ordinal)];
    }

    /// <summary>Every container of the project, also those that do not run: name and state.</summary>
    public async Task<IReadOnlyList<string>> AllAsync() =>
        [.. (await ListAsync(all: true)).Select(container => $"{container.Names[0].TrimStart('/')} {container.State}").Order(StringComparer.Ordinal)];

    /// <summary>What identifies the running containers: the same text later means that nothing was touched.</summary>
    public async Task<string> FingerprintAsync() =>
        string.Join('\n', (await ContainersAsync()).Select(container => $"{container.Service} {container.Id} {container.StartedAt} {container.Health}"));

    /// <summary>Everything on the engine that a run could have changed, of anybody: containers, images, networks, volumes.</summary>
    public async Task<string> WholeEngineAsync()
    {
        var containers = (await client.Containers.ListContainersAsync(new ContainersListParameters { All = true })).Select(container => $"container {container.ID} {container.Names[0]} {container.State}");
        var images = (await client.Images.ListImagesAsync(new ImagesListParameters { All = true })).Select(image => $"image {image.ID} {string.Join(',', image.RepoTags ?? [])}");
        var networks = (await client.Networks.ListNetworksAsync(new NetworksListParameters())).Select(network => $"network {network.ID} {network.Name}");
        var volumes = (await client.Volumes.ListAsync(CancellationToken.None)).Volumes?.Select(volume => $"volume {volume.Name}") ?? [];
        return string.Join('\n', containers.Concat(images).Concat(networks).Concat(volumes).Order(StringComparer.Ordinal));
    }

    public Task StopAsync(string id) => client.Containers.StopContainerAsync(id, new ContainerStopParameters { WaitBeforeKillSeconds = 2 });

    public Task CreateNetworkAsync(string name) => client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = name, Driver = "bridge" });

    public async Task RemoveNetworkAsync(string name)
    {
        foreach (var network in (await client.Networks.ListNetworksAsync(new NetworksListParameters())).Where(network => network.Name == name))
            await client.Networks.DeleteNetworkAsync(network.ID);
    }

    /// <summary>Removes everything of the project: by its labels, and what bears its name.</summary>
    public async Task RemoveAsync()
    {
        foreach (var container in await ListAsync(all: true))
        {
            try
            {
                await client.Containers.RemoveContainerAsync(container.ID, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
            }
            catch (DockerApiException error) when (error.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Gone, or going.
            }
        }

        foreach (var image in (await client.Images.ListImagesAsync(new ImagesListParameters { All = true })).Where(image => IsOurs(image.Labels)).OrderByDescending(image => image.Created))
        {
            try
            {
                await client.Images.DeleteImageAsync(image.ID, new ImageDeleteParameters { Force = true });
            }
            catch (DockerApiException error) when (error.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Went with a child; the sweep at the end of the run finds what is left.
            }
        }

        foreach (var network in (await client.Networks.ListNetworksAsync(new NetworksListParameters())).Where(network => IsOurs(network.Labels)))
            await client.Networks.DeleteNetworkAsync(network.ID);
        foreach (var volume in ((await client.Volumes.ListAsync(CancellationToken.None)).Volumes ?? []).Where(volume => IsOurs(volume.Labels)))
            await client.Volumes.RemoveAsync(volume.Name, force: true, CancellationToken.None);
    }

    /// <summary>Removes the images that were built for the project, so that they must be built again.</summary>
    public async Task RemoveImagesAsync()
    {
        var built = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [$"phased-rollout.built-for={project}"] = true } };
        foreach (var image in await client.Images.ListImagesAsync(new ImagesListParameters { Filters = built }))
            await client.Images.DeleteImageAsync(image.ID, new ImageDeleteParameters { Force = true });
    }

    /// <summary>The images of the project with what their layers' history says.</summary>
    public async Task<string> ImagesAsync()
    {
        List<string> lines = [];
        foreach (var image in (await client.Images.ListImagesAsync(new ImagesListParameters { All = true })).Where(image => IsOurs(image.Labels)))
        {
            lines.AddRange((image.Labels ?? new Dictionary<string, string>()).Select(label => $"{label.Key}={label.Value}"));
            lines.AddRange((await client.Images.GetImageHistoryAsync(image.ID)).Select(layer => $"{layer.CreatedBy} {layer.Comment}"));
            var details = await client.Images.InspectImageAsync(image.ID);
            lines.AddRange(details.Config?.Env ?? []);
        }

        return string.Join('\n', lines);
    }

    private async Task<IEnumerable<ContainerListResponse>> ListAsync(bool all) =>
        (await client.Containers.ListContainersAsync(new ContainersListParameters { All = all })).Where(container => IsOurs(container.Labels));

    private bool IsOurs(IDictionary<string, string>? labels) => labels is not null
        && (labels.TryGetValue("com.docker.compose.project", out var value) || labels.TryGetValue("phased-rollout.project", out value)
            || labels.TryGetValue("phased-rollout.lock", out value))
        && value == project;
}
