using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Deployment;

/// <summary>What becomes of a phase that failed.</summary>
public enum FailureAction
{
    /// <summary>It goes back to what ran before.</summary>
    Rollback,
    /// <summary>It stays as the failure left it.</summary>
    Stop,
}

/// <summary>How a run deploys.</summary>
public sealed record DeploymentSettings
{
    /// <summary>The run's id.</summary>
    public required string RunId { get; init; }

    /// <summary>The gate's patience.</summary>
    public required GateSettings Gate { get; init; }

    /// <summary>A folder for what is being built; it is made private, and emptied after each phase.</summary>
    public required string WorkDirectory { get; init; }

    /// <summary>What becomes of a phase that failed.</summary>
    public FailureAction OnFailure { get; init; } = FailureAction.Rollback;

    /// <summary>The versions of each phase that a rollback can reach.</summary>
    public int KeepVersions { get; init; } = 3;

    /// <summary>Builds and starts side by side, from 1.</summary>
    public int Parallelism { get; init; } = Environment.ProcessorCount;

    /// <summary>The environment from which <c>environment</c> and <c>args</c> without a value are taken.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>How long a single image may take to be built or pulled.</summary>
    public TimeSpan ImageTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long evidence may be collected before the undo begins.</summary>
    public TimeSpan EvidenceTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the undo may take after somebody stopped the run; its gate included.</summary>
    public TimeSpan CancelledUndoTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long the undo waits for a target that is away; shorter than the lease of the lock, which cannot be renewed meanwhile.</summary>
    public TimeSpan AwayTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a look at services that should be healthy already may take.</summary>
    public TimeSpan QuickLook { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long what this run saw healthy counts as healthy while it changes nothing: a look takes as long itself.</summary>
    public TimeSpan FreshLook { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Eight hexadecimal digits that stand for the run in names.</summary>
    public string RunMark => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(RunId)))[..8];

    /// <summary>The patience with services that should be healthy already.</summary>
    internal GateSettings QuickGate => new(
        TimeSpan.Zero,
        Gate.HealthyDeadline < QuickLook ? Gate.HealthyDeadline : QuickLook,
        Gate.ProgressDeadline < QuickLook ? Gate.ProgressDeadline : QuickLook);
}
