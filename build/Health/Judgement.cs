using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>What the gate says of a service at a moment.</summary>
/// <param name="Pending">True while neither side is shown.</param>
/// <param name="Health">The verdict; <see cref="ServiceState.Unknown"/> while it is pending.</param>
internal sealed record Judgement(bool Pending, ServiceHealth Health)
{
    /// <summary>True when the gate may open as far as this service goes.</summary>
    public bool Passed => Health.State is ServiceState.Healthy or ServiceState.RunningUnverified;

    /// <summary>True when the gate stays shut for good.</summary>
    public bool HasFailed => Health.State is ServiceState.Failed;

    public static Judgement Waiting(HealthTerms terms, string reason) => new(true, terms.Health(ServiceState.Unknown, reason));

    public static Judgement Failed(HealthTerms terms, string reason) => new(false, terms.Health(ServiceState.Failed, reason));

    public static Judgement Healthy(HealthTerms terms, string reason) => new(false, terms.Health(ServiceState.Healthy, reason));

    public static Judgement Passing(HealthTerms terms, TimeSpan minHealthyTime, ContainerSample seen, DateTimeOffset? since = null)
    {
        var ran = $"running for {PlainText.Span(seen.At - (seen.StartedAt ?? seen.At))}";
        var judgement = terms.IsChecked
            ? Healthy(terms, $"{terms.Proof}; {ran}, {PlainText.Span(minHealthyTime)} were asked (min-healthy-time)")
            : new Judgement(false, terms.Health(ServiceState.RunningUnverified, $"{ran} without a restart; nothing checks it (no healthcheck, no x-health)"));
        return judgement with { Health = judgement.Health with { AnsweringSince = since } };
    }
}

/// <summary>The conditions of a service's health and what was seen of each.</summary>
internal sealed class HealthTerms(
    Service service,
    ContainerSample? seen,
    long restarts,
    bool outOfMemory,
    int passed,
    int failedInARow,
    HttpAnswer? answer,
    int answered)
{
    /// <summary>What stands before the last thing that was seen.</summary>
    public const string LastSeenWords = "last seen: ";

    /// <summary>True when the engine or an address checks it.</summary>
    public bool IsChecked => seen is { HasCheck: true } || service.HealthUrl is not null;

    /// <summary>What speaks for its health.</summary>
    public string Proof => string.Join(" and ", new[]
    {
        seen is { IsVouchedForByOwnCheck: true } ? $"its own check, run before the engine's first probe, passed"
            : seen is { HasCheck: true } ? $"{PlainText.Count(passed, "fresh probe")} passed in a row" : "",
        service.HealthUrl is { } address ? $"GET {address.Url} answered {answer?.Observed}" : "",
    }.Where(part => part.Length > 0));

    /// <summary>The last thing that was seen, as the end of a sentence.</summary>
    public string LastSeen
    {
        get
        {
            string?[] parts =
            [
                seen is null ? "nothing" : ContainerState(seen),
                seen is { IsVouchedForByOwnCheck: true } ? $"its own check passes, and the engine probes it first {PlainText.Span(seen.Interval)} after its start"
                    : seen?.FreshProbes.LastOrDefault() is { } probe ? $"last probe {Describe(probe)}" : seen is { HasCheck: true, IsRunning: true } ? $"no probe since it started (one every {PlainText.Span(seen.Interval)})" : null,
                service.HealthUrl is { } address && answer is not null ? $"GET {address.Url}: {answer.Observed}" : null,
                restarts > 0 ? PlainText.Count(restarts, "restart") : null,
            ];
            return $"; {LastSeenWords}{string.Join(", ", parts.Where(part => part is not null))}";
        }
    }

    /// <summary>A verdict with these terms.</summary>
    public ServiceHealth Health(ServiceState state, string reason) => new(service.Name, state, reason, [.. All()]);

    private IEnumerable<HealthTerm> All()
    {
        yield return new(HealthTermNames.Running, seen is null ? null : seen.IsRunning || DidItsWork, seen is null ? "not seen" : ContainerState(seen));
        yield return new(HealthTermNames.NoRestart, seen is null ? null : restarts == 0, PlainText.Count(restarts, "restart"));
        if (outOfMemory || seen is { OutOfMemory: true })
            yield return new(HealthTermNames.Memory, false, "the kernel killed a process of it for its memory");

        if (seen is { HasCheck: true })
            yield return new(HealthTermNames.Probes, (passed > 0 && seen.Verdict == "healthy") || seen.IsVouchedForByOwnCheck, ProbesSeen(seen));
        else if (seen is not null)
            yield return new(HealthTermNames.Probes, null, "no healthcheck");

        if (service.HealthUrl is { } address)
        {
            yield return new(
                FormattableString.Invariant($"GET {address.Url} answers {address.Expect}"),
                answer?.Passed ?? false,
                answer is null ? "not answered yet" : answered > 1 ? $"{answer.Observed}, {answered} times in a row" : answer.Observed);
        }
    }

    private bool DidItsWork => seen is { Status: "exited", ExitCode: 0 };

    private string ProbesSeen(ContainerSample sample) => sample.FreshProbes.LastOrDefault() switch
    {
        null when sample.IsVouchedForByOwnCheck => "its own check passed; no probe of the engine yet",
        null => sample.Probes.Count == 0 ? "no probe yet" : $"no probe since it started; the engine's '{sample.Verdict}' is from before",
        { ExitCode: 0 } => $"{PlainText.Count(passed, "fresh probe")} passed in a row",
        var probe => $"{PlainText.Count(failedInARow, "fresh probe")} failed in a row: {Describe(probe)}",
    };

    private static string ContainerState(ContainerSample sample) => sample.Status switch
    {
        "exited" or "dead" or "restarting" => FormattableString.Invariant($"{sample.Status}, exit code {sample.ExitCode}"),
        _ => sample.Status,
    };

    private static string Describe(ProbeEvidence probe)
    {
        var output = PlainText.Line(probe.Output, 200);
        return output.Length == 0 ? FormattableString.Invariant($"exit code {probe.ExitCode}") : FormattableString.Invariant($"exit code {probe.ExitCode}: {output}");
    }
}

/// <summary>The names of the terms, where others look them up.</summary>
internal static class HealthTermNames
{
    public const string Running = "container running";
    public const string NoRestart = "no restart";
    public const string Memory = "enough memory";
    public const string Probes = "fresh probes pass";
}
