using System.Collections.Concurrent;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Journal;

/// <summary>A target whose every write is done only while this run holds the lock, and stands in the journal before it is done and after.
/// What only looks passes through.</summary>
/// <param name="inner">The target.</param>
/// <param name="heldLock">The run's lock.</param>
/// <param name="journal">The run's journal.</param>
public sealed class RecordedTarget(IDeploymentTarget inner, DeploymentLock heldLock, RunJournal journal) : IDeploymentTarget
{
    // Operations name containers by their ids, which tell a reader of the journal nothing.
    private ConcurrentDictionary<string, string> names = new(StringComparer.Ordinal);
    private string? cause;

    /// <inheritdoc />
    public IDeploymentTarget Because(string cause) => new RecordedTarget(inner, heldLock, journal) { names = names, cause = cause };

    /// <inheritdoc />
    public Task<TargetDescription> DescribeAsync(CancellationToken cancellationToken) => inner.DescribeAsync(cancellationToken);

    /// <inheritdoc />
    public async Task<IReadOnlyList<DeployedContainer>> ListContainersAsync(CancellationToken cancellationToken)
    {
        var containers = await inner.ListContainersAsync(cancellationToken);
        foreach (var container in containers)
            names[container.Id] = container.Name;
        return containers;
    }

    /// <inheritdoc />
    public Task<ContainerStatus?> InspectContainerAsync(string container, CancellationToken cancellationToken) =>
        inner.InspectContainerAsync(container, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<DeployedNetwork>> ListNetworksAsync(CancellationToken cancellationToken) => inner.ListNetworksAsync(cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<DeployedVolume>> ListVolumesAsync(CancellationToken cancellationToken) => inner.ListVolumesAsync(cancellationToken);

    /// <inheritdoc />
    public Task<DeployedImage?> FindImageAsync(string reference, CancellationToken cancellationToken) => inner.FindImageAsync(reference, cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<DeployedImage>> ListImagesAsync(string project, CancellationToken cancellationToken) =>
        inner.ListImagesAsync(project, cancellationToken);

    /// <inheritdoc />
    public Task<RegistryAnswer> AskRegistryAsync(string reference, CancellationToken cancellationToken) => inner.AskRegistryAsync(reference, cancellationToken);

    /// <inheritdoc />
    public Task<PortHolder?> FindPortHolderAsync(PortMapping port, CancellationToken cancellationToken) => inner.FindPortHolderAsync(port, cancellationToken);

    /// <inheritdoc />
    public Task<string?> ReadVolumeFileAsync(string source, string path, CancellationToken cancellationToken) =>
        inner.ReadVolumeFileAsync(source, path, cancellationToken);

    /// <inheritdoc />
    public Task<long?> FreeDiskAsync(CancellationToken cancellationToken) => inner.FreeDiskAsync(cancellationToken);

    /// <inheritdoc />
    public Task<BuildAnswer> BuildImageAsync(ImageBuild build, Stream context, Action<string> output, CancellationToken cancellationToken) =>
        WriteAsync("BuildImage", build.Tags[0], () => inner.BuildImageAsync(build, context, output, cancellationToken), answer => answer.Error, cancellationToken);

    /// <inheritdoc />
    public Task<string?> PullImageAsync(string reference, string? platform, Action<string> output, CancellationToken cancellationToken) =>
        WriteAsync("PullImage", reference, () => inner.PullImageAsync(reference, platform, output, cancellationToken), error => error, cancellationToken);

    /// <inheritdoc />
    public Task RemoveImageAsync(string reference, CancellationToken cancellationToken) =>
        WriteAsync("RemoveImage", reference, () => inner.RemoveImageAsync(reference, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task TagImageAsync(string image, string reference, CancellationToken cancellationToken) =>
        WriteAsync("TagImage", $"{image} as {reference}", () => inner.TagImageAsync(image, reference, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task<IReadOnlyList<string>> ListImageReferencesAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListImageReferencesAsync(prefix, cancellationToken);

    /// <inheritdoc />
    public Task CreateNetworkAsync(NetworkSpec network, CancellationToken cancellationToken) =>
        WriteAsync("CreateNetwork", network.Name, () => inner.CreateNetworkAsync(network, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task RemoveNetworkAsync(string id, CancellationToken cancellationToken) =>
        WriteAsync("RemoveNetwork", id, () => inner.RemoveNetworkAsync(id, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task CreateVolumeAsync(VolumeSpec volume, CancellationToken cancellationToken) =>
        WriteAsync("CreateVolume", volume.Name, () => inner.CreateVolumeAsync(volume, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task RemoveVolumeAsync(string name, CancellationToken cancellationToken) =>
        WriteAsync("RemoveVolume", name, () => inner.RemoveVolumeAsync(name, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task CreateContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken) =>
        WriteAsync("CreateContainer", container.Name, () => inner.CreateContainerAsync(container, inheritedVolumes, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task CreatePlaceholderAsync(
        string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        WriteAsync("CreatePlaceholder", name, () => inner.CreatePlaceholderAsync(name, image, labels, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task KeepContainerAsync(
        string container, string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) =>
        WriteAsync("KeepContainer", $"{Named(container)} as {name}", () => inner.KeepContainerAsync(container, name, image, labels, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task RestoreContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken) =>
        WriteAsync("RestoreContainer", container.Name, () => inner.RestoreContainerAsync(container, inheritedVolumes, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task ConnectNetworkAsync(string container, NetworkAttachment network, CancellationToken cancellationToken) =>
        WriteAsync("ConnectNetwork", $"{Named(container)} to {network.Network}", () => inner.ConnectNetworkAsync(container, network, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task StartContainerAsync(string container, CancellationToken cancellationToken) =>
        WriteAsync("StartContainer", Named(container), () => inner.StartContainerAsync(container, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task StopContainerAsync(string container, CancellationToken cancellationToken) =>
        WriteAsync("StopContainer", Named(container), () => inner.StopContainerAsync(container, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken) =>
        WriteAsync("RenameContainer", $"{Named(container)} to {name}", () => inner.RenameContainerAsync(container, name, cancellationToken), cancellationToken);

    /// <inheritdoc />
    public Task RemoveContainerAsync(string container, bool volumes, CancellationToken cancellationToken) =>
        WriteAsync("RemoveContainer", Named(container), () => inner.RemoveContainerAsync(container, volumes, cancellationToken), cancellationToken);

    private string Named(string container) => names.GetValueOrDefault(container, container);

    private Task<object?> WriteAsync(string operation, string subject, Func<Task> write, CancellationToken cancellationToken) =>
        WriteAsync<object?>(operation, subject, async () =>
        {
            await write();
            return null;
        }, _ => null, cancellationToken);

    private async Task<T> WriteAsync<T>(string operation, string subject, Func<Task<T>> write, Func<T, string?> refusal, CancellationToken cancellationToken)
    {
        await heldLock.EnsureHeldAsync(cancellationToken);
        var number = journal.Doing(operation, subject, cause);
        try
        {
            var answer = await write();
            if (refusal(answer) is { } error)
                journal.Refused(number, error);
            else
                journal.Done(number);
            return answer;
        }
        catch (WorldRefusedException refused)
        {
            journal.Refused(number, refused.Message);
            throw;
        }
        catch (OperationCanceledException)
        {
            journal.Refused(number, "stopped");
            throw;
        }
    }
}
