using System.Diagnostics;
using System.Globalization;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>What a command took.</summary>
/// <param name="Elapsed">From its start to its end.</param>
/// <param name="PeakBytes">The most memory that it and its children had resident at once, as far as looking ten times a second saw it.</param>
/// <param name="Lines">What it said, each line with the moment at which it came.</param>
internal sealed record Measured(TimeSpan Elapsed, long PeakBytes, IReadOnlyList<(DateTimeOffset At, string Text)> Lines);

/// <summary>Runs a command in a session of its own and measures it.</summary>
internal static class MeasuredCommand
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="DemoException">It failed.</exception>
    public static async Task<Measured> RunAsync(
        IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string?> variables, TimeProvider time, CancellationToken ct)
    {
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = directory, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in command)
            start.ArgumentList.Add(word);
        foreach (var (name, value) in variables)
            start.Environment[name] = value;

        var lines = new List<(DateTimeOffset, string)>();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(line.Data);
        process.ErrorDataReceived += (_, line) => Add(line.Data);
        var clock = Stopwatch.StartNew();
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var watching = WatchAsync(process.Id, ended.Token);
        try
        {
            await process.WaitForExitAsync(ct);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        finally
        {
            clock.Stop();
            await ended.CancelAsync();
        }

        var peak = await watching;
        if (process.ExitCode != 0)
            throw new DemoException(string.Create(CultureInfo.InvariantCulture,
                $"{string.Join(' ', command)} ended with exit code {process.ExitCode}.{Environment.NewLine}{string.Join(Environment.NewLine, lines.TakeLast(8).Select(line => line.Item2))}"));

        return new Measured(clock.Elapsed, peak, lines);

        void Add(string? line)
        {
            if (line is not null)
                lock (lines)
                    lines.Add((time.GetUtcNow(), line));
        }
    }

    private static async Task<long> WatchAsync(int session, CancellationToken ct)
    {
        var peak = 0L;
        try
        {
            while (true)
            {
                peak = Math.Max(peak, Resident(session));
                await Task.Delay(BetweenLooks, ct);
            }
        }
        catch (OperationCanceledException)
        {
            return peak;
        }
    }

    private static long Resident(int session)
    {
        var pages = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
            try
            {
                if (SessionAndPages(File.ReadAllText(Path.Combine(folder, "stat"))) is var (found, resident) && found == session)
                    pages += resident;
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile.
            }

        return pages * Environment.SystemPageSize;
    }

    /// <summary>The session and the resident pages in a <c>/proc/PID/stat</c> (proc(5): fields 6 and 24; the name in parentheses may hold anything).</summary>
    internal static (int Session, long Pages)? SessionAndPages(string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 21
            && int.TryParse(fields[3], NumberStyles.None, CultureInfo.InvariantCulture, out var session)
            && long.TryParse(fields[21], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pages)
            ? (session, pages)
            : null;
    }
}
