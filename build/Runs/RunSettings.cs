using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What the user asked for, read from the parameters.</summary>
public sealed record RunSettings
{
    /// <summary>The compose files, in the order in which they are merged.</summary>
    public required IReadOnlyList<string> ComposeFiles { get; init; }

    /// <summary>The env file, or null: <c>.env</c> beside the first compose file, if there.</summary>
    public string? EnvFile { get; init; }

    /// <summary>The environment of the process: values for variables, over those of the env file.</summary>
    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    /// <summary>Compose's active profiles.</summary>
    public IReadOnlyList<string> ComposeProfiles { get; init; } = [];

    /// <summary>Where the phase files go.</summary>
    public required string PhasesDirectory { get; init; }

    /// <summary>Where the reports go.</summary>
    public required string ReportsDirectory { get; init; }

    /// <summary>The root of the user's repository; null when there is none.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>The kind of place to deploy to.</summary>
    public required string DeployTo { get; init; }

    /// <summary>The host of GitHub's web addresses that contexts are written with, besides github.com; null for none.</summary>
    public string? GitHubEnterpriseHost { get; init; }

    /// <summary>The gate's patience.</summary>
    public required GateSettings Gate { get; init; }

    /// <summary>Where the run tells how it ended, besides the reports.</summary>
    public ReportOutlets Outlets { get; init; } = new();

    /// <summary>Runs kept below the reports.</summary>
    public required int KeepRuns { get; init; }

    /// <summary>The last target of the run that deploys; null when it deploys nothing.</summary>
    public string? DeployingTarget { get; init; }

    /// <summary>Create a missing external network.</summary>
    public required bool CreateMissingNetworks { get; init; }

    /// <summary>The parameters that a command needs to speak of the same stack and place again, quoted for a shell; never a secret. Empty for the defaults.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>Findings accepted for this run.</summary>
    public IReadOnlyList<AcceptedFinding> Accepted { get; init; } = [];
}
