using PhasedRollout.Reports.History;

namespace PhasedRollout.Reports.Pages;

/// <summary><c>reports/index.html</c>: the runs that are kept, the newest first.</summary>
internal static class RunIndexPage
{
    public static string Render(IReadOnlyList<PastRun> runs) => Page.Render($"Runs ({runs.Count})", Html.Of($"""
        <header class="banner {(runs.Count > 0 ? runs[0].Outcome : "")}">
        <p class="kind">Phased rollout</p>
        <h1>Runs</h1>
        <p>{runs.Count} kept, the newest first. <a href="report.html">The latest report</a></p>
        </header>
        <main>
        <ol class="runs">
        {Html.Each(runs, Run)}</ol>
        </main>
        """));

    private static Html Run(PastRun run) => Html.Of($"""
        <li class="{Css(run.Outcome)}">
        <h2><a href="runs/{Uri.EscapeDataString(run.Id)}/report.html">{run.Project ?? "unreadable compose file"}: {run.Target}</a></h2>
        <p><strong class="word">{Sign(run.Outcome)} {run.Outcome}</strong> {ReportSummary.Time(run.StartedAt)}, {ReportSummary.Duration(run.FinishedAt - run.StartedAt)}, {run.DeployTo}, exit code {run.ExitCode}</p>
        {(run.Cause is { } cause ? Html.Of($"<p><code>{run.FailureClass}</code> {cause}</p>\n") : Html.None)}<p class="quiet">{run.Id}</p>
        </li>

        """);

    private static string Css(string outcome) => outcome is "succeeded" or "failed" or "cancelled" ? outcome : "";

    private static string Sign(string outcome) => outcome switch { "succeeded" => "✔", "cancelled" => "■", _ => "✖" };
}
