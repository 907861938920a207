using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>The words for enumerations that stand in <c>report.json</c> and that scripts read.</summary>
internal static class ReportWords
{
    public static string Name(this Verdict verdict) => verdict switch
    {
        Verdict.Ready => "ready",
        Verdict.Blocked => "blocked",
        Verdict.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "not a verdict"),
    };

    public static string Name(this ServiceChange change) => change switch
    {
        ServiceChange.None => "none",
        ServiceChange.Created => "created",
        ServiceChange.Replaced => "replaced",
        ServiceChange.Removed => "removed",
        ServiceChange.RolledBack => "rolled-back",
        _ => throw new ArgumentOutOfRangeException(nameof(change), change, "not a change"),
    };

    public static string Name(this ServiceState state) => state switch
    {
        ServiceState.NotDeployed => "not-deployed",
        ServiceState.Healthy => "healthy",
        ServiceState.RunningUnverified => "running-unverified",
        ServiceState.Failed => "failed",
        ServiceState.Unknown => "unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "not a state"),
    };

    public static string Name(this PhaseResult result) => result switch
    {
        PhaseResult.NotStarted => "not-started",
        PhaseResult.Unchanged => "unchanged",
        PhaseResult.Succeeded => "succeeded",
        PhaseResult.Failed => "failed",
        PhaseResult.RolledBack => "rolled-back",
        _ => throw new ArgumentOutOfRangeException(nameof(result), result, "not a result"),
    };

    public static string Name(this Certainty certainty) => certainty switch
    {
        Certainty.Certain => "certain",
        Certainty.Likely => "likely",
        Certainty.Hint => "hint",
        _ => throw new ArgumentOutOfRangeException(nameof(certainty), certainty, "not a certainty"),
    };

    public static string Name(this RunOutcome outcome) => outcome switch
    {
        RunOutcome.Succeeded => "succeeded",
        RunOutcome.Failed => "failed",
        RunOutcome.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome"),
    };

    /// <summary>The name of a failure class for a person, in the words of the original diagnosis report where it has one.</summary>
    public static string Title(this FailureClass failure) => failure switch
    {
        FailureClass.BuildContextNotFound => "Build context not found",
        FailureClass.DockerfileMissing => "Dockerfile missing",
        FailureClass.BuildFailure => "Build failure",
        FailureClass.PortConflict => "Port conflict",
        FailureClass.DatabaseUnreachable => "Database connection",
        FailureClass.NetworkMissing => "Network missing",
        FailureClass.GitHubUnavailable => "GitHub unavailable",
        _ => char.ToUpperInvariant(failure.Name()[0]) + failure.Name()[1..].Replace('-', ' '),
    };
}
