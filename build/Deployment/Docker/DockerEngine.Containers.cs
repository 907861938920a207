using System.Net;
using System.Text.RegularExpressions;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    private static readonly TimeSpan RemovalPoll = TimeSpan.FromMilliseconds(200);

    /// <inheritdoc />
    public async Task<IReadOnlyList<DeployedContainer>> ListContainersAsync(CancellationToken cancellationToken)
    {
        var containers = await CallAsync("list containers",
            (docker, token) => docker.Containers.ListContainersAsync(new ContainersListParameters { All = true }, token), cancellationToken);
        return [.. containers.Select(Seen)];
    }

    /// <inheritdoc />
    public async Task<ContainerStatus?> InspectContainerAsync(string container, CancellationToken cancellationToken)
    {
        var found = await FindAsync($"inspect container {container}",
            (docker, token) => docker.Containers.InspectContainerAsync(container, token), cancellationToken);
        return found is null ? null : new ContainerStatus(
            found.State?.Status ?? "",
            found.State?.Health?.Status is { Length: > 0 } health and not "none" ? health : null,
            found.State?.ExitCode ?? 0,
            found.State?.Error ?? "");
    }

    /// <inheritdoc />
    public Task CreateContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken) =>
        CallAsync($"create container {container.Name}",
            (docker, token) => docker.Containers.CreateContainerAsync(ContainerRequest.From(container, inheritedVolumes), token), cancellationToken);

    /// <inheritdoc />
    public async Task CreatePlaceholderAsync(
        string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken)
    {
        var all = await NotOfComposeAsync(labels, image, cancellationToken);
        await CallAsync($"create container {name}", (docker, token) => docker.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Name = name,
            Image = image,
            // An image need not say what to run, and a container must.
            Cmd = ["placeholder"],
            Labels = all,
            HostConfig = new HostConfig { NetworkMode = "none" },
        }, token), cancellationToken);
    }

    /// <inheritdoc />
    public Task StartContainerAsync(string container, CancellationToken cancellationToken) =>
        CallAsync($"start container {container}",
            (docker, token) => docker.Containers.StartContainerAsync(container, new ContainerStartParameters(), token), cancellationToken);

    /// <inheritdoc />
    public Task StopContainerAsync(string container, CancellationToken cancellationToken) =>
        CallAsync($"stop container {container}",
            (docker, token) => docker.Containers.StopContainerAsync(container, new ContainerStopParameters(), token),
            cancellationToken, patience: TimeSpan.FromMinutes(15)); // its grace period is its own, and the engine kills it at the end

    /// <inheritdoc />
    public Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken) =>
        CallAsync($"rename container {container} to {name}",
            (docker, token) => docker.Containers.RenameContainerAsync(container, new ContainerRenameParameters { NewName = name }, token), cancellationToken);

    /// <inheritdoc />
    public async Task RemoveContainerAsync(string container, bool volumes, CancellationToken cancellationToken) =>
        await FindAsync($"remove container {container}", async (docker, token) =>
        {
            try
            {
                await docker.Containers.RemoveContainerAsync(container, new ContainerRemoveParameters { Force = true, RemoveVolumes = volumes }, token);
            }
            catch (DockerApiException busy) when (busy.StatusCode == HttpStatusCode.Conflict && Message(busy).Contains("is already in progress", StringComparison.Ordinal))
            {
                // Somebody else removes it, or the engine still does what it was asked before; it is gone when the engine does not know it.
                while (true)
                {
                    await docker.Containers.InspectContainerAsync(container, token);
                    await Task.Delay(RemovalPoll, token);
                }
            }

            return container;
        }, cancellationToken);

    private static DeployedContainer Seen(ContainerListResponse container) => new()
    {
        Id = container.ID,
        // A container linked to by another carries a second name below that one's.
        Name = container.Names.Select(name => name.TrimStart('/')).FirstOrDefault(name => !name.Contains('/', StringComparison.Ordinal)) ?? container.ID,
        State = container.State,
        Image = container.Image,
        ImageId = container.ImageID,
        CreatedAt = new DateTimeOffset(DateTime.SpecifyKind(container.Created, DateTimeKind.Utc)),
        Labels = container.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly(),
        Ports =
        [
            .. (container.Ports ?? []).Where(port => port.PublicPort is > 0)
                .Select(port => new PublishedPort(port.IP ?? "", port.PublicPort!.Value, port.Type ?? "tcp")),
        ],
        AnonymousVolumes = (container.Mounts ?? [])
            .Where(mount => mount is { Type: "volume", Name: not null, Destination: not null } && AnonymousName().IsMatch(mount.Name))
            .DistinctBy(mount => mount.Destination)
            .ToDictionary(mount => mount.Destination, mount => mount.Name!),
    };

    // The engine names what nobody named by 32 random bytes.
    [GeneratedRegex(@"\A[0-9a-f]{64}\z")]
    private static partial Regex AnonymousName();
}
