using System.Collections.Concurrent;

namespace PhasedRollout.Health;

/// <summary>What is known of the containers' own checks during a run: a phase that passed its gate by them is not asked again by the next.</summary>
internal sealed class OwnChecks
{
    private readonly ConcurrentDictionary<string, OwnCheck> known = new(StringComparer.Ordinal);

    /// <summary>That of a container.</summary>
    public OwnCheck Of(string containerId) => known.GetOrAdd(containerId, _ => new OwnCheck());

    /// <summary>A look at a container, with what is known of its own check.</summary>
    public ContainerSample AddTo(string containerId, ContainerSample sample) =>
        known.TryGetValue(containerId, out var check) ? sample with { OwnChecks = [.. check.Results] } : sample;
}
