using System.Globalization;
using PhasedRollout.Contexts;

namespace PhasedRollout.Deployment.Locking;

/// <summary>Who deploys: what the lock on the target says of its holder.</summary>
/// <param name="RunId">The run's id.</param>
/// <param name="User">The user it runs as.</param>
/// <param name="Host">The machine it runs on.</param>
/// <param name="Process">Its process, by which another run on that machine sees whether it lives; null where that cannot be told.</param>
public sealed record LockHolder(string RunId, string User, string Host, DeployerProcess? Process)
{
    /// <summary>For people: <c>alice on ci-7 (run 20261127T152726Z-1f2e3d4c)</c>.</summary>
    public override string ToString() => $"{Shown.Safe(User, 60)} on {Shown.Safe(Host, 100)} (run {Shown.Safe(RunId, 60)})";
}

/// <summary>A lock that stands on the target.</summary>
/// <param name="Id">What removes exactly this lock and no later one of the same name.</param>
/// <param name="Holder">Who holds it; null when what bears the lock's name was not made by us.</param>
/// <param name="Since">When it was taken, by the target's clock.</param>
/// <param name="Silence">How long ago its holder last gave a sign of life, by the target's clock.</param>
public sealed record HeldLock(string Id, LockHolder? Holder, DateTimeOffset Since, TimeSpan Silence)
{
    /// <summary>For people: the holder, and since when.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Holder}, since {Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC");
}
