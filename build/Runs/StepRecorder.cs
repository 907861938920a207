using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>Shows the steps of a run while they last.</summary>
public interface IStepDisplay
{
    /// <summary>Begins to show a step.</summary>
    IRunStep Begin(RunStep step);
}

/// <summary>A log that also remembers when each step began and ended, for the time axis of the report.</summary>
/// <param name="log">Where lines go.</param>
/// <param name="clock">The clock.</param>
/// <param name="display">Shows the steps to a person; null when nobody watches.</param>
public sealed class StepRecorder(IRunLog log, TimeProvider clock, IStepDisplay? display = null) : IRunLog
{
    private readonly Lock gate = new();
    private readonly List<Watched> steps = [];

    /// <summary>The steps so far, in the order in which they began; one that has not ended ends now.</summary>
    public IReadOnlyList<StepRecord> Steps
    {
        get
        {
            lock (gate)
                return [.. steps.Select(step => new StepRecord(step.Step, step.StartedAt, step.FinishedAt ?? clock.GetUtcNow()))];
        }
    }

    /// <inheritdoc />
    public void Debug(string message) => log.Debug(message);

    /// <inheritdoc />
    public void Information(string message) => log.Information(message);

    /// <inheritdoc />
    public void Warning(string message) => log.Warning(message);

    /// <inheritdoc />
    public void Error(string message) => log.Error(message);

    /// <inheritdoc />
    public IRunStep Begin(RunStep step)
    {
        var watched = new Watched(step, clock, display?.Begin(step) ?? UnwatchedStep.Instance);
        lock (gate)
            steps.Add(watched);
        return watched;
    }

    private sealed class Watched(RunStep step, TimeProvider clock, IRunStep shown) : IRunStep
    {
        public RunStep Step { get; } = step;

        public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

        public DateTimeOffset? FinishedAt { get; private set; }

        public void Say(string detail) => shown.Say(detail);

        public void Dispose()
        {
            FinishedAt ??= clock.GetUtcNow();
            shown.Dispose();
        }
    }
}
