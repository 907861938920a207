using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>The networks and volumes that belong to a project, with Compose's labels and ours.</summary>
internal static class ProjectResources
{
    /// <summary>Those that the services of a phase join.</summary>
    public static IReadOnlyList<NetworkSpec> Networks(Rollout rollout, Phase phase) => Networks(rollout, phase.Services.Select(service => service.Service));

    /// <summary>Those that services join.</summary>
    public static IReadOnlyList<NetworkSpec> Networks(Rollout rollout, IEnumerable<Service> services) =>
    [
        .. services.SelectMany(service => service.Networks.Select(network => network.Network)).Distinct(StringComparer.Ordinal)
            .Select(rollout.Networks.GetValueOrDefault).OfType<NetworkDefinition>()
            .Where(network => !network.External)
            .Select(network => new NetworkSpec(network.Name, network.Driver, network.DriverOptions, network.Internal, network.Attachable,
                Labels(rollout.Project, network.Labels, ComposeLabels.Network, network.Key))),
    ];

    /// <summary>Those that the services of a phase mount.</summary>
    public static IReadOnlyList<VolumeSpec> Volumes(Rollout rollout, Phase phase) =>
    [
        .. phase.Services.SelectMany(service => service.Service.Mounts)
            .Where(mount => mount is { Type: "volume", Source: not null }).Select(mount => mount.Source!).Distinct(StringComparer.Ordinal)
            .Select(rollout.Volumes.GetValueOrDefault).OfType<VolumeDefinition>()
            .Where(volume => !volume.External)
            .Select(volume => new VolumeSpec(volume.Name, volume.Driver, volume.DriverOptions,
                Labels(rollout.Project, volume.Labels, ComposeLabels.Volume, volume.Key))),
    ];

    private static Dictionary<string, string> Labels(string project, IReadOnlyDictionary<string, string> own, string keyLabel, string key) =>
        new(own)
        {
            [ComposeLabels.Project] = project,
            [keyLabel] = key,
            [ComposeLabels.Version] = "2.26.1",
            [RolloutLabels.Project] = project,
        };
}
