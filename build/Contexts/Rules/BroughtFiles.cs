using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>What Compose puts into a container besides its mounts.</summary>
internal static class BroughtFiles
{
    /// <summary>True when <paramref name="service"/> takes configs, the volumes of another one, or secrets at places of their own: any file of its image may be hidden by them.</summary>
    public static bool MayHide(Rollout rollout, Service service) => ComposeText.Of(rollout, service.Name) is { } text
        && (text["configs"] is not null || text["volumes_from"] is not null
            || (text["secrets"] as ComposeSequence)?.Items.OfType<ComposeMapping>().Any(secret => (secret["target"] as ComposeScalar)?.Value is ['/', ..]) == true);
}
