using PhasedRollout.Compose;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>Where the latest reports stand.</summary>
/// <param name="Markdown">The path of <c>report.md</c>.</param>
/// <param name="Html">The path of <c>report.html</c>.</param>
/// <param name="Json">The path of <c>report.json</c>.</param>
public sealed record ReportFiles(string Markdown, string Html, string Json);

/// <summary>Writes the reports of a run.</summary>
public static class ReportWriter
{
    private static readonly string[] FileNames = ["report.md", "report.html", "report.json"];

    /// <summary>Writes <c>report.md</c>, <c>report.html</c> and <c>report.json</c> to <paramref name="reportsDirectory"/> and to
    /// <c>runs/&lt;id&gt;/</c> below it, each whole or not at all, and removes the oldest runs beyond <paramref name="keepRuns"/>.
    /// Secrets that <paramref name="redactor"/> knows are never written.</summary>
    /// <param name="record">The run.</param>
    /// <param name="reportsDirectory">The folder; it is made when missing.</param>
    /// <param name="redactor">What knows the secrets.</param>
    /// <param name="keepRuns">How many runs to keep, at least 1; this one counts.</param>
    /// <param name="cancellationToken">Stops between files; a report about a cancelled run needs a token that is not cancelled.</param>
    /// <exception cref="WorldRefusedException">The folder cannot be written.</exception>
    public static async Task<ReportFiles> WriteAsync(
        RunRecord record, string reportsDirectory, Redactor redactor, int keepRuns, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentOutOfRangeException.ThrowIfLessThan(keepRuns, 1);
        if (record.Id.Length == 0 || record.Id.StartsWith('.') || Path.GetFileName(record.Id) != record.Id)
            throw new ArgumentException($"a run id must be a file name: '{record.Id}'", nameof(record));

        var model = ReportModelBuilder.Build(record, redactor);
        string[] texts = [MarkdownReport.Render(model), HtmlReport.Render(model), JsonReport.Render(model)];
        var runs = Path.Combine(reportsDirectory, "runs");
        try
        {
            foreach (var directory in (string[])[Path.Combine(runs, record.Id), reportsDirectory])
            {
                foreach (var (name, text) in FileNames.Zip(texts))
                    await AtomicFile.WriteAsync(Path.Combine(directory, name), text, cancellationToken);
            }

            RemoveOldRuns(runs, record.Id, keepRuns);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorldRefusedException(
                FailureClass.Unknown,
                $"The reports cannot be written to {reportsDirectory}: {exception.Message}",
                "Make the folder writable, or choose another one with --reports-directory.",
                inner: exception);
        }

        return new ReportFiles(
            Path.Combine(reportsDirectory, FileNames[0]),
            Path.Combine(reportsDirectory, FileNames[1]),
            Path.Combine(reportsDirectory, FileNames[2]));
    }

    private static void RemoveOldRuns(string runs, string current, int keepRuns)
    {
        // Run ids sort by time. What holds neither a report nor a journal of ours (that of a killed run) is somebody else's and stays.
        var older = Directory.EnumerateDirectories(runs)
            .Where(directory => Path.GetFileName(directory) != current
                && (File.Exists(Path.Combine(directory, FileNames[^1])) || File.Exists(Path.Combine(directory, JournalReader.FileName))))
            .OrderByDescending(directory => Path.GetFileName(directory), StringComparer.Ordinal);

        foreach (var directory in older.Skip(keepRuns - 1))
            Directory.Delete(directory, recursive: true);
    }
}
