using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>What can be said of a service without holding a gate: the container's state, the engine's own verdict on it, its health address.</summary>
internal sealed class SingleLook(IContainerObserver observer, IHttpProbe http, TimeProvider time, OwnChecks own)
{
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SlowestProbe = TimeSpan.FromSeconds(15);

    public async Task<ServiceHealth> AtAsync(GatedService gated, bool runsToCompletion, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var sample = await DecidedAsync(gated.ContainerId, longestWait, cancellationToken);
        var answer = gated.Service.HealthUrl is { } address && sample.IsRunning ? await AskAsync(address, cancellationToken) : null;
        var fresh = sample.FreshProbes.ToList();
        var failing = fresh.AsEnumerable().Reverse().TakeWhile(probe => probe.ExitCode != 0).Count();
        var passing = fresh.AsEnumerable().Reverse().TakeWhile(probe => probe.ExitCode == 0).Count();
        var terms = new HealthTerms(gated.Service, sample, sample.RestartCount, sample.OutOfMemory, passing, failing, answer, answer is { Passed: true } ? 1 : 0);
        var ends = runsToCompletion || (gated.Service.MayEnd && !sample.HasCheck);
        var (state, reason) = Judge(sample, ends, answer, passing, failing, terms);
        return terms.Health(state, reason);
    }

    private static (ServiceState State, string Reason) Judge(
        ContainerSample sample, bool runsToCompletion, HttpAnswer? answer, int passing, int failing, HealthTerms terms) => sample switch
        {
            { Status: ContainerSample.Removed } => (ServiceState.NotDeployed, "no container of it exists"),
            { Status: "exited", ExitCode: 0 } when runsToCompletion => (ServiceState.Healthy, "ran to its end with exit code 0"),
            { Status: "created", Error.Length: 0 } => (ServiceState.Unknown, "the container was created and never started"),
            { IsRunning: false } => (ServiceState.Failed, $"the container does not run{terms.LastSeen}"),
            { HasCheck: true, Verdict: "unhealthy" } when failing > 0 => (ServiceState.Failed, $"unhealthy: {PlainText.Count(failing, "probe")} in a row failed{terms.LastSeen}"),
            _ when answer is { Passed: false } => (ServiceState.Failed, $"its health address does not answer as expected{terms.LastSeen}"),
            { HasCheck: true } when (sample.Verdict != "healthy" || passing == 0) && !sample.IsVouchedForByOwnCheck => (ServiceState.Unknown, $"no verdict yet{terms.LastSeen}"),
            _ when terms.IsChecked => (ServiceState.Healthy, $"{terms.Proof}; running for {PlainText.Span(sample.At - (sample.StartedAt ?? sample.At))}"),
            _ => (ServiceState.RunningUnverified, $"running for {PlainText.Span(sample.At - (sample.StartedAt ?? sample.At))}; nothing checks it (no healthcheck, no x-health)"),
        };

    // A container without a fresh probe, or with one that failed where the engine wants several, has no verdict yet: the next probes decide.
    private async Task<ContainerSample> DecidedAsync(string containerId, TimeSpan longestWait, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        while (true)
        {
            var sample = own.AddTo(containerId, await observer.LookAsync(containerId, cancellationToken));
            var patience = (sample.Interval + SlowestProbe) * sample.Retries;
            if (!IsUndecided(sample) || time.GetUtcNow() - began >= (patience < longestWait ? patience : longestWait))
                return sample;

            await Task.Delay(BetweenQuestions, time, cancellationToken);
        }
    }

    private static bool IsUndecided(ContainerSample sample) =>
        sample is { IsRunning: true, HasCheck: true, IsVouchedForByOwnCheck: false } && sample.FreshProbes.LastOrDefault() switch
        {
            null => true,
            { ExitCode: 0 } => sample.Verdict != "healthy",
            _ => sample.Verdict != "unhealthy",
        };

    private async Task<HttpAnswer> AskAsync(HealthUrl address, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        while (true)
        {
            var answer = await http.AskAsync(address, cancellationToken);
            if (answer.Passed || time.GetUtcNow() - began >= AddressPatience)
                return answer;

            await Task.Delay(BetweenQuestions, time, cancellationToken);
        }
    }
}
