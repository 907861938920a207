namespace PhasedRollout.Reports.History;

/// <summary>The runs whose reports are kept.</summary>
internal static class RunHistory
{
    /// <summary>Every run below <paramref name="reportsDirectory"/>, the newest first; what is not ours or cannot be read is left out.</summary>
    public static IReadOnlyList<PastRun> Read(string reportsDirectory, ReportText text)
    {
        try
        {
            var runs = new DirectoryInfo(Path.Combine(reportsDirectory, "runs"));
            return !runs.Exists ? [] :
            [
                .. runs.EnumerateDirectories()
                    .OrderByDescending(directory => directory.Name, StringComparer.Ordinal)
                    .Select(directory => PastRun.Read(Path.Combine(directory.FullName, "report.json"), text) is { } run && run.Id == directory.Name ? run : null)
                    .OfType<PastRun>(),
            ];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The last run that was good and did what <paramref name="model"/> was to do: for a deployment one that deployed.</summary>
    public static PastRun? LastGood(IEnumerable<PastRun> runs, ReportModel model)
    {
        var deploys = model.Targets.Any(target => target.Name.StartsWith("Deploy", StringComparison.Ordinal));
        return runs.FirstOrDefault(run => run.Id != model.Id
            && run.Outcome == RunOutcome.Succeeded.Name()
            && run.Project == model.Project
            && run.DeployTo == model.DeployTo
            && (run.Deployed || !deploys));
    }
}
