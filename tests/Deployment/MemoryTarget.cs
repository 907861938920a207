using System.Globalization;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>An engine in memory with an engine's rules: names are unique, what is not there cannot be started. It can be killed: after a given
/// number of writes every call fails, as for a deployer that is dead.</summary>
internal sealed class MemoryTarget : IDeploymentTarget
{
    private readonly List<DeployedContainer> containers = [];
    private readonly List<DeployedNetwork> networks = [];
    private readonly List<DeployedVolume> volumes = [];
    private readonly Dictionary<string, DeployedImage> images = new(StringComparer.Ordinal);
    private readonly Dictionary<string, PortHolder> listeners = [];
    private readonly Lock gate = new();
    private int clock;

    public List<string> Writes { get; } = [];

    /// <summary>The number of writes after which the deployer dies; null for never.</summary>
    public int? DiesAfter { get; set; }

    /// <summary>Which writes are refused.</summary>
    public Func<string, bool> Refuses { get; set; } = _ => false;

    /// <summary>Looks at what stands there after every write.</summary>
    public Action<string> Witness { get; set; } = _ => { };

    /// <summary>The number of looks that nobody answers from now on.</summary>
    public int LooksWithoutAnswer { get; set; }

    public RegistryAnswer Registry { get; set; } = new(false, "denied");

    /// <summary>The files in volumes, as <c>volume/path</c>.</summary>
    public Dictionary<string, string> VolumeFiles { get; } = new(StringComparer.Ordinal);

    public IReadOnlyList<AddressPool> AddressPools { get; set; } = [];

    public IReadOnlyList<AddressRange> Routes { get; set; } = [];

    public long? FreeDisk { get; set; } = 1L << 40;

    public bool IsLocal { get; set; } = true;

    public Func<ImageBuild, BuildAnswer>? Build { get; set; }

    public bool HasBuildKit { get; set; }

    public Version Api { get; set; } = new(1, 41);

    public List<ImageBuild> Builds { get; } = [];

    public IReadOnlyList<DeployedContainer> Containers => Locked<IReadOnlyList<DeployedContainer>>(() => [.. containers]);

    public IReadOnlyList<DeployedNetwork> Networks => Locked<IReadOnlyList<DeployedNetwork>>(() => [.. networks]);

    public IReadOnlyList<string> References => Locked<IReadOnlyList<string>>(() => [.. images.Keys.Order(StringComparer.Ordinal)]);

    public ObservedState Observed => Locked(() => new ObservedState([.. containers], [.. networks], [.. volumes]));

    /// <summary>What a person sees: names, states, whose; without ids and times.</summary>
    public string Picture => string.Join('\n', Containers
        .Select(container => $"{container.Name} {container.State} {(container.ConfigHash ?? "-")[..Math.Min(6, container.ConfigHash?.Length ?? 1)]}")
        .Order(StringComparer.Ordinal));

    public MemoryTarget WithImage(
        string reference, string? id = null, IReadOnlyDictionary<string, string>? labels = null, string? platform = null)
    {
        images[reference] = new DeployedImage(id ?? "sha256:" + reference, [reference], labels ?? new Dictionary<string, string>())
        {
            Platform = platform is null ? null : ImagePlatform.Parse(platform),
        };
        return this;
    }

    public MemoryTarget WithContainer(DeployedContainer container)
    {
        containers.Add(container with { CreatedAt = Tick() });
        return this;
    }

    public MemoryTarget WithNetwork(string name, string driver = "bridge", string scope = "local", bool attachable = false)
    {
        networks.Add(new DeployedNetwork(name + "-id", name, driver, scope, attachable, new Dictionary<string, string>()));
        return this;
    }

    public MemoryTarget WithNetwork(DeployedNetwork network)
    {
        networks.Add(network);
        return this;
    }

    public MemoryTarget WithVolume(string name, string driver = "local")
    {
        volumes.Add(new DeployedVolume(name, new Dictionary<string, string>()) { Driver = driver });
        return this;
    }

    public MemoryTarget WithListener(int port, PortHolder holder)
    {
        listeners[port.ToString(CultureInfo.InvariantCulture)] = holder;
        return this;
    }

    public Task<TargetDescription> DescribeAsync(CancellationToken cancellationToken) => Read(
        () => new TargetDescription("unix:///memory", "memory", "20.10", Api, "linux/amd64", IsLocal) { AddressPools = AddressPools, Routes = Routes, HasBuildKit = HasBuildKit });

    public Task<IReadOnlyList<DeployedContainer>> ListContainersAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<DeployedContainer>>(() => [.. containers]);

    public Task<ContainerStatus?> InspectContainerAsync(string container, CancellationToken cancellationToken) => Read(
        () => Find(container) is { } found ? new ContainerStatus(found.State, null, found.ExitCode ?? 0, "") : null);

    public Task<IReadOnlyList<DeployedNetwork>> ListNetworksAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<DeployedNetwork>>(() => [.. networks]);

    public Task<IReadOnlyList<DeployedVolume>> ListVolumesAsync(CancellationToken cancellationToken) => Read<IReadOnlyList<DeployedVolume>>(() => [.. volumes]);

    public Task<DeployedImage?> FindImageAsync(string reference, CancellationToken cancellationToken) => Read(() => images.GetValueOrDefault(reference));

    public Task<IReadOnlyList<DeployedImage>> ListImagesAsync(string project, CancellationToken cancellationToken) => Read<IReadOnlyList<DeployedImage>>(
        () => [.. images.Values.Where(image => image.Labels.GetValueOrDefault(RolloutLabels.BuiltFor) == project)]);

    public Task<RegistryAnswer> AskRegistryAsync(string reference, CancellationToken cancellationToken) => Read(() => Registry);

    public Task<PortHolder?> FindPortHolderAsync(PortMapping port, CancellationToken cancellationToken) => Read(
        () => listeners.GetValueOrDefault(port.HostPort?.ToString(CultureInfo.InvariantCulture) ?? ""));

    public Task<string?> ReadVolumeFileAsync(string source, string path, CancellationToken cancellationToken) => Read(() => VolumeFiles.GetValueOrDefault($"{source}/{path}"));

    public Task<long?> FreeDiskAsync(CancellationToken cancellationToken) => Read(() => FreeDisk);

    public async Task<BuildAnswer> BuildImageAsync(ImageBuild build, Stream context, Action<string> output, CancellationToken cancellationToken)
    {
        await Write($"build {build.Service}", () => Builds.Add(build));
        var answer = Build?.Invoke(build) ?? new BuildAnswer("sha256:" + build.Tags[0], null, null);
        return Locked(() =>
        {
            if (answer.ImageId is not null)
                foreach (var tag in build.Tags)
                    images[tag] = new DeployedImage(answer.ImageId, [tag], build.Labels);
            return answer;
        });
    }

    public Task<string?> PullImageAsync(string reference, string? platform, Action<string> output, CancellationToken cancellationToken) =>
        Write($"pull {reference}", () =>
        {
            if (Registry.Available != true)
                return Registry.Message;

            images.TryAdd(reference, new DeployedImage("sha256:" + reference, [reference], new Dictionary<string, string>()));
            return null;
        });

    public Task RemoveImageAsync(string reference, CancellationToken cancellationToken) => Write($"remove image {reference}", () => images.Remove(reference));

    public Task TagImageAsync(string image, string reference, CancellationToken cancellationToken) => Write($"tag {reference}", () => images[reference] =
        (images.Values.FirstOrDefault(known => known.Id == image) ?? new DeployedImage(image, [], new Dictionary<string, string>())) with { Tags = [reference] });

    public Task<IReadOnlyList<string>> ListImageReferencesAsync(string prefix, CancellationToken cancellationToken) => Read<IReadOnlyList<string>>(
        () => [.. images.Keys.Where(reference => reference.StartsWith(prefix, StringComparison.Ordinal))]);

    public Task KeepContainerAsync(
        string container, string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => Write($"keep {name}", () =>
        {
            NameIsFree(name);
            var source = Find(container) ?? throw new TargetRefusedException("keep", $"No such container: {container}");
            containers.Add(source with { Id = NewId(), Name = name, State = "created", ExitCode = null, Image = image, Labels = labels, CreatedAt = Tick() });
        });

    public Task RestoreContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken) => Write($"restore {container.Name}", () =>
        {
            NameIsFree(container.Name);
            var source = Find(container.CopyOf!) ?? throw new TargetRefusedException("restore", $"No such container: {container.CopyOf}");
            containers.Add(source with { Id = NewId(), Name = container.Name, Image = container.ImageReference, Labels = container.Labels, CreatedAt = Tick() });
        });

    public Task CreateNetworkAsync(NetworkSpec network, CancellationToken cancellationToken) => Write($"create network {network.Name}",
        () => networks.Add(new DeployedNetwork(network.Name + "-id", network.Name, network.Driver ?? "bridge", "local", network.Attachable, network.Labels)));

    public Task RemoveNetworkAsync(string id, CancellationToken cancellationToken) =>
        Write($"remove network {id}", () => networks.RemoveAll(network => network.Id == id));

    public Task CreateVolumeAsync(VolumeSpec volume, CancellationToken cancellationToken) =>
        Write($"create volume {volume.Name}", () => volumes.Add(new DeployedVolume(volume.Name, volume.Labels)));

    public Task RemoveVolumeAsync(string name, CancellationToken cancellationToken) =>
        Write($"remove volume {name}", () => volumes.RemoveAll(volume => volume.Name == name));

    public Task CreateContainerAsync(
        ContainerSpec container, IReadOnlyDictionary<string, string> inheritedVolumes, CancellationToken cancellationToken) => Write($"create {container.Name}", () =>
        {
            NameIsFree(container.Name);
            containers.Add(new DeployedContainer
            {
                Id = NewId(),
                Name = container.Name,
                State = "created",
                Labels = container.Labels,
                ImageId = container.Labels[RolloutLabels.Image],
                CreatedAt = Tick(),
                AnonymousVolumes = inheritedVolumes,
            });
        });

    public Task CreatePlaceholderAsync(
        string name, string image, IReadOnlyDictionary<string, string> labels, CancellationToken cancellationToken) => Write($"create {name}", () =>
        {
            NameIsFree(name);
            containers.Add(new DeployedContainer { Id = NewId(), Name = name, State = "created", Labels = labels, CreatedAt = Tick() });
        });

    public Task ConnectNetworkAsync(string container, NetworkAttachment network, CancellationToken cancellationToken) =>
        Write($"connect {container}", () => { });

    public Task StartContainerAsync(string container, CancellationToken cancellationToken) =>
        Write($"start {Name(container)}", () => Change(container, found => found with { State = "running", ExitCode = null }));

    public Task StopContainerAsync(string container, CancellationToken cancellationToken) =>
        Write($"stop {Name(container)}", () => Change(container, found => found with { State = "exited", ExitCode = 137 }));

    public Task RenameContainerAsync(string container, string name, CancellationToken cancellationToken) => Write($"rename {Name(container)} {name}", () =>
    {
        NameIsFree(name);
        Change(container, found => found with { Name = name });
    });

    public Task RemoveContainerAsync(string container, bool volumes, CancellationToken cancellationToken) =>
        Write($"remove {Name(container)}", () => containers.RemoveAll(found => found.Id == container || found.Name == container));

    /// <summary>Somebody else removes a container.</summary>
    public void Forget(string name) => Lose(container => container.Name == name);

    /// <summary>Somebody else stops a container.</summary>
    public void Halt(string name) => Locked(() =>
    {
        Change(name, container => container with { State = "exited", ExitCode = 137 });
        return true;
    });

    /// <summary>Somebody else removes containers.</summary>
    public void Lose(Predicate<DeployedContainer> which) => Locked(() => containers.RemoveAll(which));

    private string NewId() => "id-" + (++clock).ToString("00000", CultureInfo.InvariantCulture);

    private DateTimeOffset Tick() => DateTimeOffset.UnixEpoch.AddSeconds(++clock);

    private DeployedContainer? Find(string container) => containers.Find(found => found.Id == container || found.Name == container);

    private string Name(string container) => Locked(() => Find(container)?.Name ?? container);

    private void NameIsFree(string name)
    {
        if (Find(name) is not null)
            throw new TargetRefusedException("create", $"Conflict. The container name \"/{name}\" is already in use");
    }

    private void Change(string container, Func<DeployedContainer, DeployedContainer> change)
    {
        var index = containers.FindIndex(found => found.Id == container || found.Name == container);
        if (index < 0)
            throw new TargetRefusedException("change", $"No such container: {container}");
        containers[index] = change(containers[index]);
    }

    private Task<T> Read<T>(Func<T> look)
    {
        lock (gate)
            return LooksWithoutAnswer > 0 && LooksWithoutAnswer-- > 0
                ? Task.FromException<T>(new WorldRefusedException(FailureClass.EngineUnreachable, "no engine answers", "start it"))
                : IsDead ? Task.FromException<T>(new DeployerDiedException()) : Task.FromResult(look());
    }

    /// <summary>What a test or somebody else does beside the deployer, which may be at work.</summary>
    private T Locked<T>(Func<T> act)
    {
        lock (gate)
            return act();
    }

    private bool IsDead => DiesAfter is { } last && Writes.Count >= last;

    private Task<bool> Write(string what, Action act) => Write(what, () =>
    {
        act();
        return true;
    });

    /// <summary>Something else that is done to the target and counts as a write.</summary>
    public Task<T> Write<T>(string what, Func<T> act)
    {
        lock (gate)
        {
            if (IsDead)
                return Task.FromException<T>(new DeployerDiedException());
            if (Refuses(what))
                return Task.FromException<T>(new TargetRefusedException(what, "the test refuses it"));

            try
            {
                var result = act();
                Writes.Add(what);
                Witness(what);
                return Task.FromResult(result);
            }
            catch (TargetRefusedException refusal)
            {
                return Task.FromException<T>(refusal);
            }
        }
    }
}

/// <summary>The deployer was killed: nothing of it runs any more.</summary>
internal sealed class DeployerDiedException : Exception;
