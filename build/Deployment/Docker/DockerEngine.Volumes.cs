using System.Formats.Tar;
using System.Text;
using Docker.DotNet.Models;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    private const int LongestVolumeFile = 64 << 10;

    /// <inheritdoc />
    public async Task<string?> ReadVolumeFileAsync(string source, string path, CancellationToken cancellationToken)
    {
        // A container that mounts it shows it, running or not, wherever the engine is.
        var containers = await CallAsync("list containers",
            (docker, token) => docker.Containers.ListContainersAsync(new ContainersListParameters { All = true }, token), cancellationToken);
        var holders =
            from container in containers
            from mount in container.Mounts ?? []
            where (mount.Type == "volume" ? mount.Name : mount.Source) == source && mount.Destination is not null
            select (container.ID, Folder: mount.Destination.TrimEnd('/'));
        foreach (var (container, folder) in holders.Take(2))
            if (await ReadContainerFileAsync(container, $"{folder}/{path}", cancellationToken) is { } text)
                return text;

        var place = source.StartsWith('/') ? source : (await FindAsync($"inspect volume {source}",
            (docker, token) => docker.Volumes.InspectAsync(source, token), cancellationToken))?.Mountpoint;
        return host.IsLocal && place is { Length: > 0 } ? EngineHost.ReadSmallFile(Path.Combine(place, path), LongestVolumeFile) : null;
    }

    private async Task<string?> ReadContainerFileAsync(string container, string path, CancellationToken cancellationToken)
    {
        ContainerArchiveResponse? answer;
        try
        {
            answer = await FindAsync($"read {path} of container {container}",
                (docker, token) => docker.Containers.GetArchiveFromContainerAsync(container, new ContainerPathStatParameters { Path = path }, false, token), cancellationToken);
        }
        catch (TargetRefusedException)
        {
            // A container that is being removed, or whose volume cannot be mounted, shows nothing.
            return null;
        }

        if (answer?.Stream is not { } stream)
            return null;

        await using var owned = stream;
        await using var reader = new TarReader(stream);
        if (await reader.GetNextEntryAsync(copyData: false, cancellationToken) is not { DataStream: { } data, Length: <= LongestVolumeFile } entry)
            return null;

        var bytes = new byte[entry.Length];
        await data.ReadExactlyAsync(bytes, cancellationToken);
        return Encoding.UTF8.GetString(bytes);
    }
}
