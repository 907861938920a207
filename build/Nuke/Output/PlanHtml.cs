using System.Globalization;
using System.Net;
using System.Text;
using Nuke.Common.Execution;

namespace Nuke.Common.Output;

/// <summary>A plan as one HTML file that needs nothing else: no script, no font, no network.</summary>
internal static class PlanHtml
{
    private const int NodeHeight = 34;
    private const int RowHeight = 54;
    private const int ColumnGap = 70;
    private const int Margin = 20;

    private const string Style = """
        :root { color-scheme: light dark; --text: #1c2430; --faint: #6b7686; --line: #c5ccd6; --back: #fff; --run: #dff0e4; --run-line: #2f8f55; --skip: #f2f3f5; }
        @media (prefers-color-scheme: dark) { :root { --text: #e4e9f0; --faint: #94a0b0; --line: #46505e; --back: #14181e; --run: #1d3a29; --run-line: #4fbf7d; --skip: #20262e; } }
        body { margin: 2rem auto; max-width: 76rem; padding: 0 1.5rem; background: var(--back); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        .graph { overflow-x: auto; } svg { display: block; }
        svg text { font: 13px system-ui, sans-serif; fill: var(--text); text-anchor: middle; dominant-baseline: central; }
        rect { fill: var(--back); stroke: var(--line); } .runs rect { fill: var(--run); stroke: var(--run-line); stroke-width: 1.5; }
        .skipped rect { fill: var(--skip); stroke-dasharray: 5 4; } .skipped text, .rest text { fill: var(--faint); }
        path.edge { fill: none; stroke: var(--line); } path.planned { stroke: var(--run-line); stroke-width: 1.5; }
        path.order { stroke-dasharray: 3 4; } path.trigger { stroke-width: 3; }
        marker path { fill: var(--faint); }
        ol { padding-left: 2rem; } li { margin: .5rem 0; } .why { color: var(--faint); }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .25rem 1rem .25rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
        """;

    public static string Write(PlanView plan)
    {
        var title = $"Plan for {string.Join(", ", plan.Requested)}";
        var html = new StringBuilder(16384);
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<title>").Append(Text(title)).Append("</title>\n<style>\n").Append(Style).Append("\n</style>\n</head>\n<body>\n")
            .Append("<h1>").Append(Text(title)).Append("</h1>\n");
        WriteGraph(html, plan);
        WriteSteps(html, plan);
        WriteTables(html, plan);
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static void WriteGraph(StringBuilder html, PlanView plan)
    {
        var steps = plan.Steps.ToDictionary(step => step.Target);
        var targets = plan.All.Where(target => target.Listed || steps.ContainsKey(target)).ToList();
        var graph = new PlanGraph(targets);

        // Seven pixels a character is generous for a 13 pixel sans serif; nothing here can measure text.
        var width = 40 + (7 * targets.Max(target => target.Name.Length + 4));
        var place = graph.Places.ToDictionary(
            entry => entry.Target, entry => (X: Margin + (entry.Column * (width + ColumnGap)), Y: Margin + (entry.Row * RowHeight)));

        html.Append(CultureInfo.InvariantCulture,
            $"<div class=\"graph\"><svg role=\"img\" aria-label=\"The targets and what orders them\" width=\"{(2 * Margin) + (graph.ColumnCount * (width + ColumnGap)) - ColumnGap}\" height=\"{(2 * Margin) + (graph.RowCount * RowHeight)}\">\n")
            .Append("<defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"8\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M0 0 8 4 0 8z\"/></marker></defs>\n");
        foreach (var target in targets)
        {
            WriteEdges(target.ExecutionDependencies, "needs");
            WriteEdges(target.OrderDependencies, "order");
            WriteEdges(target.TriggerDependencies, "trigger");

            void WriteEdges(IEnumerable<ExecutableTarget> sources, string kind)
            {
                foreach (var source in sources.Where(place.ContainsKey))
                {
                    var (fromX, fromY) = (place[source].X + width, place[source].Y + (NodeHeight / 2.0));
                    var (toX, toY) = (place[target].X, place[target].Y + (NodeHeight / 2.0));
                    var bend = Math.Max(30, (toX - fromX) / 2);
                    var planned = steps.ContainsKey(source) && steps.ContainsKey(target) ? " planned" : "";
                    html.Append(CultureInfo.InvariantCulture,
                        $"<path class=\"edge {kind}{planned}\" marker-end=\"url(#tip)\" d=\"M{fromX} {fromY}C{fromX + bend} {fromY} {toX - bend} {toY} {toX} {toY}\"/>\n");
                }
            }
        }

        foreach (var target in targets)
        {
            var step = steps.GetValueOrDefault(target);
            var kind = step is null ? "rest" : step.Skipped is null ? "runs" : "skipped";
            var number = step?.Number is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known}. ") : "";
            var (x, y) = place[target];
            html.Append(CultureInfo.InvariantCulture, $"<g class=\"{kind}\"><title>{Text(target.Description ?? target.Name)}</title>")
                .Append(CultureInfo.InvariantCulture, $"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{NodeHeight}\" rx=\"6\"/>")
                .Append(CultureInfo.InvariantCulture, $"<text x=\"{x + (width / 2.0)}\" y=\"{y + (NodeHeight / 2.0)}\">{number}{Text(target.Name)}</text></g>\n");
        }

        html.Append("</svg></div>\n<p class=\"why\">Thin lines: is needed by. Dotted: runs before, if both run. Thick: triggers. Dashed boxes are skipped; pale ones are not in this plan.</p>\n");
    }

    private static void WriteSteps(StringBuilder html, PlanView plan)
    {
        html.Append("<h2>In this order</h2>\n<ol>\n");
        foreach (var step in plan.Steps.Where(step => step.Skipped is null))
        {
            html.Append("<li><strong>").Append(Text(step.Target.Name)).Append("</strong> ").Append(Text(step.Target.Description ?? ""))
                .Append(" <span class=\"why\">").Append(Text(string.Join("; ", PlanText.Remarks(step)))).Append("</span></li>\n");
        }

        html.Append("</ol>\n");
    }

    private static void WriteTables(StringBuilder html, PlanView plan)
    {
        WriteTable(html, "Skipped", plan.Steps.Where(step => step.Skipped is not null).Select(step => new[] { step.Target.Name, step.Skipped! }));
        WriteTable(html, "Still missing", plan.Missing.Select(missing => new[] { missing }));
        WriteTable(html, "Parameters that are set", plan.Parameters.Select(parameter => new[] { parameter.Switch, parameter.Value, parameter.Source }));
        WriteTable(html, "Not in this plan", plan.NotPlanned.Select(target => new[] { target.Name, target.Description ?? "" }));
    }

    private static void WriteTable(StringBuilder html, string title, IEnumerable<string[]> rows)
    {
        var cells = rows.Select(row => "<tr>" + string.Concat(row.Select(cell => $"<td>{Text(cell)}</td>")) + "</tr>\n").ToList();
        if (cells.Count > 0)
            html.Append("<h2>").Append(title).Append("</h2>\n<table>\n").AppendJoin("", cells).Append("</table>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
