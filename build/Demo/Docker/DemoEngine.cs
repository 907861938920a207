using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace PhasedRollout.Demo.Docker;

/// <summary>A container that has one of our names and is not ours.</summary>
internal sealed record ForeignContainer(string Name, string Image);

/// <summary>
/// The demo's own dealings with the engine: its images, its network, what holds a port, and the removal of it all.
/// What is ours bears <see cref="Label"/>; containers inherit it from the demo's base image.
/// </summary>
internal sealed class DemoEngine : IDisposable
{
    /// <summary>The label of what the demo made; its value is the folder of the clone that made it.</summary>
    public const string Label = "phased-rollout-demo";

    // Progress<T> would hand the messages to the thread pool, out of order and late.
    private sealed class Take(Action<Message> take) : IProgress<Message>
    {
        public void Report(Message value) => take(value);
    }

    private readonly string _host;
    private readonly string _owner;
    private readonly DockerClient _docker;

    private DemoEngine(string host, string owner) =>
        (_host, _owner, _docker) = (host, owner, new DockerClientBuilder().WithEndpoint(new Uri(host)).Build());

    /// <summary>Runs a piece of work with this engine; what the client library throws stays behind this door.</summary>
    /// <exception cref="DemoException">The engine refused, or does not answer.</exception>
    public static async Task<T> UseAsync<T>(string host, string owner, Func<DemoEngine, Task<T>> work)
    {
        using var engine = new DemoEngine(host, owner);
        try
        {
            return await work(engine);
        }
        catch (DockerApiException error)
        {
            throw new DemoException($"The engine at {host} refused: {error.ResponseBody?.Trim()}", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException or TimeoutException)
        {
            throw new DemoException($"The engine at {host} does not answer: {error.Message}", error);
        }
    }

    /// <summary>Runs a piece of work with this engine; what the client library throws stays behind this door.</summary>
    public static Task UseAsync(string host, string owner, Func<DemoEngine, Task> work) =>
        UseAsync(host, owner, async engine =>
        {
            await work(engine);
            return true;
        });

    /// <summary>The address of this machine on the engine's default bridge, where containers reach its servers.</summary>
    /// <exception cref="DemoException">The engine has no such bridge.</exception>
    public async Task<IPAddress> BridgeAddressAsync(CancellationToken ct)
    {
        var bridge = await _docker.Networks.InspectNetworkAsync("bridge", ct);
        // An engine whose bridge was there before it started names no gateway; the interface itself knows.
        var name = bridge.Options is not null && bridge.Options.TryGetValue("com.docker.network.bridge.name", out var option) ? option : "docker0";
        return NetworkInterface.GetAllNetworkInterfaces().Where(device => device.Name == name)
                   .SelectMany(device => device.GetIPProperties().UnicastAddresses)
                   .Select(unicast => unicast.Address)
                   .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork)
               ?? throw new DemoException($"The engine at {_host} has no bridge {name} on this machine, so containers could not reach the demo's PostgreSQL and Redis. The demo needs an engine that runs here, and not rootless.");
    }

    /// <summary>When the engine said of the container of each Compose service that it is healthy, or that a check in it ended well, between two moments.</summary>
    public async Task<ILookup<string, DateTimeOffset>> PassedChecksAsync(DateTimeOffset since, DateTimeOffset until, CancellationToken ct)
    {
        var passed = new List<(string Service, DateTimeOffset At)>();
        await _docker.System.MonitorEventsAsync(
            new ContainerEventsParameters
            {
                Since = since.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                Until = until.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                Filters = new Dictionary<string, IDictionary<string, bool>> { ["event"] = new Dictionary<string, bool> { ["health_status: healthy"] = true, ["exec_die"] = true } },
            },
            new Take(message =>
            {
                if (message.Actor?.Attributes is { } attributes && attributes.TryGetValue("com.docker.compose.service", out var service)
                    && (!attributes.TryGetValue("exitCode", out var exitCode) || exitCode == "0"))
                    passed.Add((service, DateTimeOffset.UnixEpoch.AddTicks((message.TimeNano ?? 0) / 100)));
            }),
            ct);
        return passed.ToLookup(check => check.Service, check => check.At);
    }

    /// <summary>Builds an image and tags it; nothing foreign of that name is replaced.</summary>
    /// <exception cref="DemoException">The tag is somebody else's image, or the build failed.</exception>
    public async Task BuildAsync(string tag, Stream context, CancellationToken ct)
    {
        if (await FindImageAsync(tag, ct) is { } existing && existing.Config?.Labels?.ContainsKey(Label) != true)
            throw new DemoException($"This engine has an image {tag} that the demo did not make; it would be replaced. Remove it first: docker rmi {tag}");
        var failure = "";
        var parameters = new ImageBuildParameters
        {
            Tags = [tag],
            Labels = new Dictionary<string, string> { [Label] = _owner },
            NetworkMode = "none",
            Remove = true,
            ForceRemove = true,
        };
        // A failed step is a message in the stream, not an exception.
        var messages = new InlineProgress<JSONMessage>(message => failure = message.Error?.Message ?? failure);
        await _docker.Images.BuildImageFromDockerfileAsync(parameters, context, [], new Dictionary<string, string>(), messages, ct);
        if (failure.Length > 0)
            throw new DemoException($"The demo's image {tag} could not be built: {failure}");
    }

    /// <summary>Makes a network, unless there is one of that name.</summary>
    /// <returns>True when it was made.</returns>
    public async Task<bool> EnsureNetworkAsync(string name, CancellationToken ct)
    {
        if ((await _docker.Networks.ListNetworksAsync(new NetworksListParameters(), ct)).Any(network => network.Name == name))
            return false;
        await _docker.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = name, Driver = "bridge", Labels = new Dictionary<string, string> { [Label] = _owner } }, ct);
        return true;
    }

    /// <summary>Of these container names, those that somebody else holds.</summary>
    public async Task<IReadOnlyList<ForeignContainer>> ForeignAsync(IReadOnlyCollection<string> names, CancellationToken ct) =>
        [.. (await AllContainersAsync(ct))
            .Where(container => !IsOurs(container.Labels))
            .SelectMany(container => container.Names.Select(name => new ForeignContainer(name.TrimStart('/'), container.Image)))
            .Where(container => names.Contains(container.Name))];

    /// <summary>Of these containers, how many run and are healthy.</summary>
    public async Task<int> CountHealthyAsync(IReadOnlyCollection<string> names, CancellationToken ct) =>
        (await AllContainersAsync(ct)).Count(container =>
            container.Names.Any(name => names.Contains(name.TrimStart('/')))
            && container.State == "running"
            && container.Status.Contains("(healthy)", StringComparison.Ordinal));

    /// <summary>Starts a container that does nothing but hold a host port.</summary>
    public async Task HoldPortAsync(string name, string image, int port, CancellationToken ct)
    {
        await RemoveContainerAsync(name, ct);
        var created = await _docker.Containers.CreateContainerAsync(
            new CreateContainerParameters
            {
                Name = name,
                Image = image,
                Cmd = ["httpd", "-f", "-p", "80"],
                StopSignal = "SIGKILL",
                Labels = new Dictionary<string, string> { [Label] = _owner },
                ExposedPorts = new Dictionary<string, EmptyStruct> { ["80/tcp"] = default },
                HostConfig = new HostConfig
                {
                    PortBindings = new Dictionary<string, IList<PortBinding>>
                    {
                        ["80/tcp"] = [new PortBinding { HostPort = port.ToString(CultureInfo.InvariantCulture) }],
                    },
                },
            },
            ct);
        await _docker.Containers.StartContainerAsync(created.ID, new ContainerStartParameters(), ct);
    }

    /// <summary>Removes a container of ours, if it is there.</summary>
    public async Task RemoveContainerAsync(string name, CancellationToken ct)
    {
        foreach (var container in (await AllContainersAsync(ct)).Where(container => IsOurs(container.Labels) && container.Names.Contains("/" + name)))
            await RemoveAsync(container.ID, ct);
    }

    /// <summary>Removes every container, image and network of the demo, and what its deployments left under its project's name.</summary>
    /// <returns>How many containers there were.</returns>
    public async Task<int> RemoveAllAsync(string project, CancellationToken ct)
    {
        var all = await AllContainersAsync(ct);
        // Another clone's demo has the same project; while it is here, what only the project's name marks may be its.
        var isShared = all.Any(container => IsOfAnotherClone(container.Labels));
        var containers = all.Where(container => IsOurs(container.Labels) || (!isShared && BelongsTo(project, container.Labels))).ToList();
        foreach (var container in containers)
            await RemoveAsync(container.ID, ct);
        foreach (var network in await _docker.Networks.ListNetworksAsync(new NetworksListParameters(), ct))
            if (IsOurs(network.Labels) || (!isShared && BelongsTo(project, network.Labels)))
                await _docker.Networks.DeleteNetworkAsync(network.ID, ct);
        await RemoveImagesAsync(ct);
        return containers.Count;
    }

    /// <inheritdoc/>
    public void Dispose() => _docker.Dispose();

    private static bool BelongsTo(string project, IDictionary<string, string>? labels) =>
        labels is not null && labels.Any(label =>
            label.Value == project && (label.Key == "com.docker.compose.project" || label.Key.StartsWith("phased-rollout.", StringComparison.Ordinal)));

    /// <summary>Ours, or of a clone that is no longer there to ask.</summary>
    private bool IsOurs(IDictionary<string, string>? labels) =>
        labels is not null && labels.TryGetValue(Label, out var maker) && (maker == _owner || !Directory.Exists(maker));

    private bool IsOfAnotherClone(IDictionary<string, string>? labels) => labels is not null && labels.ContainsKey(Label) && !IsOurs(labels);

    private async Task<IList<ContainerListResponse>> AllContainersAsync(CancellationToken ct) =>
        await _docker.Containers.ListContainersAsync(new ContainersListParameters { All = true }, ct);

    private async Task RemoveAsync(string id, CancellationToken ct)
    {
        try
        {
            await _docker.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, ct);
        }
        catch (DockerApiException error) when (error.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
        {
            // Gone, or being removed by somebody else.
        }
    }

    private async Task RemoveImagesAsync(CancellationToken ct)
    {
        var filter = new Dictionary<string, IDictionary<string, bool>> { ["label"] = new Dictionary<string, bool> { [Label] = true } };
        // The newest first: an image goes only after those that were built on it.
        foreach (var image in (await _docker.Images.ListImagesAsync(new ImagesListParameters { All = true, Filters = filter }, ct)).Where(image => IsOurs(image.Labels)).OrderByDescending(image => image.Created))
        {
            try
            {
                await _docker.Images.DeleteImageAsync(image.ID, new ImageDeleteParameters { Force = true }, ct);
            }
            catch (DockerApiException error) when (error.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Conflict)
            {
                // Went with a child, or a container that is not ours still uses it.
            }
        }
    }

    private async Task<ImageInspectResponse?> FindImageAsync(string tag, CancellationToken ct)
    {
        try
        {
            return await _docker.Images.InspectImageAsync(tag, ct);
        }
        catch (DockerImageNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Reports where it is called: <see cref="Progress{T}"/> reports later, from another thread.</summary>
    private sealed class InlineProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}
