using System.Globalization;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>The table at the end of a run, with the warnings and errors again, and the last line.</summary>
internal sealed class Summary(RunOutput output, TimeProvider time)
{
    private const int StatusWidth = 10;
    private const int DurationWidth = 10;

    public void Write(IReadOnlyList<ExecutableTarget> plan, IReadOnlyList<LogEntry> entries, int exitCode)
    {
        WriteEntries(entries);
        WriteTable(plan);
        WriteOutcome(exitCode);
    }

    private void WriteEntries(IReadOnlyList<LogEntry> entries)
    {
        if (entries.Count == 0)
            return;
        output.Line();
        output.Line(output.Style.Strong("Errors & Warnings"));
        foreach (var entry in entries)
            output.Line($"[{entry.PaintedLevel}] {(entry.Target is null ? "" : entry.Target + ": ")}{entry.Message.Split('\n')[0]}");
    }

    private void WriteTable(IReadOnlyList<ExecutableTarget> plan)
    {
        var rows = plan.Where(target => target.Status != ExecutionStatus.Collective).ToList();
        if (rows.Count == 0)
            return;
        var nameWidth = Math.Max(rows.Max(target => target.Name.Length) + 4, 19);
        var line = new string('═', nameWidth + StatusWidth + DurationWidth);
        output.Line();
        output.Line(line);
        output.Line(output.Style.Strong("Target".PadRight(nameWidth) + "Status".PadRight(StatusWidth) + "Duration".PadLeft(DurationWidth)));
        output.Line(new string('─', line.Length));
        foreach (var target in rows)
            output.Line(Row(target, nameWidth).TrimEnd());
        output.Line(new string('─', line.Length));
        var total = rows.Aggregate(TimeSpan.Zero, (sum, target) => sum + target.Duration);
        output.Line("Total".PadRight(nameWidth + StatusWidth) + Shown(total).PadLeft(DurationWidth));
        output.Line(line);
    }

    private string Row(ExecutableTarget target, int nameWidth)
    {
        var status = target.Status.ToString().PadRight(StatusWidth);
        var painted = target.Status switch
        {
            ExecutionStatus.Succeeded => output.Style.Good(status),
            ExecutionStatus.Failed => output.Style.Bad(status),
            ExecutionStatus.NotRun or ExecutionStatus.Aborted => output.Style.Warning(status),
            _ => output.Style.Faint(status),
        };
        var ran = target.Status is ExecutionStatus.Succeeded or ExecutionStatus.Failed or ExecutionStatus.Aborted;
        var remarks = target.Skipped is { } reason
            ? reason
            : string.Join(", ", target.SummaryInformation.Select(pair => $"{pair.Key}: {pair.Value}"));
        return target.Name.PadRight(nameWidth) + painted + (ran ? Shown(target.Duration) : "").PadLeft(DurationWidth)
            + (remarks.Length > 0 ? output.Style.Faint($"   // {Visible.Text(remarks)}") : "");
    }

    private void WriteOutcome(int exitCode)
    {
        var now = time.GetLocalNow().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        output.Line();
        output.Line(exitCode switch
        {
            0 => output.Style.Good($"Build succeeded on {now}."),
            ExitCodes.Interrupted or ExitCodes.Terminated => output.Style.Warning($"Build cancelled on {now}."),
            _ => output.Style.Bad($"Build failed on {now}."),
        });
    }

    private static string Shown(TimeSpan duration) => duration < TimeSpan.FromSeconds(1)
        ? "< 1sec"
        : string.Create(CultureInfo.InvariantCulture, $"{(int)duration.TotalMinutes}:{duration.Seconds:00}");
}
