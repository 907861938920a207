using System.Security.Cryptography;
using PhasedRollout.Reports;
using PhasedRollout.Reports.History;
using PhasedRollout.Reports.Hosts;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs.Terminal;

namespace PhasedRollout.Runs;

/// <summary>Where a run tells how it ended, besides its files.</summary>
public sealed record ReportOutlets
{
    /// <summary>The build server; none takes no annotations.</summary>
    public CiHost Host { get; init; }

    /// <summary>Where annotations are written, line by line.</summary>
    public TextWriter Output { get; init; } = TextWriter.Null;

    /// <summary>The file that GitHub shows as the summary of a step (<c>GITHUB_STEP_SUMMARY</c>), or null.</summary>
    public string? StepSummaryFile { get; init; }

    /// <summary>The file that holds this machine's key for comparing configurations; null for no comparison.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Where the reports go when the folder that was asked for cannot be written; null for nowhere.</summary>
    public string? FallbackDirectory { get; init; }
}

/// <summary>Publishes how a run ended. Nothing that goes wrong here changes how it ended: it is said, and the rest goes on.</summary>
/// <param name="settings">Where things go.</param>
/// <param name="redactor">What knows the secrets.</param>
/// <param name="log">Where trouble is told.</param>
public sealed class RunReporter(RunSettings settings, Redactor redactor, IRunLog log)
{
    /// <summary>Writes the reports, the annotations and the step summary.</summary>
    public async Task<RunEnding> PublishAsync(RunRecord record, CancellationToken cancellationToken)
    {
        var model = Compared(ReportModelBuilder.Build(
            record with { Configuration = record.Rollout is { } rollout && await ReadKeyAsync(cancellationToken) is { } key ? ConfigurationPrint.Of(rollout, settings.Environment, key) : null },
            redactor));
        var files = await WriteFilesAsync(model, cancellationToken);
        foreach (var line in Annotations.Lines(model, settings.Outlets.Host))
            await settings.Outlets.Output.WriteLineAsync(line);

        await AppendStepSummaryAsync(model, cancellationToken);
        return new RunEnding(model, files);
    }

    private ReportModel Compared(ReportModel model) =>
        RunHistory.LastGood(RunHistory.Read(settings.ReportsDirectory, new ReportText(redactor)), model) is { } good
            ? model with { Changes = RunChanges.Between(good, model) }
            : model;

    // The key stays on this machine, outside of the reports: with it, values could be tried out.
    private async Task<byte[]?> ReadKeyAsync(CancellationToken cancellationToken)
    {
        if (settings.Outlets.KeyFile is not { } file)
            return null;

        try
        {
            if (File.Exists(file) && await File.ReadAllBytesAsync(file, cancellationToken) is { Length: ConfigurationPrint.KeyLength } known)
                return known;

            var key = RandomNumberGenerator.GetBytes(ConfigurationPrint.KeyLength);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            await using var stream = new FileStream(file, options);
            await stream.WriteAsync(key, cancellationToken);
            return key;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Debug($"No key for comparing configurations: {exception.Message}");
            return null;
        }
    }

    private async Task<ReportFiles?> WriteFilesAsync(ReportModel model, CancellationToken cancellationToken)
    {
        foreach (var directory in (string?[])[settings.ReportsDirectory, settings.Outlets.FallbackDirectory])
        {
            if (directory is null)
                continue;

            try
            {
                var files = await ReportWriter.WriteAsync(model, directory, redactor, settings.KeepRuns, cancellationToken);
                if (directory != settings.ReportsDirectory)
                    log.Warning($"The reports of this run are in {directory} instead.");
                return files;
            }
            catch (WorldRefusedException refused)
            {
                log.Warning($"{refused.Message} {refused.Remedy}");
            }
        }

        return null;
    }

    private async Task AppendStepSummaryAsync(ReportModel model, CancellationToken cancellationToken)
    {
        if (settings.Outlets is not { Host: CiHost.GitHub, StepSummaryFile: { } file })
            return;

        try
        {
            // Another command of the same step may have written there.
            await File.AppendAllTextAsync(file, StepSummary.Render(model), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            log.Warning($"The step summary cannot be written to {file}: {exception.Message}");
        }
    }
}

/// <summary>How a run ended, for its last lines.</summary>
public sealed class RunEnding
{
    private readonly ReportFiles? files;

    internal RunEnding(ReportModel model, ReportFiles? files) => (Model, this.files) = (model, files);

    /// <summary>What the reports show.</summary>
    internal ReportModel Model { get; }

    /// <summary>The last lines of the run, for a person.</summary>
    /// <param name="width">The terminal's columns.</param>
    /// <param name="isColoured">Whether colours are wanted.</param>
    public IReadOnlyList<string> Lines(int width, bool isColoured) => EndScreen.Lines(Model, files?.Html, width, isColoured);
}
