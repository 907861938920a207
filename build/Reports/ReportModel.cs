using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports.History;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>How a run ended.</summary>
internal enum RunOutcome
{
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>What the three formats show. Every text in it is clean: the renderers never see the record itself,
/// so that none of them can write a secret.</summary>
internal sealed record ReportModel
{
    public required string Id { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }
    public required string DeployTo { get; init; }
    public required int ExitCode { get; init; }
    public required RunOutcome Outcome { get; init; }
    public required IReadOnlyList<TargetRecord> Targets { get; init; }
    public required string ComposeFile { get; init; }

    /// <summary>What follows a target in a command that speaks of the same stack and place, with a leading space.</summary>
    public string Arguments { get; init; } = "";
    public required string? Project { get; init; }
    public required IReadOnlyList<ReportRepository> Repositories { get; init; }
    public required IReadOnlyList<ReportService> Services { get; init; }
    public required IReadOnlyList<ReportPhase> Phases { get; init; }

    /// <summary>What else happened that a reader must know, a sentence each.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>Findings that concern the whole file.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>At least one unless the run succeeded.</summary>
    public required IReadOnlyList<FailureDiagnosis> Diagnoses { get; init; }

    /// <summary>True when this run itself looked every context up.</summary>
    public required bool ContextsVerified { get; init; }

    /// <summary>Every finding at the line of the compose file that has to change, those that block first.</summary>
    public IReadOnlyList<PlacedFinding> Placed { get; init; } = [];

    /// <summary>What is different from the last good run; null when there is none.</summary>
    public RunChanges? Changes { get; init; }

    /// <summary>What the next run compares its configuration with.</summary>
    public ConfigurationPrint? Configuration { get; init; }

    /// <summary>Every finding, those of the whole file first.</summary>
    public IEnumerable<Finding> AllFindings => Findings.Concat(Services.SelectMany(service => service.Findings));

    /// <summary>True when the target ran to an end, good or bad.</summary>
    public bool Ran(string target) => Targets.Any(record => record.Name == target && record.Status is "Succeeded" or "Failed");
}

/// <summary>A repository and what asking it cost.</summary>
internal sealed record ReportRepository(string Repository, string? Ref, string? Commit, int ApiRequests, int ApiRequestsCounted)
{
    /// <summary>Its address on the web, or null.</summary>
    public string? Url { get; init; }
}

/// <summary>A service, where its image comes from, and what became of it.</summary>
internal sealed record ReportService(string Name, int Phase, ReportSource Source, Verdict Verdict, ServiceChange Change, ServiceState State)
{
    public string StateReason { get; init; } = "";
    public string? ImageId { get; init; }

    /// <summary>How long it did not answer while it was replaced; null when it was not, or that was not seen.</summary>
    public TimeSpan? Downtime { get; init; }
    public IReadOnlyList<HealthTerm> Health { get; init; } = [];
    public IReadOnlyList<Finding> Findings { get; init; } = [];
    public IReadOnlyList<string> Ports { get; init; } = [];
    public string? HealthUrl { get; init; }

    /// <summary>The end of what it printed, when something was wrong with it.</summary>
    public ReportLog? Log { get; init; }
}

/// <summary>The end of a log.</summary>
internal sealed record ReportLog(string Title, IReadOnlyList<string> Lines);

/// <summary>Where the bytes of a service's image come from; with a <see cref="Context"/> they are built.</summary>
internal sealed record ReportSource(string? Image, string? Context)
{
    public string? Repository { get; init; }
    public string? Ref { get; init; }
    public string? Commit { get; init; }
    public string? Path { get; init; }
    public string? Dockerfile { get; init; }
    public bool? DockerfileFound { get; init; }

    /// <summary>The Dockerfile's path from the repository's root; known only when it is there.</summary>
    public string? DockerfilePath { get; init; }
    public string? TreeId { get; init; }

    /// <summary>The digest that a pre-built image was pinned to.</summary>
    public string? Digest { get; init; }

    /// <summary>The context's folder at its commit, on the web.</summary>
    public string? CommitUrl { get; init; }
}

/// <summary>A phase and how it ended.</summary>
internal sealed record ReportPhase(int Number, string Title, IReadOnlyList<string> Services, PhaseResult Outcome)
{
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public IReadOnlyList<string> Undo { get; init; } = [];

    /// <summary>What took time, in the order in which it began.</summary>
    public IReadOnlyList<ReportStep> Steps { get; init; } = [];
}

/// <summary>A step of a phase.</summary>
internal sealed record ReportStep(StepKind Kind, string? Service, DateTimeOffset StartedAt, DateTimeOffset FinishedAt);
