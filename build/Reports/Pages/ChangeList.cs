using PhasedRollout.Reports.History;

namespace PhasedRollout.Reports.Pages;

/// <summary>What is different from the last good run.</summary>
internal static class ChangeList
{
    public static Html Of(RunChanges changes) => Html.Of($"""
        <p>The last good run is <code>{changes.Since}</code>, which ended {ReportSummary.Time(changes.SinceTime)}.</p>
        {(changes.IsEmpty ? Html.Of($"<p>Commits, configuration, images and findings are the same.</p>") : Html.None)}{Commits(changes.Commits)}{Configuration(changes)}{Images(changes.Images)}{Findings("New findings", changes.NewFindings)}{Findings("Findings gone", changes.GoneFindings)}
        """);

    private static Html Commits(IReadOnlyList<CommitChange> commits) => Group("Commits", commits, commit =>
    {
        var span = Html.Of($"<code>{Short(commit.From)}</code> → <code>{Short(commit.To)}</code>");
        var linked = commit.CompareUrl is { } url ? Html.Of($"<a href=\"{url}\" rel=\"noreferrer\">{span}</a>") : span;
        return Html.Of($"<li>{commit.Repository}, {commit.Ref ?? "the default branch"}: {linked}</li>\n");
    });

    private static Html Configuration(RunChanges changes)
    {
        var list = Group("Configuration", changes.Configuration, change => Html.Of(
            $"<li>{change.Service}: {(change.Key is { } key ? Html.Of($"<code>{key}</code> {change.Change}") : Html.Of($"service {change.Change}"))}</li>\n"));
        return changes.ConfigurationCompared ? list : Html.Of($"{list}<p>That run was made on another machine: which values changed cannot be told.</p>\n");
    }

    private static Html Images(IReadOnlyList<ImageChange> images) => Group("Images", images, image =>
        Html.Of($"<li>{image.Service}: <code>{Id(image.From)}</code> → <code>{Id(image.To)}</code></li>\n"));

    private static Html Findings(string title, IReadOnlyList<FoundThen> findings) => Group(title, findings, finding =>
        Html.Of($"<li><strong>{finding.Rule}</strong> {(finding.Service is { } service ? $"{service}: " : "")}{finding.Message}</li>\n"));

    private static Html Group<T>(string title, IReadOnlyList<T> items, Func<T, Html> render) => items.Count == 0 ? Html.None : Html.Of($"""
        <h3>{title}</h3>
        <ul>
        {Html.Each(items, render)}</ul>

        """);

    private static string Short(string commit) => commit[..Math.Min(commit.Length, 12)];

    private static string Id(string image) => image[..Math.Min(image.Length, 19)];
}
