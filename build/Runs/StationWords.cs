using PhasedRollout.Deployment;
using PhasedRollout.Reports;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What the stations of a run say to people.</summary>
internal static class StationWords
{
    /// <summary>Says a finding, as an error when it blocks.</summary>
    public static void Tell(this IRunLog log, Finding finding, CiHost host)
    {
        var line = $"{finding.Rule} {finding.Where}: {finding.Message}; {finding.Suggestion}"
            + (finding.Accepted is { } reason ? $" (accepted: {reason})" : "");
        // A server that takes annotations gets this one from the report, at its line of the compose file; logged as an error it would stand there twice.
        if (host is CiHost.GitHub or CiHost.Azure or CiHost.TeamCity)
            log.Information(line);
        else if (finding.Blocks)
            log.Error(line);
        else
            log.Warning(line);
    }

    /// <summary>Says how a phase ended, and what became of its services.</summary>
    public static void Tell(this IRunLog log, PhaseOutcome outcome, string title)
    {
        var line = FormattableString.Invariant($"Phase {outcome.Phase}, {title}: {PhaseWord(outcome)}");
        var changed = outcome.Services.Where(service => service.Change != ServiceChange.None).ToList();
        if (changed.Count > 0)
            line += $" ({string.Join(", ", changed.Select(service => $"{service.Service} {service.Change.Name().Replace('-', ' ')}{Away(service)}"))})";

        if (outcome.Failure is null)
            log.Information(line);
        else
            log.Error(line);
    }

    private static string Away(ServiceOutcome service) =>
        service.DowntimeText is { } text ? $", {text}" : "";

    /// <summary>A state for people.</summary>
    public static string Word(this ServiceState state) => state switch
    {
        ServiceState.NotDeployed => "not deployed",
        ServiceState.Healthy => "healthy",
        ServiceState.RunningUnverified => "running, unverified",
        ServiceState.Failed => "failed",
        _ => "unknown",
    };

    private static string PhaseWord(PhaseOutcome outcome) => outcome.Result switch
    {
        PhaseResult.NotStarted => "not started, nothing was touched",
        PhaseResult.Unchanged => "unchanged",
        PhaseResult.Succeeded => "deployed and healthy",
        PhaseResult.RolledBack when outcome.Services.All(service => service.Change != ServiceChange.RolledBack) => "failed, what was new is removed",
        PhaseResult.RolledBack => "failed, what ran before runs again",
        _ => "failed",
    };
}
