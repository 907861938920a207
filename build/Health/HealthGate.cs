using PhasedRollout.Deployment;

namespace PhasedRollout.Health;

/// <summary>Folds what is seen of one service into a verdict. It neither waits nor asks: time comes with the samples.</summary>
internal sealed class HealthGate
{
    /// <summary>This many restarts before anything passed are a crash loop; fewer may be a service that waits for another one.</summary>
    public const int RestartsOfACrashLoop = 3;

    /// <summary>The engine keeps no more probes than this (moby, daemon/health.go, maxLogEntries).</summary>
    public const int ProbesKept = 5;

    private readonly GateSettings settings;
    private readonly DateTimeOffset opened;
    private readonly bool runsToCompletion;
    private readonly OwnCheck own;

    private ContainerSample? seen;
    private bool steady;
    private bool windowOpened;
    private bool interrupted;
    private long restarts;
    private bool outOfMemory;
    private DateTimeOffset? newestProbe;
    private DateTimeOffset? enginePassingSince;
    private bool engineFailed;
    private int passed;
    private int failedInARow;
    private HttpAnswer? answer;
    private DateTimeOffset? answeringSince;
    private int answered;
    private bool refused;
    private DateTimeOffset? lostHealthAt;

    /// <param name="gated">The container.</param>
    /// <param name="runsToCompletion">True for a service that has done its work when it exits with 0.</param>
    /// <param name="settings">The gate's patience.</param>
    /// <param name="opened">When the gate began to watch.</param>
    /// <param name="own">What is known of the container's own check; null when nothing is.</param>
    public HealthGate(GatedService gated, bool runsToCompletion, GateSettings settings, DateTimeOffset opened, OwnCheck? own = null)
    {
        this.own = own ?? new OwnCheck();
        Gated = gated;
        this.runsToCompletion = runsToCompletion;
        this.settings = settings;
        this.opened = opened;
    }

    /// <summary>The container at the gate.</summary>
    public GatedService Gated { get; }

    /// <summary>How often it restarted while the gate was held.</summary>
    public long Restarts => restarts;

    /// <summary>True when it was healthy at the last judgement.</summary>
    public bool WasHealthy { get; private set; }

    /// <summary>Takes in a look at the container; one older than the last is ignored.</summary>
    public void See(ContainerSample sample)
    {
        if (seen is { } last && sample.At < last.At)
            return;

        own.See(sample);
        sample = sample with { OwnChecks = [.. own.Results] };
        var before = restarts;
        CountRestarts(sample);
        interrupted |= windowOpened && !runsToCompletion && restarts > before;
        outOfMemory |= sample.OutOfMemory && !sample.IsRunning;
        if (seen?.StartedAt != sample.StartedAt)
            BeginAnew();

        if (seen is null)
            steady = sample.IsRunning && sample.StartedAt <= opened - settings.MinHealthyTime;

        if (sample.IsRunning)
            FoldProbes(sample);
        else
            BeginAnew();

        // Without any check the window begins with the container.
        windowOpened |= sample.IsRunning && (PassingSince(sample) is not null || (!sample.HasCheck && Gated.Service.HealthUrl is null));

        seen = sample;
    }

    /// <summary>Takes in an answer of the health address; one to a question asked before the container started counts for nothing.</summary>
    public void See(HttpAnswer latest)
    {
        if (seen is not { IsRunning: true, StartedAt: { } started } || latest.AskedAt < started || latest.AskedAt < answer?.AskedAt)
            return;

        answer = latest;
        answeringSince = latest.Passed ? answeringSince ?? latest.AskedAt : null;
        answered = latest.Passed ? answered + 1 : 0;
        windowOpened |= latest.Passed;
        refused |= !latest.Passed;
    }

    /// <summary>When the container's own check is to be run by us; null when it is not.</summary>
    public DateTimeOffset? CheckDue => runsToCompletion || seen is null ? null : own.Due(seen, settings);

    /// <summary>The check to run now; <see cref="See(ProbeEvidence?, DateTimeOffset)"/> says how it ended.</summary>
    public ContainerCheck BeginCheck()
    {
        own.Begin();
        return seen!.Check!;
    }

    /// <summary>Nobody waits for the check any more.</summary>
    public void AbandonCheck() => own.Abandon();

    /// <summary>Takes in how the container's own check ended; null when it could not be run.</summary>
    public void See(ProbeEvidence? result, DateTimeOffset now)
    {
        own.End(result, now);
        if (seen is { } last)
            See(last);
    }

    /// <summary>The kernel killed a process of the container. The engine forgets it when it restarts the container.</summary>
    public void SeeOutOfMemory() => outOfMemory = true;

    /// <summary>The verdict at <paramref name="now"/>, on what was seen until then.</summary>
    public Judgement Judge(DateTimeOffset now)
    {
        var judgement = Decide(now);
        var healthy = judgement.Passed;
        if (WasHealthy && !healthy)
            lostHealthAt = now;

        WasHealthy = healthy;
        return judgement;
    }

    /// <summary>The next moment after <paramref name="now"/> at which another look can change the verdict though nothing happens; null when there is none.</summary>
    public DateTimeOffset? NextLook(DateTimeOffset now)
    {
        DateTimeOffset?[] moments =
        [
            seen is { } last ? PassingSince(last) + settings.MinHealthyTime : null,
            seen is { IsRunning: true, HasCheck: false } ? seen.StartedAt + settings.MinHealthyTime : null,
            CheckDue,
            Deadline,
        ];
        return moments.Where(moment => moment > now).Min();
    }

    // Its address says it best; else its probes; else that it runs.
    private DateTimeOffset? AnsweringSince => Gated.Service.HealthUrl is not null ? answeringSince : seen is { HasCheck: true } ? PassingSince(seen) : seen?.StartedAt;

    // Ours, as long as the engine has seen no failure and none of ours came after.
    private DateTimeOffset? PassingSince(ContainerSample sample) =>
        !engineFailed && own.PassingSince is { } since && !(enginePassingSince <= since) && sample.IsRunning ? since : enginePassingSince;

    private DateTimeOffset Deadline => (lostHealthAt ?? opened) + settings.HealthyDeadline;

    private void CountRestarts(ContainerSample sample)
    {
        if (seen is null)
            restarts = sample.StartedAt <= opened - settings.MinHealthyTime && sample.IsRunning ? 0 : sample.RestartCount;
        else if (sample.RestartCount > seen.RestartCount)
            restarts += sample.RestartCount - seen.RestartCount;
        else if (seen.IsRunning && seen.StartedAt != sample.StartedAt)
            restarts++; // Somebody restarted it by hand: the engine's count begins at 0 again.
    }

    private void BeginAnew()
    {
        steady = false;
        newestProbe = enginePassingSince = answeringSince = null;
        engineFailed = false;
        passed = failedInARow = answered = 0;
        answer = null;
    }

    private void FoldProbes(ContainerSample sample)
    {
        foreach (var probe in sample.FreshProbes.Where(probe => newestProbe is null || probe.Start > newestProbe).OrderBy(probe => probe.Start))
        {
            newestProbe = probe.Start;
            enginePassingSince = probe.ExitCode == 0 ? enginePassingSince ?? probe.Start : null;
            engineFailed |= probe.ExitCode != 0;
            passed = probe.ExitCode == 0 ? passed + 1 : 0;
            failedInARow = probe.ExitCode == 0 ? 0 : failedInARow + 1;
        }

        // A full log of passes has dropped the ones before: a container that ran like this before the gate opened has stood its time.
        steady &= !sample.HasCheck || passed >= ProbesKept;
    }

    private Judgement Decide(DateTimeOffset now)
    {
        var terms = new HealthTerms(Gated.Service, seen, restarts, outOfMemory, passed, failedInARow, answer, answered);
        if (seen is null)
        {
            return now < Deadline
                ? Judgement.Waiting(terms, "not looked at yet")
                : Judgement.Failed(terms, $"not seen for {PlainText.Span(settings.HealthyDeadline)} (healthy-deadline)");
        }

        if (seen is { Status: "exited", ExitCode: 0 } && (runsToCompletion || (Gated.Service.MayEnd && !seen.HasCheck)))
            return Judgement.Healthy(terms, runsToCompletion ? "ran to its end with exit code 0" : "ran to its end with exit code 0; nothing restarts or checks it");

        if (FailedForGood() is { } failure)
            return Judgement.Failed(terms, $"{failure}, {PlainText.Span(now - opened)} after the gate opened{terms.LastSeen}");

        if (!runsToCompletion && IsHealthy())
            return Judgement.Passing(terms, settings.MinHealthyTime, seen, AnsweringSince);

        var waits = runsToCompletion ? "ended" : "healthy";
        return now < Deadline
            ? Judgement.Waiting(terms, $"not {waits} after {PlainText.Span(now - opened)}{terms.LastSeen}")
            : Judgement.Failed(terms, $"not {waits} within {PlainText.Span(settings.HealthyDeadline)} (healthy-deadline){terms.LastSeen}");
    }

    private string? FailedForGood() => seen switch
    {
        { Status: ContainerSample.Removed } => "the container was removed",
        { Status: "dead" or "removing" } => $"the container is {seen.Status}",
        { IsRunning: false } when seen.OutOfMemory || (outOfMemory && seen.ExitCode == 137) => "the container was killed for its memory",
        _ when outOfMemory && restarts > 0 => "the container was killed for its memory and restarted",
        { Status: "exited" } => FormattableString.Invariant($"the container exited with code {seen.ExitCode} and is not restarted"),
        { Status: "created", Error.Length: > 0 } => $"the container could not be started: {PlainText.Line(seen.Error)}",
        _ when interrupted => $"the container restarted within {PlainText.Span(settings.MinHealthyTime)} (min-healthy-time) after it had begun to pass",
        _ when restarts >= RestartsOfACrashLoop => $"the container restarted {PlainText.Count(restarts, "time")}",
        { IsRunning: true, Verdict: "unhealthy" } when failedInARow >= Math.Clamp(seen.Retries, 1, ProbesKept) =>
            $"unhealthy: {PlainText.Count(failedInARow, "probe")} in a row failed",
        _ => null,
    };

    private bool IsHealthy()
    {
        if (seen is not { IsRunning: true, StartedAt: { } started })
            return false;

        var checkPassed = !seen.HasCheck || EngineVouches(seen)
            || (seen.IsVouchedForByOwnCheck && Lasts(own.PassingSince, own.Results[^1].Start));
        var addressPassed = Gated.Service.HealthUrl is null
            || (answer is { Passed: true } && ((steady && !refused) || Lasts(answeringSince, answer.AskedAt)));
        return checkPassed && addressPassed && (steady || Lasts(started, seen.At));
    }

    private bool EngineVouches(ContainerSample sample) =>
        sample.Verdict == "healthy" && enginePassingSince is not null && (steady || Lasts(PassingSince(sample), sample.At));

    private bool Lasts(DateTimeOffset? since, DateTimeOffset until) => since is { } start && until - start >= settings.MinHealthyTime;
}
