using PhasedRollout.Deployment;

namespace PhasedRollout.Health;

/// <summary>When a container's own check is run by us, and how it ended. An engine probes first one interval after the start, half a minute as most
/// files have it; until then the same check, run in the same container, tells the same.</summary>
internal sealed class OwnCheck
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly List<ProbeEvidence> results = [];
    private DateTimeOffset? startedAt;
    private DateTimeOffset? due;
    private bool isRunning;
    private bool isGivenUp;

    /// <summary>How it ended each time, oldest first.</summary>
    public IReadOnlyList<ProbeEvidence> Results => results;

    /// <summary>Takes in a look at the container: one that started anew is asked anew.</summary>
    public void See(ContainerSample sample)
    {
        if (sample.StartedAt == startedAt)
            return;

        startedAt = sample.StartedAt;
        due = startedAt + First;
        isGivenUp = false;
        results.Clear();
    }

    /// <summary>When it is to be run next; null when it is not.</summary>
    public DateTimeOffset? Due(ContainerSample sample, GateSettings settings)
    {
        if (isRunning || isGivenUp || sample is not { IsRunning: true, Verdict: "starting", Check: not null } || sample.FreshProbes.Any())
            return null;

        return PassingSince is not { } since ? due
            : results[^1].Start < since + settings.MinHealthyTime ? since + settings.MinHealthyTime
            : null;
    }

    /// <summary>It begins to run.</summary>
    public void Begin() => isRunning = true;

    /// <summary>Nobody waits for its end any more.</summary>
    public void Abandon() => isRunning = false;

    /// <summary>It ended at <paramref name="now"/>; null when it could not be run, which the engine's own probes tell better.</summary>
    public void End(ProbeEvidence? result, DateTimeOffset now)
    {
        isRunning = false;
        if (result is null)
        {
            isGivenUp = true;
            return;
        }

        if (result.Start < startedAt)
            return;

        results.Add(result);
        // Half as long again as it has run by now: a service that starts fast is seen fast, one that starts slowly is not kept busy.
        var pause = (now - startedAt) / 2 ?? LongestPause;
        due = now + (pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause);
    }

    /// <summary>Since when it has passed each time; null when it failed last, or was not run.</summary>
    public DateTimeOffset? PassingSince =>
        results.AsEnumerable().Reverse().TakeWhile(result => result.ExitCode == 0).LastOrDefault()?.Start;
}
