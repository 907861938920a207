using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Phases;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>Remembers what the stations of a run saw and did, for the report.</summary>
public sealed class RunRecorder(RunSettings settings, TimeProvider clock)
{
    private readonly DateTimeOffset startedAt = clock.GetUtcNow();
    private readonly string id = RunIds.New(clock);
    private readonly List<PhaseRecord> outcomes = [];
    private readonly List<FailureDiagnosis> diagnoses = [];
    private readonly Dictionary<string, ServiceHealth> health = [];
    private KilledRun? killed;

    /// <summary>The run's id.</summary>
    public string Id => id;

    /// <summary>The rollout, once it was read.</summary>
    public Rollout? Rollout { get; set; }

    /// <summary>What verification said.</summary>
    public VerifiedRollout? Verified { get; set; }

    /// <summary>The phases, once they were planned or read back.</summary>
    public IReadOnlyList<Phase>? Phases { get; set; }

    /// <summary>What Preflight found.</summary>
    public IReadOnlyList<Finding> PreflightFindings { get; set; } = [];

    /// <summary>Why the run failed, so far.</summary>
    public IReadOnlyList<FailureDiagnosis> Diagnoses => diagnoses;

    /// <summary>Adds reasons; one that is known already is not added again.</summary>
    public void Add(IReadOnlyList<FailureDiagnosis> reasons) =>
        diagnoses.AddRange(reasons.Select(Typable).Where(reason => !diagnoses.Any(known =>
            known.Failure == reason.Failure && known.Service == reason.Service && known.Cause == reason.Cause)));

    /// <summary>Adds how a phase ended, with the health of its services.</summary>
    public void Add(PhaseRecord record)
    {
        outcomes.Add(record);
        Add(record.Outcome.Services.Select(service => service.Health).OfType<ServiceHealth>());
    }

    /// <summary>Adds what was last seen of services.</summary>
    public void Add(IEnumerable<ServiceHealth> seen)
    {
        foreach (var service in seen)
            health[service.Service] = service;
    }

    /// <summary>Tells of a killed run instead of this one, which does nothing but report.</summary>
    public void TellOf(KilledRun run)
    {
        killed = run;
        Add([run.Diagnosis]);
    }

    // A command of ours has to name the same stack and place again.
    private FailureDiagnosis Typable(FailureDiagnosis reason) => reason.NextCommand.StartsWith("./build.sh ", StringComparison.Ordinal)
        ? reason with { NextCommand = reason.NextCommand + settings.Arguments }
        : reason;

    /// <summary>Everything, as the report takes it.</summary>
    public RunRecord Finish(int exitCode, IReadOnlyList<TargetRecord> targets) => new()
    {
        Id = killed?.Id ?? id,
        StartedAt = killed?.StartedAt ?? startedAt,
        FinishedAt = killed?.LastSeenAt ?? clock.GetUtcNow(),
        DeployTo = settings.DeployTo,
        ExitCode = exitCode,
        Targets = targets,
        ComposeFile = string.Join(' ', settings.ComposeFiles),
        RootDirectory = settings.RootDirectory,
        Arguments = settings.Arguments,
        Project = Rollout?.Project,
        Rollout = Rollout,
        Verified = Verified,
        Phases = Phases,
        PreflightFindings = PreflightFindings,
        PhaseOutcomes = [.. outcomes],
        Health = [.. health.Values],
        Diagnoses = [.. diagnoses],
    };
}
