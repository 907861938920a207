namespace PhasedRollout.Rollouts;

/// <summary>Where the stations say what they do. Whoever implements it redacts secrets before a line goes anywhere.</summary>
public interface IRunLog
{
    /// <summary>A detail for somebody who looks for a fault.</summary>
    void Debug(string message);

    /// <summary>A step that a person wants to follow.</summary>
    void Information(string message);

    /// <summary>Something that does not stop the run and should be looked at.</summary>
    void Warning(string message);

    /// <summary>Something that stops the run.</summary>
    void Error(string message);

    /// <summary>A step begins; whoever begins it disposes of it when it has ended.</summary>
    IRunStep Begin(RunStep step) => UnwatchedStep.Instance;
}
