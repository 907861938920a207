using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using PhasedRollout.Reports;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Runs;

/// <summary>What goes into a support bundle, besides the reports and the phase files.</summary>
/// <param name="Facts">Lines about this machine and this program.</param>
/// <param name="Folders">Further folders, such as that of the journal, by the name they get in the archive; one that is not there is left out.</param>
/// <param name="Files">Further files by the name they get in the archive.</param>
public sealed record SupportSources(
    IReadOnlyList<string> Facts, IReadOnlyDictionary<string, string> Folders, IReadOnlyDictionary<string, string> Files);

/// <summary>Packs what somebody needs who was not there: the last run's reports, the phase files, the journal, facts. Text only, and of it
/// neither a value that is known as a secret nor one that looks like one.</summary>
/// <param name="redactor">What knows the secrets.</param>
public sealed partial class SupportBundle(Redactor redactor)
{
    private const int LongestFile = 4 * 1024 * 1024;
    private static readonly string[] TextFiles = [".md", ".html", ".json", ".jsonl", ".ndjson", ".xml", ".sarif", ".yml", ".yaml", ".log", ".txt"];

    private readonly ReportText text = new(redactor);

    /// <summary>Writes the archive into <paramref name="reportsDirectory"/>.</summary>
    /// <param name="reportsDirectory">The reports; their newest run goes into the archive.</param>
    /// <param name="phasesDirectory">The phase files, whose variables stand unexpanded.</param>
    /// <param name="sources">What else goes in.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>The archive's path.</returns>
    /// <exception cref="WorldRefusedException">It cannot be written, or there is no run to pack.</exception>
    public async Task<string> WriteAsync(string reportsDirectory, string phasesDirectory, SupportSources sources, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sources);
        var run = LatestRun(reportsDirectory) ?? throw new WorldRefusedException(
            FailureClass.Unknown, $"there is no run in {Path.Combine(reportsDirectory, "runs")} to pack", "run a target first, such as ./build.sh VerifyContexts");
        var name = $"support-{Path.GetFileName(run)}";
        var path = Path.Combine(reportsDirectory, $"{name}.tar.gz");
        (string Name, string Path)[] files =
        [
            .. In(run).Select(file => ($"run/{file.Name}", file.Path)),
            .. In(phasesDirectory).Where(file => file.Name.EndsWith(".compose.yml", StringComparison.Ordinal)).Select(file => ($"phases/{file.Name}", file.Path)),
            .. sources.Folders.SelectMany(folder => In(folder.Value).Select(file => ($"{folder.Key}/{file.Name}", file.Path))),
            .. sources.Files.Where(file => File.Exists(file.Value)).Select(file => (file.Key, file.Value)),
        ];

        var temporary = $"{path}.tmp";
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write))
            await using (var zip = new GZipStream(stream, CompressionLevel.Optimal))
            await using (var archive = new TarWriter(zip))
            {
                await AddAsync(archive, $"{name}/facts.txt", string.Join('\n', sources.Facts) + "\n", cancellationToken);
                foreach (var file in files)
                    await AddAsync(archive, $"{name}/{file.Name}", await ReadAsync(file.Path, cancellationToken), cancellationToken);
            }

            File.Move(temporary, path, overwrite: true);
            return path;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorldRefusedException(FailureClass.Unknown, $"the support bundle cannot be written to {path}: {exception.Message}",
                "make the folder writable, or choose another one with --reports-directory", inner: exception);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary><paramref name="content"/> without secrets: those that are known, and whatever has the form or the name of one.</summary>
    internal string Redact(string content)
    {
        content = TokenShape().Replace(text.Clean(content), Redactor.Mask);
        return NamedValue().Replace(content, match => match.Groups[3].Value.StartsWith('$') || match.Groups[3].Value.StartsWith(Redactor.Mask, StringComparison.Ordinal)
            ? match.Value
            : $"{match.Groups[1].Value}{match.Groups[2].Value}{Redactor.Mask}");
    }

    private static string? LatestRun(string reportsDirectory)
    {
        var runs = Path.Combine(reportsDirectory, "runs");
        return !Directory.Exists(runs) ? null : Directory.EnumerateDirectories(runs)
            .Where(directory => File.Exists(Path.Combine(directory, "report.json")))
            .OrderByDescending(directory => Path.GetFileName(directory), StringComparer.Ordinal)
            .FirstOrDefault();
    }

    private static IEnumerable<(string Name, string Path)> In(string folder) => !Directory.Exists(folder) ? [] : Directory
        .EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden })
        .Where(file => TextFiles.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase))
        .Order(StringComparer.Ordinal)
        .Select(file => (Path.GetRelativePath(folder, file).Replace('\\', '/'), file));

    // The end of a long file tells most.
    private static async Task<string> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length > LongestFile)
            stream.Seek(-LongestFile, SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private async Task AddAsync(TarWriter archive, string name, string content, CancellationToken cancellationToken)
    {
        await using var data = new MemoryStream(Encoding.UTF8.GetBytes(Redact(content)));
        await archive.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data }, cancellationToken);
    }

    // GitHub's, AWS's and Slack's tokens, JSON web tokens, private keys.
    [GeneratedRegex(@"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|(?:AKIA|ASIA)[0-9A-Z]{16}|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[A-Za-z0-9+/=\s]*",
        RegexOptions.NonBacktracking)]
    private static partial Regex TokenShape();

    // PASSWORD=x, "api_key": "x", SECRET_KEY: x; a variable that stands for the value stays.
    [GeneratedRegex(@"(?i)([a-z0-9_-]*(?:password|passwd|secret|token|api[_-]?key|private[_-]?key|access[_-]?key)[a-z0-9_-]*)(""?\s*[=:]\s*[""']?)([^\s""'<>,;]{4,})",
        RegexOptions.NonBacktracking)]
    private static partial Regex NamedValue();
}
