using System.Globalization;

namespace PhasedRollout.Deployment.Versions;

/// <summary>What a service was before a change of its phase: a container that is created and never started, whose configuration, secrets included,
/// is what ran. It carries none of Compose's labels, for a plain <c>docker compose up</c> removes whatever carries them; all labels that the
/// old container had are kept under <see cref="LabelPrefix"/>.</summary>
/// <param name="Container">The container that holds it.</param>
/// <param name="Service">The service.</param>
/// <param name="Phase">The phase that changed it.</param>
/// <param name="Version">The number of the change, counted up within the project; the services of a phase that changed together share it.</param>
/// <param name="Original">The name that the old container had.</param>
/// <param name="Tag">The reference of ours that keeps the image; null when the service was not there before.</param>
/// <param name="From">The id of the old container, or the name of the placeholder that said there was none.</param>
public sealed record KeptContainer(DeployedContainer Container, string Service, int Phase, int Version, string Original, string? Tag, string From)
{
    /// <summary>What stands before the name of each label that the old container had.</summary>
    public const string LabelPrefix = "phased-rollout.was.";

    private const string Number = "phased-rollout.kept-version";
    private const string Name = "phased-rollout.kept-name";
    private const string Image = "phased-rollout.kept-image";
    private const string Source = "phased-rollout.kept-from";
    private const string Reference = "phased-rollout.kept-reference";

    /// <summary>True when the service was not there before the change.</summary>
    public bool IsAbsence => Tag is null;

    /// <summary>The labels that the old container had.</summary>
    public IReadOnlyDictionary<string, string> OldLabels => Container.Labels
        .Where(label => label.Key.StartsWith(LabelPrefix, StringComparison.Ordinal))
        .ToDictionary(label => label.Key[LabelPrefix.Length..], label => label.Value);

    /// <summary>The reference that the old container was made from; empty when it was none.</summary>
    public string OldReference => Container.Labels.GetValueOrDefault(Reference) ?? "";

    /// <summary>True for a container that keeps a version.</summary>
    public static bool Is(DeployedContainer container) => container.Labels.ContainsKey(Number);

    /// <summary>Reads it from a container's labels; null for any other container.</summary>
    public static KeptContainer? Read(DeployedContainer container) =>
        container.Labels.TryGetValue(Number, out var number) && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
        && container is { Service: { } service, Phase: { } phase }
        && container.Labels.TryGetValue(Name, out var original) && container.Labels.TryGetValue(Source, out var from)
            ? new KeptContainer(container, service, phase, version, original, container.Labels.GetValueOrDefault(Image), from)
            : null;

    /// <summary>Everything that is kept of a project, oldest first.</summary>
    public static IReadOnlyList<KeptContainer> Of(string project, ObservedState observed) =>
    [
        .. observed.Containers.Where(container => container.Project == project && container.State != "removing").Select(Read).OfType<KeptContainer>()
            .OrderBy(kept => kept.Version).ThenBy(kept => kept.Service, StringComparer.Ordinal),
    ];

    /// <summary>The name of the container that keeps a version.</summary>
    public static string NameOf(string original, int version) => string.Create(CultureInfo.InvariantCulture, $"{original}.kept-{version}");

    /// <summary>The reference that keeps a version's image.</summary>
    public static string TagOf(string project, string service, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"{RepositoryOf(project)}{BuildFingerprint.RepositoryPart(service)}:{version}");

    /// <summary>What all references of a project's kept images begin with.</summary>
    public static string RepositoryOf(string project) => $"phased-rollout-kept/{BuildFingerprint.RepositoryPart(project)}/";

    /// <summary>The labels of the container that keeps a version.</summary>
    public static IReadOnlyDictionary<string, string> Labels(
        string project, string service, int phase, int version, string original, string? tag, string from, string reference, IReadOnlyDictionary<string, string> old)
    {
        var labels = old.ToDictionary(label => LabelPrefix + label.Key, label => label.Value);
        labels[RolloutLabels.Project] = project;
        labels[RolloutLabels.Service] = service;
        labels[RolloutLabels.Phase] = phase.ToString(CultureInfo.InvariantCulture);
        labels[Number] = version.ToString(CultureInfo.InvariantCulture);
        labels[Name] = original;
        labels[Source] = from;
        if (tag is not null)
            (labels[Image], labels[Reference]) = (tag, reference);
        return labels;
    }
}
