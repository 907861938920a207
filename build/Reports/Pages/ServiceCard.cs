using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Pages;

/// <summary>All that is known of a service: where it comes from, what was found, what its checks saw, what it printed.</summary>
internal static class ServiceCard
{
    /// <param name="service">The service.</param>
    /// <param name="isCause">The run failed because of it.</param>
    public static Html Of(ReportService service, bool isCause) => Html.Of($"""
        <article class="card {Mood(service, isCause)}">
        <h3>{service.Name}</h3>
        <p class="badges"><span class="badge {service.Verdict.Name()}">{Sign(service.Verdict)} {service.Verdict.Name()}</span> <span class="badge state {service.State.Name()}">{service.State.Name().Replace('-', ' ')}</span></p>
        <dl>
        {Row("Phase", Html.Of($"{service.Phase}"))}{Source(service.Source)}{Row("Dockerfile", Html.Of($"{Dockerfile(service.Source)}"))}{Row("Change", Html.Of($"{service.Change.Name().Replace('-', ' ')}"))}{Ports(service)}{Image(service.ImageId)}</dl>
        {Reason(service.StateReason)}{Findings(service.Findings)}{Checks(service)}{Log(service.Log)}</article>

        """);

    private static string Mood(ReportService service, bool isCause) => service switch
    {
        _ when isCause => "bad",
        { State: ServiceState.Failed } or { Verdict: Contexts.Verdict.Blocked } => "bad",
        { State: ServiceState.Healthy } => "good",
        { State: ServiceState.RunningUnverified } => "wait",
        _ => "idle",
    };

    /// <summary>A finding as an item of a list.</summary>
    public static Html Finding(Finding finding)
    {
        var line = finding.Line is { } number ? FormattableString.Invariant($":{number}") : "";
        var file = finding.File is { } name ? Html.Of($" in <code>{name}{line}</code>") : Html.None;
        var accepted = finding.Accepted is { } reason ? Html.Of($" <em>Accepted: {reason}</em>") : Html.None;
        return Html.Of($"""
            <li><strong>{finding.Rule}</strong> <span class="badge {finding.Certainty.Name()}">{finding.Certainty.Name()}</span> {finding.Message}
            <br /><code>{finding.Where}</code>{file}
            <br />{finding.Suggestion}{accepted}</li>

            """);
    }

    private static Html Row(string label, Html value) => Html.Of($"<div><dt>{label}</dt><dd>{value}</dd></div>\n");

    private static Html Source(ReportSource source)
    {
        if (source.Context is null)
            return Row("Image", Html.Of($"<code>{source.Image}</code>"));

        var where = source.Repository is { } repository ? Html.Of($"<code>{repository}</code> <code>{source.Path}</code>") : Html.Of($"<code>{source.Context}</code>");
        return Html.Of($"{Row("Context", where)}{Commit(source)}");
    }

    private static Html Commit(ReportSource source)
    {
        if (source.Commit is not { } commit)
            return Html.None;

        var shown = Html.Of($"<code>{commit[..Math.Min(commit.Length, 12)]}</code>");
        var linked = source.CommitUrl is { } url ? Html.Of($"<a href=\"{url}\" rel=\"noreferrer\">{shown}</a>") : shown;
        return Row("Commit", source.Ref is { } name ? Html.Of($"{linked} of {name}") : linked);
    }

    private static string Dockerfile(ReportSource source) => source switch
    {
        { Context: null } => "not needed, a pre-built image",
        { DockerfileFound: true, DockerfilePath: { } path } => $"✔\u00A0{path}",
        { DockerfileFound: true } => "✔ found",
        { DockerfileFound: false } => "✖ missing",
        _ => "? not verified",
    };

    private static Html Ports(ReportService service)
    {
        var ports = service.Ports.Count == 0 ? Html.None : Row("Ports", Html.Of($"{string.Join(", ", service.Ports)}"));
        return service.HealthUrl is { } url ? Html.Of($"{ports}{Row("Health", Html.Of($"<code>{url}</code>"))}") : ports;
    }

    private static Html Image(string? id) => id is null ? Html.None : Row("Image id", Html.Of($"<code>{id[..Math.Min(id.Length, 19)]}</code>"));

    private static Html Reason(string reason) => reason.Length == 0 ? Html.None : Html.Of($"<p class=\"reason\">{reason}</p>\n");

    private static Html Findings(IReadOnlyList<Finding> findings) => findings.Count == 0 ? Html.None : Html.Of($"""
        <ul class="findings">
        {Html.Each(findings, Finding)}</ul>

        """);

    private static Html Checks(ReportService service) => service.Health.Count == 0 ? Html.None : Html.Of($"""
        <details><summary>Checks ({service.Health.Count})</summary>
        <ul class="plain">
        {Html.Each(service.Health, Term)}</ul></details>

        """);

    private static Html Term(HealthTerm term)
    {
        var answer = term.Passed switch { true => "✔", false => "✖", null => "?" };
        return Html.Of($"<li>{answer} {term.Name}: {term.Observed}</li>\n");
    }

    private static Html Log(ReportLog? log) => log is null ? Html.None : Html.Of($"""
        <details><summary>{log.Title} ({log.Lines.Count} line{(log.Lines.Count == 1 ? "" : "s")})</summary>
        <pre>{string.Join('\n', log.Lines)}</pre></details>

        """);

    private static string Sign(Contexts.Verdict verdict) => verdict switch
    {
        Contexts.Verdict.Ready => "✔",
        Contexts.Verdict.Blocked => "✖",
        _ => "?",
    };
}
