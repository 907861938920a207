using PhasedRollout.Compose;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Reports.Checks;
using PhasedRollout.Reports.History;
using PhasedRollout.Reports.Pages;
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
    private static readonly TimeSpan PatienceWithOthers = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private static readonly (string Name, Func<ReportModel, string> Render)[] Formats =
    [
        ("report.md", MarkdownReport.Render),
        ("report.html", HtmlReport.Render),
        ("report.json", JsonReport.Render),
        ("junit.xml", JUnitReport.Render),
        ("verify.sarif", SarifReport.Render),
        ("gl-code-quality.json", CodeQualityReport.Render),
    ];

    /// <summary>Writes every format to <paramref name="reportsDirectory"/> and to <c>runs/&lt;id&gt;/</c> below it, each file whole or not
    /// at all, and removes the oldest runs beyond <paramref name="keepRuns"/>. Of runs that end at the same time one is the latest as a whole.
    /// Secrets that <paramref name="redactor"/> knows are never written.</summary>
    /// <param name="record">The run.</param>
    /// <param name="reportsDirectory">The folder; it is made when missing.</param>
    /// <param name="redactor">What knows the secrets.</param>
    /// <param name="keepRuns">How many runs to keep, at least 1; this one counts.</param>
    /// <param name="cancellationToken">Stops between files; a report about a cancelled run needs a token that is not cancelled.</param>
    /// <exception cref="WorldRefusedException">The folder cannot be written.</exception>
    public static Task<ReportFiles> WriteAsync(
        RunRecord record, string reportsDirectory, Redactor redactor, int keepRuns, CancellationToken cancellationToken) =>
        WriteAsync(ReportModelBuilder.Build(record, redactor), reportsDirectory, redactor, keepRuns, cancellationToken);

    internal static async Task<ReportFiles> WriteAsync(
        ReportModel model, string reportsDirectory, Redactor redactor, int keepRuns, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(keepRuns, 1);
        if (model.Id.Length == 0 || model.Id.StartsWith('.') || Path.GetFileName(model.Id) != model.Id)
            throw new ArgumentException($"a run id must be a file name: '{model.Id}'", nameof(model));

        (string Name, string Text)[] texts = [.. Formats.Select(format => (format.Name, format.Render(model)))];
        var runs = Path.Combine(reportsDirectory, "runs");
        try
        {
            await WriteAsync(Path.Combine(runs, model.Id), texts, cancellationToken);
            await using var alone = await EnterAsync(reportsDirectory, cancellationToken);
            await WriteAsync(reportsDirectory, texts, cancellationToken);
            RemoveOldRuns(runs, model.Id, keepRuns);
            await AtomicFile.WriteAsync(
                Path.Combine(reportsDirectory, "index.html"), RunIndexPage.Render(RunHistory.Read(reportsDirectory, new ReportText(redactor))), cancellationToken);
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
            Path.Combine(reportsDirectory, "report.md"), Path.Combine(reportsDirectory, "report.html"), Path.Combine(reportsDirectory, "report.json"));
    }

    private static async Task WriteAsync(string directory, (string Name, string Text)[] texts, CancellationToken cancellationToken)
    {
        foreach (var (name, text) in texts)
            await AtomicFile.WriteAsync(Path.Combine(directory, name), text, cancellationToken);
    }

    // An open file that nobody else may open: the system ends it with the process, however that ends.
    private static async Task<FileStream?> EnterAsync(string directory, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(directory, ".writing"), new FileStreamOptions
                {
                    Mode = FileMode.OpenOrCreate,
                    Access = FileAccess.Write,
                    Share = FileShare.None,
                    Options = FileOptions.DeleteOnClose,
                });
            }
            catch (IOException) when (TimeProvider.System.GetElapsedTime(started) < PatienceWithOthers)
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }
            catch (IOException)
            {
                // A file system without locks, or somebody who hangs: each file is still whole.
                return null;
            }
        }
    }

    private static void RemoveOldRuns(string runs, string current, int keepRuns)
    {
        // Run ids sort by time. What holds neither a report nor a journal of ours (that of a killed run) is somebody else's and stays.
        var older = Directory.EnumerateDirectories(runs)
            .Where(directory => Path.GetFileName(directory) != current
                && (File.Exists(Path.Combine(directory, "report.json")) || File.Exists(Path.Combine(directory, JournalReader.FileName))))
            .OrderByDescending(directory => Path.GetFileName(directory), StringComparer.Ordinal);

        foreach (var directory in older.Skip(keepRuns - 1))
            Directory.Delete(directory, recursive: true);
    }
}
