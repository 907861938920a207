using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Locking;

/// <summary>How the lock is kept.</summary>
public sealed record LockSettings
{
    /// <summary>How long to wait for another deployer.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>The run whose lock may be broken though it may live, or null.</summary>
    public string? BreakRun { get; init; }

    /// <summary>How long a holder may be silent before its lock is broken by whoever comes next.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the holder gives a sign of life.</summary>
    public TimeSpan Renewal { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>The time before the end of its lease at which a holder that could not renew it gives up.</summary>
    public TimeSpan Margin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the holder trusts its last look at the lock.</summary>
    public TimeSpan Trust { get; init; } = TimeSpan.FromSeconds(2);
}

/// <summary>The words of what the lock refuses.</summary>
internal static class LockRefusals
{
    public static WorldRefusedException Held(string project, HeldLock held, LockSettings settings)
    {
        var waited = settings.Wait > TimeSpan.Zero ? string.Create(CultureInfo.InvariantCulture, $" (waited {settings.Wait.TotalSeconds:0} s)") : "";
        var other = settings.BreakRun is { } named ? $"; --break-lock names run {named}, which does not hold it" : "";
        return new WorldRefusedException(
            FailureClass.LockHeld,
            $"{project} is being deployed by {held}{waited}{other}",
            $"wait for it (--wait-for-lock 10m); if that run is stuck, break its lock: --break-lock {held.Holder!.RunId}",
            [string.Create(CultureInfo.InvariantCulture, $"the lock's last sign of life was {Math.Max(0, held.Silence.TotalSeconds):0} s ago; without one it expires after {settings.Lease.TotalSeconds:0} s")]);
    }

    public static WorldRefusedException Foreign(string project, HeldLock held) => new(
        FailureClass.LockHeld,
        $"the name of {project}'s lock belongs to a container that is no lock ({held.Id[..Math.Min(12, held.Id.Length)]})",
        $"see what it is, and rename or remove it: docker inspect {held.Id[..Math.Min(12, held.Id.Length)]}");

    public static WorldRefusedException Lost(string project, string why, HeldLock? held) => new(
        FailureClass.LockHeld,
        $"this run lost the lock of {project} and stopped before its next operation: {why}",
        "see who deploys now, then run it again: it goes on from what is there",
        held?.Holder is null ? null : [$"the lock is now held by {held}"]);
}
