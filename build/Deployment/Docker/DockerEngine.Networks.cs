using Docker.DotNet.Models;
using NetworkAttachment = PhasedRollout.Rollouts.NetworkAttachment;

namespace PhasedRollout.Deployment.Docker;

public sealed partial class DockerEngine
{
    /// <inheritdoc />
    public async Task<IReadOnlyList<DeployedNetwork>> ListNetworksAsync(CancellationToken cancellationToken)
    {
        var networks = await CallAsync("list networks",
            (docker, token) => docker.Networks.ListNetworksAsync(new NetworksListParameters(), token), cancellationToken);
        return
        [
            .. networks.Select(network => new DeployedNetwork(network.ID, network.Name, network.Driver, network.Scope, network.Attachable,
                network.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly())
            {
                Subnets = [.. (network.IPAM?.Config ?? []).Select(it => AddressRange.Parse(it.Subnet)).OfType<AddressRange>()],
                IsConfigOnly = network.ConfigOnly,
            }),
        ];
    }

    /// <inheritdoc />
    public async Task<IReadOnlyList<DeployedVolume>> ListVolumesAsync(CancellationToken cancellationToken)
    {
        var volumes = await CallAsync("list volumes", (docker, token) => docker.Volumes.ListAsync(token), cancellationToken);
        return
        [
            .. (volumes.Volumes ?? []).Select(volume => new DeployedVolume(
                volume.Name, volume.Labels?.AsReadOnly() ?? new Dictionary<string, string>().AsReadOnly()) { Driver = volume.Driver }),
        ];
    }

    /// <inheritdoc />
    public Task CreateNetworkAsync(NetworkSpec network, CancellationToken cancellationToken) =>
        CallAsync($"create network {network.Name}", (docker, token) => docker.Networks.CreateNetworkAsync(new NetworksCreateParameters
        {
            Name = network.Name,
            Driver = network.Driver!,
            Internal = network.Internal,
            Attachable = network.Attachable,
            Options = new Dictionary<string, string>(network.DriverOptions),
            Labels = new Dictionary<string, string>(network.Labels),
        }, token), cancellationToken);

    /// <inheritdoc />
    public Task RemoveNetworkAsync(string id, CancellationToken cancellationToken) =>
        CallAsync($"remove network {id}", (docker, token) => docker.Networks.DeleteNetworkAsync(id, token), cancellationToken);

    /// <inheritdoc />
    public Task CreateVolumeAsync(VolumeSpec volume, CancellationToken cancellationToken) =>
        CallAsync($"create volume {volume.Name}", (docker, token) => docker.Volumes.CreateAsync(new VolumesCreateParameters
        {
            Name = volume.Name,
            Driver = volume.Driver!,
            DriverOpts = new Dictionary<string, string>(volume.DriverOptions),
            Labels = new Dictionary<string, string>(volume.Labels),
        }, token), cancellationToken);

    /// <inheritdoc />
    public Task RemoveVolumeAsync(string name, CancellationToken cancellationToken) =>
        CallAsync($"remove volume {name}", (docker, token) => docker.Volumes.RemoveAsync(name, false, token), cancellationToken);

    /// <inheritdoc />
    public Task ConnectNetworkAsync(string container, NetworkAttachment network, CancellationToken cancellationToken) =>
        CallAsync($"connect {container} to network {network.Network}", (docker, token) => docker.Networks.ConnectNetworkAsync(
            network.Network,
            new NetworkConnectParameters { Container = container, EndpointConfig = ContainerRequest.Endpoint(network) },
            token), cancellationToken);
}
