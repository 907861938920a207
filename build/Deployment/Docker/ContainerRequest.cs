using System.Globalization;
using Docker.DotNet.Models;
using PhasedRollout.Rollouts;
using NetworkAttachment = PhasedRollout.Rollouts.NetworkAttachment;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Says a container in the Engine API's words. The SDK calls nothing of its models nullable; null leaves a value out of the request.</summary>
internal static class ContainerRequest
{
    private const decimal NanoCpus = 1_000_000_000m;

    public static CreateContainerParameters From(ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes)
    {
        var wanted = container.Configuration;
        return new CreateContainerParameters
        {
            Name = wanted.Name,
            Image = container.ImageReference,
            Platform = wanted.Platform!,
            Labels = new Dictionary<string, string>(container.Labels),
            Cmd = wanted.Command?.ToList()!,
            Entrypoint = wanted.Entrypoint?.ToList()!,
            Env = [.. wanted.Environment.Select(pair => $"{pair.Key}={pair.Value}")],
            User = wanted.User ?? "",
            WorkingDir = wanted.WorkingDirectory ?? "",
            Hostname = wanted.Hostname ?? "",
            StopSignal = wanted.StopSignal ?? "",
            StopTimeout = wanted.StopGracePeriod,
            Tty = wanted.Tty,
            OpenStdin = wanted.StdinOpen,
            Healthcheck = Healthcheck(wanted.Healthcheck)!,
            ExposedPorts = wanted.Ports.Select(Key).Concat(wanted.Expose.Select(Key)).Distinct()
                .ToDictionary(port => port, _ => default(EmptyStruct)),
            HostConfig = Host(wanted, inheritedVolumes),
            NetworkingConfig = Networking(wanted)!,
        };
    }

    /// <summary>How a container joins a network.</summary>
    public static EndpointSettings Endpoint(NetworkAttachment network) => new()
    {
        // The engine's own networks know no aliases and refuse them.
        Aliases = network.Network is "bridge" or "host" or "none" ? null! : network.Aliases.ToList(),
        IPAMConfig = network.Ipv4Address is { } address ? new EndpointIPAMConfig { IPv4Address = address } : null!,
    };

    private static HostConfig Host(ContainerConfiguration wanted, IReadOnlyDictionary<string, string> inheritedVolumes)
    {
        var host = new HostConfig
        {
            NetworkMode = wanted.NetworkMode ?? (wanted.Networks is [var first, ..] ? first.Network : ""),
            PortBindings = wanted.Ports.GroupBy(Key).ToDictionary(port => port.Key, IList<PortBinding> (port) => [.. port.Select(Binding)]),
            Binds = [.. wanted.Mounts.Where(IsPlainBind).Select(mount => $"{mount.Source}:{mount.Target}:{(mount.ReadOnly ? "ro" : "rw")}")],
            Tmpfs = wanted.Mounts.Where(IsTmpfsWithOptions).ToDictionary(mount => mount.Target, mount => $"{mount.Options}{(mount.ReadOnly ? ",ro" : "")}"),
            Mounts =
            [
                .. wanted.Mounts.Where(mount => !IsPlainBind(mount) && !IsTmpfsWithOptions(mount)).Select(mount => new Mount
                {
                    Type = mount.Type,
                    Source = mount.Source ?? "",
                    Target = mount.Target,
                    ReadOnly = mount.ReadOnly,
                }),
                .. inheritedVolumes.OrderBy(volume => volume.Key, StringComparer.Ordinal)
                    .Select(volume => new Mount { Type = "volume", Source = volume.Value, Target = volume.Key }),
            ],
            RestartPolicy = Restart(wanted.Restart),
            ExtraHosts = wanted.ExtraHosts.ToList(),
            CapAdd = wanted.CapAdd.ToList(),
            CapDrop = wanted.CapDrop.ToList(),
            SecurityOpt = wanted.SecurityOptions.ToList(),
            Privileged = wanted.Privileged,
            ReadonlyRootfs = wanted.ReadOnly,
            Init = wanted.Init,
            Memory = wanted.MemoryLimit ?? 0,
            NanoCPUs = (long)((wanted.Cpus ?? 0) * NanoCpus),
            ShmSize = wanted.SharedMemorySize ?? 0,
        };
        if (wanted.Logging is { } logging)
            host.LogConfig = new LogConfig { Type = logging.Driver ?? "", Config = new Dictionary<string, string>(logging.Options) };
        return host;
    }

    // The engine makes the folder of a bind when it is missing, and refuses a mount; Compose's short form means the former.
    private static bool IsPlainBind(MountDefinition mount) =>
        mount is { Type: "bind", Source: { } source } && !source.Contains(':', StringComparison.Ordinal) && !mount.Target.Contains(':', StringComparison.Ordinal);

    private static bool IsTmpfsWithOptions(MountDefinition mount) => mount is { Type: "tmpfs", Options: not null };

    private static NetworkingConfig? Networking(ContainerConfiguration wanted) => wanted.NetworkMode is null && wanted.Networks is [var first, ..]
        ? new NetworkingConfig { EndpointsConfig = new Dictionary<string, EndpointSettings> { [first.Network] = Endpoint(first) } }
        : null;

    private static HealthcheckConfig? Healthcheck(Rollouts.Healthcheck? healthcheck) => healthcheck switch
    {
        null => null,
        { Disabled: true } => new HealthcheckConfig { Test = ["NONE"] },
        _ => new HealthcheckConfig
        {
            Test = healthcheck.Test?.ToList()!,
            Interval = healthcheck.Interval,
            Timeout = healthcheck.Timeout,
            StartPeriod = healthcheck.StartPeriod,
            Retries = healthcheck.Retries,
        },
    };

    private static RestartPolicy Restart(string policy) => policy.Split(':') switch
    {
        ["always"] => new RestartPolicy { Name = RestartPolicyKind.Always },
        ["unless-stopped"] => new RestartPolicy { Name = RestartPolicyKind.UnlessStopped },
        ["on-failure", var times] => new RestartPolicy
        {
            Name = RestartPolicyKind.OnFailure,
            MaximumRetryCount = long.Parse(times, NumberStyles.None, CultureInfo.InvariantCulture),
        },
        ["on-failure"] => new RestartPolicy { Name = RestartPolicyKind.OnFailure },
        _ => new RestartPolicy { Name = RestartPolicyKind.No },
    };

    private static PortBinding Binding(PortMapping port) => new()
    {
        HostIP = port.HostAddress ?? "",
        HostPort = (port.HostPort, port.HostPortEnd) switch
        {
            (null, _) => "",
            ({ } first, null) => first.ToString(CultureInfo.InvariantCulture),
            // The engine takes the first that is free (Engine API 1.41, PortBinding; moby, daemon/network.go).
            ({ } first, { } last) => string.Create(CultureInfo.InvariantCulture, $"{first}-{last}"),
        },
    };

    private static string Key(PortMapping port) => string.Create(CultureInfo.InvariantCulture, $"{port.ContainerPort}/{port.Protocol}");

    private static string Key(string exposed) => exposed.Contains('/', StringComparison.Ordinal) ? exposed : exposed + "/tcp";
}
