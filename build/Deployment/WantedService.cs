using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>A service as it should stand on the target.</summary>
/// <param name="Service">The service.</param>
/// <param name="Container">Its container.</param>
/// <param name="IsJob">True when another service waits for it to complete: the gate waits for that too.</param>
public sealed record WantedService(Service Service, ContainerSpec Container, bool IsJob)
{
    /// <summary>Works out the container of a service whose image is there.</summary>
    /// <param name="rollout">The stack.</param>
    /// <param name="phase">The number of the service's phase.</param>
    /// <param name="service">The service with its source.</param>
    /// <param name="image">Its image.</param>
    /// <param name="settings">The run.</param>
    public static WantedService From(Rollout rollout, int phase, PhaseService service, PreparedImage image, DeploymentSettings settings)
    {
        var configuration = Configure(rollout, service.Service, image, settings.Variables);
        var hash = Hash(configuration);
        return new WantedService(
            service.Service,
            new ContainerSpec(configuration, hash, image.Reference, Labels(rollout, phase, service, image, hash, settings.RunId)),
            IsJobOf(rollout, service.Service));
    }

    /// <summary>True when exit code 0 is no reason to start it again.</summary>
    public bool MayEnd => IsJob || Service.MayEnd;

    /// <summary>True for a service that another one waits for to complete.</summary>
    internal static bool IsJobOf(Rollout rollout, Service service) => rollout.Services.Any(other => other.DependsOn.Any(dependency =>
        dependency.Service == service.Name && dependency.Condition == DependencyCondition.CompletedSuccessfully));

    /// <summary>The hash of a configuration: 64 hexadecimal digits. The order of mappings does not matter, that of sequences does.</summary>
    public static string Hash(ContainerConfiguration configuration)
    {
        var sorted = configuration with
        {
            Environment = Sorted(configuration.Environment),
            Labels = Sorted(configuration.Labels),
            // A location is where something was written, not what it is.
            Ports = [.. configuration.Ports.Select(port => port with { Location = null })],
            Networks = [.. configuration.Networks.OrderBy(network => network.Network, StringComparer.Ordinal)],
            Logging = configuration.Logging is { } logging ? logging with { Options = Sorted(logging.Options) } : null,
        };
        return Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(sorted, ConfigurationJson.Default.ContainerConfiguration)));
    }

    private static SortedDictionary<string, string> Sorted(IReadOnlyDictionary<string, string> values) =>
        new(values.ToDictionary(pair => pair.Key, pair => pair.Value), StringComparer.Ordinal);

    private static ContainerConfiguration Configure(
        Rollout rollout, Service service, PreparedImage image, IReadOnlyDictionary<string, string> variables) => new()
        {
            Name = service.ContainerNameIn(rollout.Project),
            ImageIdentity = image.Identity,
            Platform = service.Platform,
            Command = service.Command,
            Entrypoint = service.Entrypoint,
            Environment = BuildFingerprint.Values(service.Environment, variables),
            Ports = service.Ports,
            Expose = service.Expose,
            Mounts = [.. service.Mounts.Select(mount => OnTarget(rollout, mount))],
            Networks = [.. service.Networks.Select(network => OnTarget(rollout, service, network))],
            NetworkMode = service.NetworkMode,
            Healthcheck = service.Healthcheck,
            Restart = service.Restart,
            Labels = service.Labels,
            ExtraHosts = service.ExtraHosts,
            User = service.User,
            WorkingDirectory = service.WorkingDirectory,
            Hostname = service.Hostname,
            StopSignal = service.StopSignal,
            StopGracePeriod = service.StopGracePeriod,
            Init = service.Init,
            Privileged = service.Privileged,
            ReadOnly = service.ReadOnly,
            Tty = service.Tty,
            StdinOpen = service.StdinOpen,
            CapAdd = service.CapAdd,
            CapDrop = service.CapDrop,
            SecurityOptions = service.SecurityOptions,
            MemoryLimit = service.MemoryLimit,
            Cpus = service.Cpus,
            SharedMemorySize = service.SharedMemorySize,
            Logging = service.Logging,
        };

    private static MountDefinition OnTarget(Rollout rollout, MountDefinition mount) =>
        mount is { Type: "volume", Source: { } key } && rollout.Volumes.TryGetValue(key, out var volume)
            ? mount with { Source = volume.Name }
            : mount;

    private static NetworkAttachment OnTarget(Rollout rollout, Service service, NetworkAttachment network) => network with
    {
        Network = rollout.Networks.TryGetValue(network.Network, out var definition) ? definition.Name : network.Network,
        Aliases = [.. network.Aliases.Prepend(service.Name).Distinct(StringComparer.Ordinal)],
    };

    private static SortedDictionary<string, string> Labels(
        Rollout rollout, int phase, PhaseService service, PreparedImage image, string hash, string runId)
    {
        var labels = Sorted(service.Service.Labels);
        var files = rollout.Source.Paths.Select(Path.GetFullPath).ToArray();

        labels[ComposeLabels.Project] = rollout.Project;
        labels[ComposeLabels.Service] = service.Service.Name;
        labels[ComposeLabels.ContainerNumber] = "1";
        labels[ComposeLabels.OneOff] = "False";
        labels[ComposeLabels.ConfigHash] = hash;
        labels[ComposeLabels.ConfigFiles] = string.Join(',', files);
        labels[ComposeLabels.WorkingDirectory] = files is [var first, ..] ? Path.GetDirectoryName(first) ?? "/" : "/";
        // Compose 2 takes a container for one of Compose 1 when this is absent, and then ignores it.
        labels[ComposeLabels.Version] = "2.26.1";
        labels[ComposeLabels.Image] = image.Id;

        labels[RolloutLabels.Project] = rollout.Project;
        labels[RolloutLabels.Service] = service.Service.Name;
        labels[RolloutLabels.Run] = runId;
        labels[RolloutLabels.Phase] = phase.ToString(CultureInfo.InvariantCulture);
        labels[RolloutLabels.ConfigHash] = hash;
        labels[RolloutLabels.Image] = image.Id;
        if (service.Source is PinnedImage { Digest: { } digest } pinned && image.Reference == pinned.Pinned)
            labels[RolloutLabels.Digest] = digest;
        if (service.Source is PinnedBuild build)
        {
            labels[RolloutLabels.Commit] = build.Commit;
            labels[RolloutLabels.Tree] = build.TreeId;
        }

        return labels;
    }
}

/// <summary>An image that is on the target.</summary>
/// <param name="Reference">The reference to make containers from.</param>
/// <param name="Id">Its id.</param>
/// <param name="Identity">What it is: the fingerprint of a build, the id of a pre-built image.</param>
public sealed record PreparedImage(string Reference, string Id, string Identity);
