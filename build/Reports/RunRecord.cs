using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports.History;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>Everything a run saw and did: what the reports are written from.</summary>
public sealed record RunRecord
{
    /// <summary>The run's id: sorts by time, fit for a file name.</summary>
    public required string Id { get; init; }

    /// <summary>When it started.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary><c>docker</c>.</summary>
    public required string DeployTo { get; init; }

    /// <summary>The exit code that the process will end with.</summary>
    public required int ExitCode { get; init; }

    /// <summary>The targets of the run with their status, in order.</summary>
    public required IReadOnlyList<TargetRecord> Targets { get; init; }

    /// <summary>The compose file's path, as given.</summary>
    public required string ComposeFile { get; init; }

    /// <summary>The root of the user's repository, which paths in the files for build servers are relative to; null when there is none.</summary>
    public string? RootDirectory { get; init; }

    /// <summary>What follows a target in a command that speaks of the same stack and place, with a leading space; empty for the defaults.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The project's name; null when the compose file could not be read.</summary>
    public string? Project { get; init; }

    /// <summary>The rollout; null when the compose file could not be read.</summary>
    public Rollout? Rollout { get; init; }

    /// <summary>What verification said; null when it did not get there.</summary>
    public VerifiedRollout? Verified { get; init; }

    /// <summary>What the phases' sources are when verification was skipped and they were read from the phase files; else null.</summary>
    public IReadOnlyList<Phases.Phase>? Phases { get; init; }

    /// <summary>What Preflight found; empty when it did not run or found nothing.</summary>
    public IReadOnlyList<Finding> PreflightFindings { get; init; } = [];

    /// <summary>How each phase that was reached ended.</summary>
    public IReadOnlyList<PhaseRecord> PhaseOutcomes { get; init; } = [];

    /// <summary>What took time, in the order in which it began.</summary>
    public IReadOnlyList<StepRecord> Steps { get; init; } = [];

    /// <summary>What the next run compares its configuration with; null when this machine keeps no key for that.</summary>
    public ConfigurationPrint? Configuration { get; init; }

    /// <summary>The last health seen of each service.</summary>
    public IReadOnlyList<ServiceHealth> Health { get; init; } = [];

    /// <summary>What else happened that a reader must know, a sentence each: whose lock was broken.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Why it failed; at least one for a failed run.</summary>
    public IReadOnlyList<FailureDiagnosis> Diagnoses { get; init; } = [];
}

/// <summary>A target of the run.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">The graph's word: <c>Succeeded</c>, <c>Failed</c>, <c>Skipped</c>, <c>NotRun</c>, <c>Aborted</c>.</param>
public sealed record TargetRecord(string Name, string Status)
{
    /// <summary>How long it ran; zero when it did not.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>The targets of the run that had to come before it.</summary>
    public IReadOnlyList<string> After { get; init; } = [];
}

/// <summary>A step of the run, and when it was.</summary>
/// <param name="Step">What it did.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record StepRecord(RunStep Step, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);

/// <summary>How a phase ended, and when.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record PhaseRecord(PhaseOutcome Outcome, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);
