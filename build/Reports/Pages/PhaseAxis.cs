using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Pages;

/// <summary>The phases on one time axis. Places are per cent of the width, so that text keeps its size on a telephone.</summary>
internal sealed class PhaseAxis
{
    private const int RowHeight = 30;
    private const double Narrowest = 0.7;

    private readonly DateTimeOffset from;
    private readonly TimeSpan span;

    private PhaseAxis(DateTimeOffset from, DateTimeOffset to)
    {
        this.from = from;
        span = to > from ? to - from : TimeSpan.FromSeconds(1);
    }

    /// <summary>The axis of a run; null when no phase was begun.</summary>
    public static PhaseAxis? Of(ReportModel model)
    {
        var begun = model.Phases.Where(phase => phase is { StartedAt: not null, FinishedAt: not null }).ToList();
        return begun.Count == 0 ? null : new PhaseAxis(begun.Min(phase => phase.StartedAt!.Value), begun.Max(phase => phase.FinishedAt!.Value));
    }

    /// <summary>What a phase spent its time on.</summary>
    public Html Bars(ReportPhase phase)
    {
        if (phase is not { StartedAt: { } start, FinishedAt: { } end })
            return Html.None;

        // Where no step was recorded the phase itself is the bar.
        Bar[] bars = phase.Steps.Count == 0
            ? [new Bar("whole", "whole phase", start, end)]
            : [.. phase.Steps.Select(step => new Bar(Word(step.Kind), step.Service is { } name ? $"{Word(step.Kind)} {name}" : Word(step.Kind), step.StartedAt, step.FinishedAt))];
        var label = FormattableString.Invariant($"Phase {phase.Number} on the time axis: ")
            + string.Join(", ", bars.Select(bar => $"{bar.Label} {ReportSummary.Duration(bar.To - bar.From)}"));
        return Html.Of($"""
            <svg class="axis" role="img" aria-label="{label}" width="100%" height="{bars.Length * RowHeight}">
            {Html.Each(bars.Index(), bar => Draw(bar.Item, bar.Index * RowHeight))}</svg>

            """);
    }

    /// <summary>The marks below the last phase.</summary>
    public Html Scale() => Html.Of($"""
        <svg class="axis scale" aria-hidden="true" width="100%" height="22">
        {Html.Each(Enumerable.Range(0, 5), Mark)}</svg>

        """);

    private static string Word(StepKind kind) => kind.ToString().ToLowerInvariant();

    private Html Draw(Bar bar, int top)
    {
        var (left, right) = (Place(bar.From), Place(bar.To));
        var width = Math.Max(right - left, Narrowest);
        left = Math.Min(left, 100 - width);
        var atEnd = left > 55;
        var anchor = atEnd ? "end" : "start";
        return Html.Of($"""
            <text x="{Percent(atEnd ? left + width : left)}" y="{top + 11}" text-anchor="{anchor}">{bar.Label} {ReportSummary.Duration(bar.To - bar.From)}</text>
            <rect class="{bar.Kind}" x="{Percent(left)}" y="{top + 15}" width="{Percent(width)}" height="10" rx="3"></rect>

            """);
    }

    private Html Mark(int quarter)
    {
        var place = quarter * 25;
        var anchor = quarter switch { 0 => "start", 4 => "end", _ => "middle" };
        return Html.Of($"""
            <line x1="{place}%" x2="{place}%" y1="0" y2="5"></line>
            <text class="{(quarter % 2 == 1 ? "between" : "end")}" x="{place}%" y="18" text-anchor="{anchor}">{(quarter == 0 ? "0" : ReportSummary.Duration(span * (quarter / 4.0)))}</text>

            """);
    }

    private double Place(DateTimeOffset time) => Math.Clamp((time - from) / span, 0, 1) * 100;

    private static string Percent(double value) => value.ToString("0.##", CultureInfo.InvariantCulture) + "%";

    private sealed record Bar(string Kind, string Label, DateTimeOffset From, DateTimeOffset To);
}
