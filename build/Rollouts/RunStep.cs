namespace PhasedRollout.Rollouts;

/// <summary>What a step of a run does.</summary>
public enum StepKind
{
    /// <summary>Builds an image.</summary>
    Build,
    /// <summary>Pulls an image.</summary>
    Pull,
    /// <summary>Stops what ran and starts what is new.</summary>
    Start,
    /// <summary>Waits until services are healthy.</summary>
    Gate,
    /// <summary>Goes back to what ran before.</summary>
    Undo,
}

/// <summary>Something that takes time: a person watches it, and the report shows it on its time axis.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Service">The service; null when it concerns a phase as a whole.</param>
public sealed record RunStep(StepKind Kind, string? Service)
{
    /// <summary>The phase's number; null where the service says it.</summary>
    public int? Phase { get; init; }

    /// <summary>How long it may take; null when nothing limits it.</summary>
    public TimeSpan? AtMost { get; init; }
}

/// <summary>A step that has begun; disposing of it ends it.</summary>
public interface IRunStep : IDisposable
{
    /// <summary>What it is at now, such as the line that a builder printed.</summary>
    void Say(string detail);
}

/// <summary>A step that nobody watches.</summary>
public sealed class UnwatchedStep : IRunStep
{
    private UnwatchedStep()
    {
    }

    /// <summary>The one there is.</summary>
    public static UnwatchedStep Instance { get; } = new();

    /// <inheritdoc />
    public void Say(string detail)
    {
    }

    /// <inheritdoc />
    public void Dispose()
    {
    }
}
