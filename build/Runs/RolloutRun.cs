using PhasedRollout.Compose;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Deployment.Previews;
using PhasedRollout.Diagnosis;
using PhasedRollout.Phases;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>The stations of a run, one method a target. A station that was skipped left its result in the phase files or on the target;
/// the next one reads it from there. Whatever a station throws is diagnosed for the report first.</summary>
public sealed class RolloutRun
{
    private readonly RunSettings settings;
    private readonly IRunPorts ports;
    private readonly Redactor redactor;
    private readonly TimeProvider clock;
    private readonly IRunLog log;
    private readonly GitHubNotices? notices;
    private readonly RunRecorder record;
    private readonly RunInputs inputs;
    private readonly TargetLook look;
    private Task<EnginePorts>? connecting;
    private EnginePorts? engine;

    /// <summary>Nothing is read or asked before the first station.</summary>
    /// <param name="settings">What the user asked for.</param>
    /// <param name="ports">The outside.</param>
    /// <param name="redactor">Learns the secrets of the compose file as soon as it is read.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="log">Where the stations say what they do.</param>
    /// <param name="notices">Tells GitHub; null when nobody asked for that.</param>
    public RolloutRun(RunSettings settings, IRunPorts ports, Redactor redactor, TimeProvider clock, IRunLog log, GitHubNotices? notices = null)
    {
        (this.settings, this.ports, this.redactor, this.clock, this.log, this.notices) = (settings, ports, redactor, clock, log, notices);
        record = new RunRecorder(settings, clock);
        inputs = new RunInputs(settings, record, redactor);
        look = new TargetLook(ConnectAsync, inputs, record, clock, log);
    }

    /// <summary>How the run ended; null until it was reported.</summary>
    public RunEnding? Ending { get; private set; }

    /// <summary>Looks every build context up and prints the table; a service that is blocked fails the station.</summary>
    public Task VerifyContextsAsync(CancellationToken cancellationToken) => StationAsync("VerifyContexts", async () =>
    {
        var rollout = inputs.ReadRollout();
        if (settings.DeployingTarget is not null)
            connecting = ConnectAheadAsync(rollout, cancellationToken);

        // The registries are asked while GitHub is.
        var pins = ports.Registry is { } registry ? ImagePins.Ask(registry, rollout, cancellationToken) : null;
        var verified = await new ContextVerifier(ports.Source, log, ports.Rules).VerifyAsync(rollout, cancellationToken);
        record.Verified = verified = pins is null ? verified : await pins.ApplyAsync(verified);
        foreach (var line in ContextsTable.Lines(verified))
            log.Information(line);

        FailOn(verified.Findings.Concat(verified.Services.SelectMany(service => service.Findings)), "VerifyContexts");
    });

    /// <summary>Writes one compose file a phase.</summary>
    public Task GeneratePhaseComposesAsync(CancellationToken cancellationToken) => StationAsync("GeneratePhaseComposes", async () =>
    {
        var phases = inputs.ReadPhases();
        foreach (var file in await PhaseComposes.WriteAsync(inputs.ReadRollout(), phases, settings.PhasesDirectory, cancellationToken))
            log.Information($"{file.Path}: {(file.Changed ? "written" : "unchanged")}");
    });

    /// <summary>Checks the place to deploy to; changes nothing there, but for missing networks when that was asked for.</summary>
    public Task PreflightAsync(CancellationToken cancellationToken) => StationAsync("Preflight", async () =>
    {
        var rollout = inputs.ReadRollout();
        var phases = inputs.ReadPhases();
        var ports = await ConnectAsync(cancellationToken);
        // A run that goes on to deploy takes the lock beside the checks; a Preflight alone does not take it.
        if (settings.DeployingTarget is not null)
            ports.WriteAccess.BeginOpening(rollout.Project);

        var findings = await CheckAsync(ports, rollout, phases, cancellationToken);
        if (settings.DeployingTarget is not null)
        {
            await ports.WriteAccess.OpenAsync(rollout.Project, cancellationToken);
            if (ports.WriteAccess.WasHeldByOthers)
                findings = await CheckAsync(ports, rollout, phases, cancellationToken);
        }

        record.PreflightFindings = findings;
        foreach (var finding in findings)
            log.Tell(finding, settings.Outlets.Host);

        FailOn(findings, "Preflight");
        log.Information("The place is ready for every phase.");
    });

    /// <summary>Prints what each phase, or <paramref name="phase"/>, would change and why; changes nothing.</summary>
    /// <param name="phase">The only phase to show; null for all.</param>
    /// <param name="json">Where a JSON document goes; null to print lines.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task PreviewAsync(int? phase, TextWriter? json, CancellationToken cancellationToken) => StationAsync("Preview", async () =>
    {
        var (rollout, phases) = (inputs.ReadRollout(), inputs.ReadPhases());
        if (phase is { } asked && phases.All(known => known.Number != asked))
            throw new InvalidInputException([new Problem("--phase", FormattableString.Invariant($"there is no phase {asked}"), FormattableString.Invariant($"1 to {phases.Count}"))]);

        var previews = await (await ConnectAsync(cancellationToken)).Preview.LookAsync(rollout, phases, phase, cancellationToken);
        if (json is not null)
            await json.WriteLineAsync(redactor.Redact(PreviewText.Json(rollout.Project, previews)));
        else
            foreach (var line in PreviewText.Lines(previews))
                log.Information(line);
    });

    /// <summary>Deploys a phase and holds its gate; for a phase that the file does not have there is nothing to do.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="last">The last phase that is deployed in this run: the images of those between are built meanwhile.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public Task DeployPhaseAsync(int number, int last, CancellationToken cancellationToken) => StationAsync(TargetOf(number), async () =>
    {
        var phases = inputs.ReadPhases();
        if (number > phases.Count)
        {
            log.Information(FormattableString.Invariant($"The compose file ends with phase {phases.Count}: nothing to do."));
            return;
        }

        var ports = await ConnectForWritingAsync(cancellationToken);
        var title = phases[number - 1].Title;
        if (notices is not null)
            await notices.PhaseBeginsAsync(record.Finish(0, []), number, title, phases.Count, cancellationToken);
        var startedAt = clock.GetUtcNow();
        var outcome = await ports.Deployment.DeployAsync(inputs.ReadRollout(), phases, number, last, cancellationToken);
        record.Add(new PhaseRecord(outcome, startedAt, clock.GetUtcNow()));
        log.Tell(outcome, title);
        if (notices is not null)
            await notices.PhaseEndedAsync(outcome, title, phases.Count);

        var rollout = inputs.ReadRollout();
        string[] later = [.. rollout.Phases.Where(phase => phase.Number > number).SelectMany(phase => phase.Services)];
        var diagnoses = Diagnostician.FromPhase(outcome, rollout.Services, TargetOf(number), later);
        if (diagnoses.Count > 0)
            throw new StationFailedException(diagnoses);
    });

    /// <summary>Deploys the phases from <paramref name="first"/> to the last of the file.</summary>
    public Task DeployFurtherPhasesAsync(int first, CancellationToken cancellationToken) => StationAsync("Deploy", async () =>
    {
        for (var number = first; number <= inputs.ReadRollout().Phases.Count; number++)
            await DeployPhaseAsync(number, int.MaxValue, cancellationToken);
    });

    /// <summary>Looks at everything that is deployed, by container and by health address.</summary>
    public Task HealthCheckAsync(CancellationToken cancellationToken) => StationAsync("HealthCheck", async () =>
    {
        var rollout = inputs.ReadRollout();
        var health = await look.LookAsync(rollout, TargetLook.UntilDecided, cancellationToken);
        if (health.All(service => service.State == ServiceState.NotDeployed))
            throw new StationFailedException([NothingDeployed(rollout)]);

        foreach (var service in health)
            log.Information($"{service.Service}: {service.State.Word()}: {service.Reason}");

        var diagnoses = await look.DiagnoseAsync(rollout, health, cancellationToken);
        if (diagnoses.Count > 0)
            throw new StationFailedException(diagnoses);
    });

    /// <summary>Takes the highest phase of which a version is kept, or <paramref name="phase"/>, back to the version before.</summary>
    public Task RollbackAsync(int? phase, CancellationToken cancellationToken) => StationAsync("Rollback", async () =>
    {
        var rollout = inputs.ReadRollout();
        var ports = await ConnectForWritingAsync(cancellationToken);
        var startedAt = clock.GetUtcNow();
        if (await ports.Deployment.RollbackAsync(rollout, phase, cancellationToken) is not { } outcome)
            throw new StationFailedException([NothingKept(rollout, phase)]);

        record.Add(new PhaseRecord(outcome, startedAt, clock.GetUtcNow()));
        log.Tell(outcome, rollout.Phases.FirstOrDefault(known => known.Number == outcome.Phase)?.Title ?? "no longer in the file");

        var diagnoses = Diagnostician.FromPhase(outcome, rollout.Services, "Rollback");
        if (diagnoses.Count > 0)
            throw new StationFailedException(diagnoses);
    });

    /// <summary>Removes what this project deployed and nothing else.</summary>
    public Task TeardownAsync(bool volumes, CancellationToken cancellationToken) => StationAsync("Teardown", async () =>
    {
        var rollout = inputs.ReadRollout();
        var ports = await ConnectForWritingAsync(cancellationToken);
        await ports.Deployment.TeardownAsync(rollout.Project, volumes, cancellationToken);
        record.Add(rollout.Services.Select(service => new ServiceHealth(service.Name, ServiceState.NotDeployed, "it was removed", [])));
    });

    /// <summary>Looks at the target once more, writes the reports, and says why the run failed, if it did. A run that had nothing to do with
    /// the target does not ask it. A deployment that succeeded and is found ailing has failed.</summary>
    /// <exception cref="StationFailedException">Something deployed in this run is not healthy any more.</exception>
    public async Task ReportAsync(int exitCode, IReadOnlyList<TargetRecord> targets, CancellationToken cancellationToken)
    {
        // Nothing is written to the target any more: whoever waits for the lock need not wait for the report.
        var released = EndAsync();
        IReadOnlyList<FailureDiagnosis> late = [];
        if (targets.All(target => target.Name is not ("VerifyContexts" or "GeneratePhaseComposes")) || targets.Any(target => target.Name == "Preflight"))
        {
            var mustBeHealthy = exitCode == 0 && targets.Any(target => target.Name.StartsWith("Deploy", StringComparison.Ordinal) || target.Name == "Rollback");
            late = await look.LookOnceMoreAsync(mustBeHealthy, cancellationToken);
        }

        record.Add(late);
        if (targets.Count == 0 && KilledRun.FindLatest(settings.ReportsDirectory, new LinuxProcesses()) is { } killed)
        {
            record.TellOf(killed);
            exitCode = KilledRun.ExitCode;
        }

        var ended = record.Finish(late.Count > 0 ? 1 : exitCode, targets) with
        {
            Steps = (log as StepRecorder)?.Steps ?? [],
            Notes = engine?.WriteAccess.Notes ?? [],
        };
        Ending = await new RunReporter(settings, redactor, log).PublishAsync(ended, cancellationToken);
        if (notices is not null)
            await notices.EndedAsync(Ending.Model, ended, cancellationToken);
        await released;
        if (late.Count > 0)
            throw new StationFailedException(late);
    }

    /// <summary>Packs the last run for somebody who was not there.</summary>
    /// <returns>The archive's path.</returns>
    /// <exception cref="WorldRefusedException">It cannot be written, or there is no run.</exception>
    public Task<string> PackAsync(SupportSources sources, CancellationToken cancellationToken)
    {
        try
        {
            // Its secrets are taken out of the archive; one that cannot be read has none that we could know.
            inputs.ReadRollout();
        }
        catch (RolloutException unreadable)
        {
            log.Warning($"The compose file cannot be read ({unreadable.Message}): values are taken out of the bundle by their form and name only.");
        }

        return new SupportBundle(redactor).WriteAsync(settings.ReportsDirectory, settings.PhasesDirectory, sources, cancellationToken);
    }

    /// <summary>Gives the target's lock back. The report does so too; a run without one ends here.</summary>
    public async Task EndAsync()
    {
        if (engine is not null)
            await engine.WriteAccess.DisposeAsync();
    }

    private Task<IReadOnlyList<Finding>> CheckAsync(
        EnginePorts ports, Rollout rollout, IReadOnlyList<Phase> phases, CancellationToken cancellationToken) => ports.Preflight.CheckAsync(
        rollout, phases, new PreflightSettings
        {
            CreateMissingNetworks = settings.CreateMissingNetworks,
            Verified = record.Verified?.Services ?? [],
        }, cancellationToken);

    // Whoever waits for the lock wants what was asked for, not the station that was refused.
    private string Again(Exception exception, string target) =>
        exception is WorldRefusedException { Failure: FailureClass.LockHeld } ? settings.DeployingTarget ?? target : target;

    private static string TargetOf(int phase) => phase <= 4 ? FormattableString.Invariant($"DeployPhase{phase}") : "Deploy";

    private async Task StationAsync(string target, Func<Task> station)
    {
        try
        {
            await station();
        }
        catch (StationFailedException failed)
        {
            record.Add(failed.Diagnoses);
            throw;
        }
        catch (Exception exception)
        {
            record.Add(Diagnostician.FromException(exception, Again(exception, target)));
            throw;
        }
    }

    private async Task<EnginePorts> ConnectAsync(CancellationToken cancellationToken) =>
        engine ??= await (Interlocked.Exchange(ref connecting, null) ?? ports.ConnectAsync(record.Id, cancellationToken));

    // A run that goes on to deploy asks the engine and the databases while GitHub is asked; what they refuse is said when it is their turn.
    private async Task<EnginePorts> ConnectAheadAsync(Rollout rollout, CancellationToken cancellationToken)
    {
        await Task.Yield();
        var connected = await ports.ConnectAsync(record.Id, cancellationToken);
        connected.Preflight.AskAhead(rollout, cancellationToken);
        return connected;
    }

    /// <summary>The engine, with the lock of the project; every station that writes comes this way.</summary>
    private async Task<EnginePorts> ConnectForWritingAsync(CancellationToken cancellationToken)
    {
        var ports = await ConnectAsync(cancellationToken);
        await ports.WriteAccess.OpenAsync(inputs.ReadRollout().Project, cancellationToken);
        return ports;
    }

    private static void FailOn(IEnumerable<Finding> findings, string target)
    {
        var diagnoses = Diagnostician.FromFindings(findings, target);
        if (diagnoses.Count > 0)
            throw StationFailedException.OfFindings(diagnoses);
    }

    private static FailureDiagnosis NothingDeployed(Rollout rollout) => new(
        FailureClass.Unknown, null, $"nothing of {rollout.Project} is deployed", [], "deploy the first phase", Diagnostician.CommandFor(TargetOf(1)));

    private static FailureDiagnosis NothingKept(Rollout rollout, int? phase) => new(
        FailureClass.Unknown, null,
        FormattableString.Invariant($"no version of {(phase is { } number ? $"phase {number}" : "any phase")} of {rollout.Project} is kept to go back to"),
        ["a version is kept when a deployment replaces what ran; a first deployment, --keep-versions 0 and docker container prune leave none"],
        "deploy the commit or the compose file that worked", Diagnostician.CommandFor(TargetOf(phase ?? 1)));
}
