using System.Globalization;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>A run that was killed: what its journal tells of it, since it wrote no report itself.</summary>
/// <param name="Id">The run's id.</param>
/// <param name="Project">The project.</param>
/// <param name="By">Who ran it: <c>alice on ci-7</c>.</param>
/// <param name="StartedAt">When it began to write.</param>
/// <param name="LastSeenAt">When it wrote its last line.</param>
/// <param name="Done">The operations that were done, in their order: <c>StartContainer web: it is new</c>.</param>
/// <param name="Unfinished">The operations that were begun, and of which nobody knows whether they were done.</param>
/// <param name="Notes">What else it noted.</param>
public sealed record KilledRun(
    string Id,
    string Project,
    string By,
    DateTimeOffset StartedAt,
    DateTimeOffset LastSeenAt,
    IReadOnlyList<string> Done,
    IReadOnlyList<string> Unfinished,
    IReadOnlyList<string> Notes)
{
    private const int OperationsShown = 20;

    /// <summary>What a process ends with that was killed: 128 and the number of the signal.</summary>
    public const int ExitCode = 137;

    /// <summary>Why it failed, as its journal shows it.</summary>
    public FailureDiagnosis Diagnosis => new(
        FailureClass.Cancelled,
        null,
        string.Create(CultureInfo.InvariantCulture, $"run {Id} by {By} was killed: its journal ends at {LastSeenAt.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, after {Done.Count} operations")
            + (Unfinished.Count > 0 ? $"; begun and perhaps not done: {string.Join("; ", Unfinished)}" : ""),
        [
            .. Notes.TakeLast(OperationsShown),
            .. Done.TakeLast(OperationsShown).Select(operation => $"done: {operation}"),
            .. Unfinished.Select(operation => $"begun: {operation}"),
        ],
        "deploy again: the next run sees what is there, and finishes or undoes it",
        Diagnostician.CommandFor("Deploy"));

    /// <summary>The youngest run below a folder of reports, if it was killed: it has a journal that does not end, and no report. Null when the
    /// youngest run ended in order, or its process on this machine still lives.</summary>
    /// <param name="reportsDirectory">The folder of the reports.</param>
    /// <param name="processes">The processes of this machine.</param>
    public static KilledRun? FindLatest(string reportsDirectory, IDeployerProcesses processes)
    {
        var runs = Path.Combine(reportsDirectory, "runs");
        if (!Directory.Exists(runs))
            return null;

        // Run ids sort by time.
        var latest = Directory.EnumerateDirectories(runs).OrderByDescending(Path.GetFileName, StringComparer.Ordinal)
            .FirstOrDefault(folder => File.Exists(Path.Combine(folder, JournalReader.FileName)) || File.Exists(Path.Combine(folder, "report.json")));
        return latest is null || File.Exists(Path.Combine(latest, "report.json"))
            ? null
            : Read(JournalReader.Read(Path.Combine(latest, JournalReader.FileName)), processes);
    }

    private static KilledRun? Read(IReadOnlyList<JournalLine> lines, IDeployerProcesses processes)
    {
        if (lines is not [{ Event: JournalEvent.Begin, Run: { } run, Project: { } project } first, ..] || lines[^1].Event == JournalEvent.End
            || (DeployerProcess.Parse(first.Process) is { } process && IsAlive(process, processes)))
            return null;

        var ended = lines.Where(line => line.Event is JournalEvent.Done or JournalEvent.Refused).Select(line => line.Number).ToHashSet();
        var done = lines.Where(line => line.Event == JournalEvent.Done).Select(line => line.Number).ToHashSet();
        var begun = lines.Where(line => line.Event == JournalEvent.Doing).ToArray();
        return new KilledRun(
            run, project, $"{first.User} on {first.Host}", first.At, lines[^1].At,
            [.. begun.Where(line => done.Contains(line.Number)).Select(Title)],
            [.. begun.Where(line => !ended.Contains(line.Number)).Select(Title)],
            [.. lines.Where(line => line.Event == JournalEvent.Note).Select(line => line.What ?? "")]);
    }

    // A process of another machine cannot be seen; its folder of reports came here without it.
    private static bool IsAlive(DeployerProcess process, IDeployerProcesses processes) =>
        processes.Current?.Machine == process.Machine && !processes.HasEnded(process);

    private static string Title(JournalLine line) => $"{line.Operation} {line.What}" + (line.Cause is { } cause ? $": {cause}" : "");
}
