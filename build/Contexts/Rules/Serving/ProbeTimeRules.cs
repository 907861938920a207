using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>How long the gate waits.</summary>
/// <param name="MinHealthyTime">How long every check must pass without a break.</param>
/// <param name="HealthyDeadline">How long a service may take to become healthy.</param>
public sealed record GateTimes(TimeSpan MinHealthyTime, TimeSpan HealthyDeadline)
{
    /// <summary>The defaults of <c>--min-healthy-time</c> and <c>--healthy-deadline</c>.</summary>
    public static GateTimes Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(5));
}

/// <summary>VC403: the health check can succeed before the gate gives up. An engine asks for the first time one interval after the start; newer ones ask sooner
/// where there is a start period, so that only without one the sum is certain.</summary>
/// <param name="gate">How long the gate waits.</param>
internal sealed class ProbeTimeRules(GateTimes gate) : ServiceRule
{
    // moby, daemon/health.go.
    private static readonly TimeSpan DefaultInterval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);
    private const int DefaultRetries = 3;

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        var own = subject.Service.Healthcheck;
        var image = subject.Image?.Healthcheck;
        if (own is { Disabled: true } || (own?.Test is null && image is null or { IsDisabled: true }))
            yield break;

        var interval = Positive(own?.Interval) ?? Positive(image?.Interval) ?? DefaultInterval;
        var timeout = Positive(own?.Timeout) ?? Positive(image?.Timeout) ?? DefaultTimeout;
        var retries = own?.Retries is > 0 and var given ? given : image?.Retries is > 0 and var inherited ? inherited : DefaultRetries;
        var startPeriod = own?.StartPeriod ?? image?.StartPeriod ?? TimeSpan.Zero;
        if (startPeriod == TimeSpan.Zero && interval >= gate.HealthyDeadline)
        {
            yield return About(subject, "interval", Certainty.Certain,
                $"the health check of '{subject.Service.Name}' is asked for the first time {Text(interval)} after the start, and the gate waits {Text(gate.HealthyDeadline)}",
                $"interval: 10s; or --healthy-deadline {Text(interval + interval)}");
        }
        else if (startPeriod > gate.HealthyDeadline)
        {
            yield return About(subject, "start_period", Certainty.Likely,
                $"'{subject.Service.Name}' may take {Text(startPeriod)} to start (start_period), and the gate waits {Text(gate.HealthyDeadline)}",
                $"--healthy-deadline {Text(startPeriod + interval + gate.MinHealthyTime)}");
        }
        else if (startPeriod + (retries * (interval + timeout)) > gate.HealthyDeadline)
        {
            yield return About(subject, "retries", Certainty.Hint,
                $"the engine calls '{subject.Service.Name}' unhealthy after up to {Text(startPeriod + (retries * (interval + timeout)))}; the gate gives up before, after {Text(gate.HealthyDeadline)}",
                "a shorter interval or timeout, or fewer retries");
        }
    }

    private static Finding About(ServiceSubject subject, string key, Certainty certainty, string message, string suggestion) =>
        Findings.About(subject, subject.Service.Healthcheck is null ? "build/dockerfile" : $"healthcheck/{key}", "VC403", certainty, message, suggestion);

    private static TimeSpan? Positive(TimeSpan? time) => time > TimeSpan.Zero ? time : null;

    private static string Text(TimeSpan time) => time.TotalSeconds % 60 == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0}m")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0}s");
}
