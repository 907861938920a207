using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Decides whether the new container of a service may run beside the old one: whatever only one of the two can have, or only one may
/// write to, makes the old one stop first. In doubt it stops first.</summary>
internal static class BesideRule
{
    /// <summary>Why the old container must stop first; null when the new one may start beside it.</summary>
    /// <param name="wanted">The new container.</param>
    /// <param name="replaced">The containers that it takes the place of.</param>
    /// <param name="coupled">A service that changes in the same phase and depends on this one, or this one on it; null for none.</param>
    public static string? Hindrance(WantedService wanted, IReadOnlyList<DeployedContainer> replaced, string? coupled)
    {
        var asked = wanted.Container.Configuration;
        return wanted.Container.CopyOf is not null ? "a kept version may need what the running one holds"
            : wanted.IsJob ? "it does its work once"
            : wanted.Service.MayEnd ? "nothing restarts or checks it, as with a job"
            : wanted.Service.StopsFirst ? "update_config says order: stop-first"
            : asked.Ports.Count > 0 ? "it publishes ports of the host"
            : asked.NetworkMode is { } mode ? $"its network_mode is {mode}"
            : asked.Networks.Any(network => network.Ipv4Address is not null) ? "it has a fixed address"
            : asked.Mounts.FirstOrDefault(IsNamedVolume) is { Source: var volume } ? $"the volume {volume} is not for two at once"
            : asked.Mounts.FirstOrDefault(IsWrittenOnTheHost) is { Source: var path } ? $"it may write to {path} on the host"
            : replaced.Any(container => container.AnonymousVolumes.Count > 0) ? "an anonymous volume goes over to the new container"
            : asked.Privileged ? "it is privileged, and may hold what is the host's"
            : wanted.Service.HealthUrl is not null ? "its x-health address does not tell which of two answered"
            : coupled is not null ? $"{coupled} changes with it, and the two versions would meet"
            : null;
    }

    /// <summary>A service that changes too and that <paramref name="service"/> depends on, or that depends on it; null for none. The old and the
    /// new containers would answer under the same names, and each to the wrong version of the other.</summary>
    public static string? Coupled(Service service, IReadOnlyList<Service> changed) => changed.FirstOrDefault(other => other.Name != service.Name
        && (DependsOn(service, other) || DependsOn(other, service)))?.Name;

    private static bool DependsOn(Service service, Service other) => service.DependsOn.Any(dependency => dependency.Service == other.Name);

    private static bool IsNamedVolume(MountDefinition mount) => mount is { Type: "volume", Source: not null };

    private static bool IsWrittenOnTheHost(MountDefinition mount) => mount is { Type: "bind", ReadOnly: false };
}
