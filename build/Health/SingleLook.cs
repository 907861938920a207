using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Health;

/// <summary>What can be said of a service without holding a gate: the container's state, the engine's own verdict on it, its health address.</summary>
internal sealed class SingleLook(IContainerObserver observer, IHttpProbe http, TimeProvider time)
{
    private static readonly TimeSpan AddressPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan SlowestProbe = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    public async Task<ServiceHealth> AtAsync(GatedService gated, bool runsToCompletion, CancellationToken cancellationToken)
    {
        var sample = await DecidedAsync(gated.ContainerId, cancellationToken);
        var answer = gated.Service.HealthUrl is { } address && sample.IsRunning ? await AskAsync(address, cancellationToken) : null;
        var fresh = sample.FreshProbes.ToList();
        var failing = fresh.AsEnumerable().Reverse().TakeWhile(probe => probe.ExitCode != 0).Count();
        var passing = fresh.AsEnumerable().Reverse().TakeWhile(probe => probe.ExitCode == 0).Count();
        var terms = new HealthTerms(gated.Service, sample, sample.RestartCount, sample.OutOfMemory, passing, failing, answer, answer is { Passed: true } ? 1 : 0);
        var (state, reason) = Judge(sample, runsToCompletion, answer, passing, failing, terms);
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
            { HasCheck: true } when sample.Verdict != "healthy" || passing == 0 => (ServiceState.Unknown, $"no verdict yet{terms.LastSeen}"),
            _ when terms.IsChecked => (ServiceState.Healthy, $"{terms.Proof}; running for {PlainText.Span(sample.At - (sample.StartedAt ?? sample.At))}"),
            _ => (ServiceState.RunningUnverified, $"running for {PlainText.Span(sample.At - (sample.StartedAt ?? sample.At))}; nothing checks it (no healthcheck, no x-health)"),
        };

    // One probe that failed is not yet a verdict, for the engine neither: the next ones decide.
    private async Task<ContainerSample> DecidedAsync(string containerId, CancellationToken cancellationToken)
    {
        var began = time.GetUtcNow();
        while (true)
        {
            var sample = await observer.LookAsync(containerId, cancellationToken);
            var patience = (sample.Interval + SlowestProbe) * sample.Retries;
            if (!IsWavering(sample) || time.GetUtcNow() - began >= (patience < LongestWait ? patience : LongestWait))
                return sample;

            await Task.Delay(BetweenQuestions, time, cancellationToken);
        }
    }

    private static bool IsWavering(ContainerSample sample) =>
        sample is { IsRunning: true, Verdict: "healthy" } && sample.FreshProbes.LastOrDefault() is { ExitCode: not 0 };

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
