namespace Nuke.Common.Execution;

/// <summary>How far a target is.</summary>
public enum ExecutionStatus
{
    /// <summary>Not part of the plan.</summary>
    None,

    /// <summary>Waiting for its turn.</summary>
    Scheduled,

    /// <summary>Its turn never came, because the build broke before.</summary>
    NotRun,

    /// <summary>Left out by a condition, by <c>--skip</c>, or because only a skipped target needed it.</summary>
    Skipped,

    /// <summary>Ran to its end.</summary>
    Succeeded,

    /// <summary>Ended with an exception.</summary>
    Failed,

    /// <summary>Running now.</summary>
    Running,

    /// <summary>Was running when the build was told to stop.</summary>
    Aborted,

    /// <summary>Has no body of its own; stands for its dependencies.</summary>
    Collective,
}
