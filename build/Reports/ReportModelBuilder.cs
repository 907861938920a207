using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>Reads a run's record into what the reports show; the one place where text is taken over, and cleaned while it is.</summary>
internal sealed class ReportModelBuilder
{
    private readonly RunRecord record;
    private readonly ReportText text;
    private readonly Rollout? rollout;
    private readonly RunOutcome outcome;

    private ReportModelBuilder(RunRecord record, Redactor redactor)
    {
        this.record = record;
        text = new ReportText(redactor);
        rollout = record.Verified?.Rollout ?? record.Rollout;
        outcome = record.ExitCode switch
        {
            0 => RunOutcome.Succeeded,
            130 or 143 => RunOutcome.Cancelled,
            _ => RunOutcome.Failed,
        };
    }

    public static ReportModel Build(RunRecord record, Redactor redactor)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(redactor);

        return new ReportModelBuilder(record, redactor).Build();
    }

    private ReportModel Build()
    {
        var model = Describe();
        var places = new FindingPlaces(rollout, record.ComposeFile, record.RootDirectory);
        return model with
        {
            Placed = [.. AllFindings().Select(places.Place)
                .Select(placed => placed with { Finding = Clean(placed.Finding), File = text.Clean(placed.File) })
                .OrderByDescending(placed => placed.Finding.Blocks)],
        };
    }

    private IEnumerable<Finding> AllFindings() => (record.Verified?.Findings ?? [])
        .Concat(record.Verified?.Services.SelectMany(service => service.Findings) ?? [])
        .Concat(record.PreflightFindings);

    private ReportModel Describe() => new()
    {
        Id = text.Clean(record.Id),
        StartedAt = record.StartedAt,
        FinishedAt = record.FinishedAt,
        DeployTo = text.Clean(record.DeployTo),
        ExitCode = record.ExitCode,
        Outcome = outcome,
        Targets = [.. record.Targets.Select(target => target with
        {
            Name = text.Clean(target.Name),
            Status = text.Clean(target.Status),
            After = [.. target.After.Select(text.Clean)],
        })],
        Notes = [.. record.Notes.Select(text.Clean)],
        ComposeFile = text.Clean(record.ComposeFile),
        Arguments = text.Clean(record.Arguments),
        Project = text.CleanOrNull(record.Project ?? rollout?.Project),
        Repositories = [.. Repositories()],
        Services = [.. Services()],
        Phases = [.. Phases()],
        Findings = [.. (record.Verified?.Findings ?? []).Concat(record.PreflightFindings.Where(IsOfWholeFile)).Select(Clean)],
        Diagnoses = [.. Diagnoses().Select(Clean)],
        ContextsVerified = record.Verified is not null,
        Configuration = record.Configuration is not { } print ? null : print with
        {
            Services = print.Services.ToDictionary(
                service => text.Clean(service.Key),
                IReadOnlyDictionary<string, string> (service) => service.Value.DistinctBy(value => text.Clean(value.Key)).ToDictionary(value => text.Clean(value.Key), value => value.Value)),
        },
    };

    private IEnumerable<ReportRepository> Repositories() => record.Verified is { } verified
        ? verified.Repositories.Select(repository =>
            Describe(repository.Repository, repository.Ref, repository.Commit, ContextOf(repository.Repository), repository.Usage.Requests, repository.Usage.Counted))
        : (record.Phases ?? [])
            .SelectMany(phase => phase.Services)
            .Select(service => service.Source)
            .OfType<PinnedBuild>()
            .Select(build => Describe(build.Context.Repository, build.Context.Ref, build.Commit, build.Context, 0, 0))
            .Distinct();

    private ReportRepository Describe(RepositoryName repository, string? reference, string? commit, RepositoryContext? context, int requests, int counted) =>
        new(text.Clean(repository.ToString()), text.CleanOrNull(reference), text.CleanOrNull(commit), requests, counted)
        {
            Url = text.CleanOrNull(context is null ? null : RepositoryAddress.Of(context)),
        };

    private RepositoryContext? ContextOf(RepositoryName repository) =>
        (rollout?.Services ?? []).Select(service => service.Build?.Reference).OfType<RepositoryContext>().FirstOrDefault(context => context.Repository == repository);

    private IEnumerable<ReportService> Services()
    {
        if (record.Verified is { } verified)
            return verified.Services.Select(service => Describe(
                service.Service,
                FromVerification(service),
                service.Verdict,
                service.Findings));

        if (record.Phases is { } phases)
            return phases.SelectMany(phase => phase.Services).Select(service => Describe(
                service.Service,
                FromPhaseFile(service),
                service.Source is UnverifiedBuild ? Verdict.Unknown : Verdict.Ready,
                []));

        return (rollout?.Services ?? []).Select(service => Describe(service, Written(service), Verdict.Unknown, []));
    }

    private ReportService Describe(Service service, ReportSource source, Verdict verdict, IReadOnlyList<Finding> verification)
    {
        Finding[] findings = [.. verification, .. record.PreflightFindings.Where(finding => finding.Service == service.Name)];
        var deployed = record.PhaseOutcomes
            .SelectMany(phase => phase.Outcome.Services)
            .LastOrDefault(candidate => candidate.Service == service.Name);
        var health = record.Health.LastOrDefault(candidate => candidate.Service == service.Name) ?? deployed?.Health;
        var change = deployed?.Change ?? ServiceChange.None;

        return new ReportService(
            text.Clean(service.Name),
            PhaseOf(service),
            source,
            findings.Any(finding => finding.Blocks) ? Verdict.Blocked : verdict,
            change,
            health?.State ?? (change == ServiceChange.Removed ? ServiceState.NotDeployed : ServiceState.Unknown))
        {
            StateReason = text.Clean(health?.Reason ?? "")
                + (deployed?.DowntimeText is { } downtime ? $"; {downtime}" : ""),
            Downtime = deployed?.Downtime,
            ImageId = text.CleanOrNull(deployed?.ImageId),
            Health = [.. (health?.Terms ?? []).Select(term => new HealthTerm(text.Clean(term.Name), term.Passed, text.Clean(term.Observed)))],
            Findings = [.. findings.Select(Clean)],
            Ports = [.. service.Ports.Where(port => port.HostPort is not null)
                .Select(port => text.Clean(FormattableString.Invariant($"{port.HostPort}:{port.ContainerPort}/{port.Protocol}")))],
            HealthUrl = text.CleanOrNull(service.HealthUrl?.Url.ToString()),
            Log = LogOf(service.Name),
        };
    }

    private ReportLog? LogOf(string service)
    {
        foreach (var failure in record.PhaseOutcomes.Select(phase => phase.Outcome.Failure).Reverse())
        {
            switch (failure)
            {
                case BuildFailed build when build.Service == service && build.Log.Count > 0:
                    return new ReportLog("Build log", text.Clean(build.Log));
                case GateFailed gate when gate.Evidence.FirstOrDefault(evidence => evidence.Service == service) is { Log.Count: > 0 } evidence:
                    return new ReportLog("Container log", text.Clean(evidence.Log));
            }
        }

        return null;
    }

    private int PhaseOf(Service service) =>
        rollout?.Phases.FirstOrDefault(phase => phase.Services.Contains(service.Name))?.Number
        ?? record.Phases?.FirstOrDefault(phase => phase.Services.Any(candidate => candidate.Service.Name == service.Name))?.Number
        ?? 0;

    private ReportSource FromVerification(VerifiedService service)
    {
        var source = Written(service.Service) with { DockerfileFound = service.DockerfileFound, Digest = text.CleanOrNull(service.ImageDigest) };
        return service.Context is not { } context ? source : source with
        {
            Ref = text.Clean(context.RefName),
            Commit = text.Clean(context.Commit),
            TreeId = text.Clean(context.TreeId),
            DockerfilePath = text.Clean(context.DockerfilePath),
            CommitUrl = text.CleanOrNull(RepositoryAddress.Of(context.Reference, context.Commit)),
        };
    }

    private ReportSource FromPhaseFile(PhaseService service) => service.Source is not PinnedBuild build
        ? Written(service.Service) with { Digest = text.CleanOrNull((service.Source as PinnedImage)?.Digest) }
        : Written(service.Service) with
        {
            Ref = text.Clean(build.RefName),
            Commit = text.Clean(build.Commit),
            TreeId = text.Clean(build.TreeId),
            DockerfilePath = text.Clean(build.DockerfilePath),
            DockerfileFound = true,
            CommitUrl = text.CleanOrNull(RepositoryAddress.Of(build.Context, build.Commit)),
        };

    private ReportSource Written(Service service)
    {
        var source = new ReportSource(text.CleanOrNull(service.Image), text.CleanOrNull(service.Build?.Context))
        {
            Dockerfile = text.CleanOrNull(service.Build?.Dockerfile),
        };
        return service.Build?.Reference is not RepositoryContext context ? source : source with
        {
            Repository = text.Clean(context.Repository.ToString()),
            Ref = text.CleanOrNull(context.Ref),
            Path = text.Clean(context.Path),
        };
    }

    private IEnumerable<ReportPhase> Phases()
    {
        var declared = rollout?.Phases
            ?? record.Phases?.Select(phase => new PhaseDefinition(
                phase.Number, phase.Title, [.. phase.Services.Select(service => service.Service.Name)]))
            ?? [];

        return declared.Select(phase =>
        {
            var reached = record.PhaseOutcomes.LastOrDefault(candidate => candidate.Outcome.Phase == phase.Number);
            return new ReportPhase(
                phase.Number,
                text.Clean(phase.Title),
                [.. phase.Services.Select(name => text.Clean(name))],
                reached?.Outcome.Result ?? PhaseResult.NotStarted)
            {
                StartedAt = reached?.StartedAt,
                FinishedAt = reached?.FinishedAt,
                Undo = text.Clean(reached?.Outcome.Failure?.Undo ?? []),
                Steps = reached is null ? [] : [.. StepsOf(phase, reached)],
            };
        });
    }

    // The gate over earlier phases is held within a later phase's time, and says nothing about either.
    private IEnumerable<ReportStep> StepsOf(PhaseDefinition phase, PhaseRecord reached)
    {
        var steps = record.Steps
            .Where(step => step.StartedAt >= reached.StartedAt && step.StartedAt < reached.FinishedAt)
            .Where(step => step.Step.Phase == phase.Number || (step.Step.Service is { } service && phase.Services.Contains(service)))
            .ToList();
        var gates = steps.Any(step => step.Step is { Kind: StepKind.Gate, Service: not null });
        return steps
            .Where(step => !gates || step.Step is not { Kind: StepKind.Gate, Service: null })
            .Select(step => new ReportStep(
                step.Step.Kind, text.CleanOrNull(step.Step.Service), step.StartedAt, step.FinishedAt < step.StartedAt ? step.StartedAt : step.FinishedAt));
    }

    private IReadOnlyList<FailureDiagnosis> Diagnoses() =>
        record.Diagnoses.Count > 0 || outcome == RunOutcome.Succeeded ? record.Diagnoses : [Undiagnosed()];

    private FailureDiagnosis Undiagnosed()
    {
        var asked = record.Targets.LastOrDefault(target => target.Name != "Report")?.Name ?? "";
        var failed = record.Targets.FirstOrDefault(target => target.Status is "Failed" or "Aborted")?.Name;
        string[] evidence = [.. record.Targets.Select(target => $"{target.Name}: {target.Status}")];
        var again = $"./build.sh {asked}".TrimEnd() + record.Arguments;

        return outcome == RunOutcome.Cancelled
            ? new FailureDiagnosis(
                FailureClass.Cancelled,
                null,
                $"The run was stopped by {(record.ExitCode == 130 ? "SIGINT (Ctrl+C)" : "SIGTERM")} before it was done.",
                evidence,
                "Run the same command again: it looks at the target anew and goes on from what is there.",
                again)
            : new FailureDiagnosis(
                FailureClass.Unknown,
                null,
                failed is null
                    ? FormattableString.Invariant($"The run ended with exit code {record.ExitCode}; no cause could be determined.")
                    : $"{failed} failed; no cause could be determined.",
                evidence,
                "Run it again with all details and look at the first error.",
                $"{again} --verbosity verbose");
    }

    // A finding that names a service outside the model would be shown nowhere otherwise.
    private bool IsOfWholeFile(Finding finding) =>
        finding.Service is null || !Model().Any(service => service.Name == finding.Service);

    private IEnumerable<Service> Model() =>
        rollout?.Services ?? (record.Phases ?? []).SelectMany(phase => phase.Services).Select(service => service.Service);

    private Finding Clean(Finding finding) => finding with
    {
        Rule = text.Clean(finding.Rule),
        Message = text.Clean(finding.Message),
        Where = text.Clean(finding.Where),
        Suggestion = text.Clean(finding.Suggestion),
        Service = text.CleanOrNull(finding.Service),
        File = text.CleanOrNull(finding.File),
        Evidence = text.Clean(finding.Evidence),
        NextCommand = text.CleanOrNull(finding.NextCommand),
        Accepted = text.CleanOrNull(finding.Accepted),
    };

    private FailureDiagnosis Clean(FailureDiagnosis diagnosis) => diagnosis with
    {
        Service = text.CleanOrNull(diagnosis.Service),
        Cause = text.Clean(diagnosis.Cause),
        Evidence = text.Clean(diagnosis.Evidence),
        Remedy = text.Clean(diagnosis.Remedy),
        NextCommand = text.Clean(diagnosis.NextCommand),
        ConsequenceOf = text.CleanOrNull(diagnosis.ConsequenceOf),
    };
}
