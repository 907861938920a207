using System.Formats.Tar;
using Docker.DotNet;
using Docker.DotNet.Models;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Docker;
using PhasedRollout.Health;
using PhasedRollout.Health.Docker;
using PhasedRollout.Health.Http;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Scenarios.Health;

/// <summary>A real engine with an image of nothing but busybox; whatever it starts is removed at the end.</summary>
public sealed class EngineFixture : IAsyncLifetime
{
    private static int number;

    // Each test class has a fixture of its own; they run side by side.
    private readonly string image = $"health-scenario:{Guid.NewGuid():n}";

    private readonly List<string> containers = [];
    private readonly HttpProbe http = new(null, TimeProvider.System);

    private readonly DockerEngine connection = DockerEngine.Connect(null, EngineAccess.Full);

    internal IDockerClient Client { get; private set; } = null!;

    internal DockerHealthSource Source => field ??= new DockerHealthSource(_ => Task.FromResult(Client), isLocal: true, TimeProvider.System);

    internal DockerEvidence Evidence => field ??= new DockerEvidence(_ => Task.FromResult(Client), isLocal: true, Helper, TimeProvider.System);

    internal ProbeContainer Helper => field ??= new ProbeContainer(_ => Task.FromResult(Client));

    internal HealthWatch Watch => field ??= new HealthWatch(
        Source, http, TimeProvider.System, new MemoryLog(), new DockerCheckRunner(connection.RunInContainerAsync, TimeProvider.System));

    public async ValueTask InitializeAsync()
    {
        Client = await connection.GetClientAsync(CancellationToken.None);
        using var context = new MemoryStream();
        await using (var tar = new TarWriter(context, leaveOpen: true))
        {
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "busybox")
            {
                DataStream = new MemoryStream(await BusyBox.BytesAsync()),
                Mode = (UnixFileMode)0b111_101_101,
            });
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "Dockerfile")
            {
                DataStream = new MemoryStream("FROM scratch\nCOPY busybox /bin/busybox\nRUN [\"/bin/busybox\",\"--install\",\"-s\",\"/bin\"]\n"u8.ToArray()),
            });
        }

        context.Position = 0;
        string? error = null;
        await Client.Images.BuildImageFromDockerfileAsync(
            new ImageBuildParameters { Tags = [image] }, context, [], new Dictionary<string, string>(), new Progress<JSONMessage>(message => error ??= message.Error?.Message));
        error.ShouldBeNull();
    }

    /// <summary>Removes what was started until now.</summary>
    internal async Task RemoveContainersAsync()
    {
        foreach (var id in containers)
        {
            try
            {
                await Client.Containers.RemoveContainerAsync(id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true });
            }
            catch (DockerContainerNotFoundException)
            {
                // The test removed it.
            }
        }

        containers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await RemoveContainersAsync();
        await Client.Images.DeleteImageAsync(image, new ImageDeleteParameters { Force = true });
        http.Dispose();
        connection.Dispose();
    }

    /// <summary>Starts a container that runs <paramref name="script"/>.</summary>
    internal async Task<GatedService> StartAsync(string script, Action<CreateContainerParameters>? shape = null, Func<Service, Service>? describe = null)
    {
        var name = $"health-scenario-{Environment.ProcessId}-{Interlocked.Increment(ref number)}";
        var parameters = new CreateContainerParameters
        {
            Image = image,
            Name = name,
            Cmd = ["/bin/sh", "-c", script],
            StopSignal = "SIGKILL",
            HostConfig = new HostConfig(),
        };
        shape?.Invoke(parameters);
        var created = await Client.Containers.CreateContainerAsync(parameters);
        containers.Add(created.ID);
        await Client.Containers.StartContainerAsync(created.ID, new ContainerStartParameters());
        var service = new Service { Name = name, Location = new SourceLocation("compose.yml", 1, 1) };
        return new GatedService(describe?.Invoke(service) ?? service, created.ID, name);
    }

    internal static HealthcheckConfig Check(string script, int retries = 2) => new()
    {
        Test = ["CMD-SHELL", script],
        Interval = TimeSpan.FromSeconds(1),
        Timeout = TimeSpan.FromSeconds(2),
        Retries = retries,
    };
}
