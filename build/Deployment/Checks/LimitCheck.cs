using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Does the target have what the services ask of it: processors, memory, and the right to its low ports?</summary>
internal static class LimitCheck
{
    private const int FirstUnprivileged = 1024;

    // Linux: net.ipv4.ip_local_port_range, unless somebody changed it.
    private const int FirstEphemeral = 32768;
    private const int LastEphemeral = 60999;

    public static IEnumerable<Finding> Check(Rollout rollout, TargetDescription target) =>
        rollout.Services.SelectMany(service => Limits(service, target).Concat(Ports(service, target)));

    private static IEnumerable<Finding> Limits(Service service, TargetDescription target)
    {
        // moby, daemon_unix.go: "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available".
        if (service.Cpus is { } cpus && target.Processors is { } processors && cpus > processors)
        {
            yield return About(service, "cpus", PreflightRules.Disk, FailureClass.Unhealthy, Certainty.Certain,
                string.Create(CultureInfo.InvariantCulture, $"'{service.Name}' may use {cpus} processors, and {target.Name} has {processors}: the engine refuses to create it"),
                string.Create(CultureInfo.InvariantCulture, $"cpus: {processors}"));
        }

        if (service.MemoryLimit is { } limit && target.Memory is { } memory && limit > memory)
        {
            yield return About(service, "mem_limit", PreflightRules.Disk, FailureClass.OutOfMemory, Certainty.Likely,
                string.Create(CultureInfo.InvariantCulture, $"'{service.Name}' may use {limit >> 20} MiB of memory, and {target.Name} has {memory >> 20} MiB"),
                string.Create(CultureInfo.InvariantCulture, $"mem_limit: {memory >> 21}m"));
        }
    }

    private static IEnumerable<Finding> Ports(Service service, TargetDescription target)
    {
        foreach (var port in service.Ports.Where(port => port.HostPort is not null && service.NetworkMode is null))
        {
            var place = port.Location ?? service.Location;
            if (target.IsRootless && port.HostPort < FirstUnprivileged)
            {
                yield return TextChecks.Located(About(service, "ports", PreflightRules.PortRange, FailureClass.PortConflict, Certainty.Likely,
                    string.Create(CultureInfo.InvariantCulture, $"'{service.Name}' publishes port {port.HostPort}, and the engine runs without root: ports below 1024 are not for it"),
                    string.Create(CultureInfo.InvariantCulture, $"\"{8000 + port.HostPort}:{port.ContainerPort}\"; or sysctl net.ipv4.ip_unprivileged_port_start={port.HostPort} on the host")), place);
            }
            else if (port.HostPort is >= FirstEphemeral and <= LastEphemeral)
            {
                yield return TextChecks.Located(About(service, "ports", PreflightRules.PortRange, FailureClass.PortConflict, Certainty.Hint,
                    string.Create(CultureInfo.InvariantCulture, $"'{service.Name}' publishes port {port.HostPort}, one of those that the host gives to outgoing connections: now and then it is taken"),
                    "a host port from 1024 to 32767"), place);
            }
        }
    }

    private static Finding About(
        Service service, string key, string rule, FailureClass failure, Certainty certainty, string message, string suggestion) =>
        TextChecks.Located(
            new Finding(rule, failure, certainty, message, $"services/{service.Name}/{key}", suggestion) { Service = service.Name },
            service.Locations.GetValueOrDefault(key) ?? service.Locations.GetValueOrDefault("deploy") ?? service.Location);
}
