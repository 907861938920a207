using PhasedRollout.Diagnosis;
using PhasedRollout.Reports.Pages;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>The report for people with a browser: one file that loads nothing and runs nothing, well-formed as XML too.</summary>
public static class HtmlReport
{
    /// <summary>The report of <paramref name="record"/>, without the secrets that <paramref name="redactor"/> knows.</summary>
    public static string Render(RunRecord record, Redactor redactor) => Render(ReportModelBuilder.Build(record, redactor));

    internal static string Render(ReportModel model) => Page.Render($"{Status(model)}: {Title(model)}", Html.Of($"""
        {Banner(model)}
        <main>
        {RootCause(model)}
        {NextSteps(model)}
        {Phases(model)}
        {Services(model)}
        {Changes(model)}
        {Targets(model)}
        {Structure(model)}
        {CommonErrors(model)}
        </main>
        <footer>Resolution status: <strong>{ReportSummary.Resolution(model)}</strong> </footer>
        """));

    private static string Title(ReportModel model) => model.Project ?? model.ComposeFile;

    private static string Status(ReportModel model) => ReportSummary.Status(model);

    private static Html Banner(ReportModel model) => Html.Of($"""
        <header class="banner {model.Outcome.Name()}">
        <p class="kind">Deployment Diagnosis Report</p>
        <h1>{Title(model)}</h1>
        <p class="status"><span aria-hidden="true">{Sign(model.Outcome)}</span> {Status(model)}</p>
        <p>{ReportSummary.Sentence(model)}</p>{Html.Each(model.Notes, note => Html.Of($"<p>{note}</p>"))}
        <dl>
        <div><dt>Date</dt><dd>{Time(model.FinishedAt)}</dd></div>
        <div><dt>Took</dt><dd>{ReportSummary.Duration(model.FinishedAt - model.StartedAt)}</dd></div>
        <div><dt>Exit code</dt><dd>{model.ExitCode}</dd></div>
        <div><dt>Deployed to</dt><dd>{model.DeployTo}</dd></div>
        <div><dt>Compose file</dt><dd>{model.ComposeFile}</dd></div>
        <div><dt>Run</dt><dd>{model.Id}</dd></div>
        </dl>
        </header>
        """);

    private static Html RootCause(ReportModel model) => Section("causes", "Root cause analysis", model.Diagnoses.Count == 0
        ? Html.Of($"<p>Nothing failed.</p>")
        : Html.Each(model.Diagnoses, Diagnosis));

    private static Html Diagnosis(FailureDiagnosis diagnosis) => Html.Of($"""
        <article class="cause">
        <h3>{diagnosis.Failure.Title()}{ClassName(diagnosis.Failure)}{Labelled(" at ", diagnosis.Service)}</h3>
        <p class="lead">{diagnosis.Cause}</p>
        {Evidence(diagnosis.Evidence)}
        <p><strong>Remedy:</strong> {diagnosis.Remedy}</p>
        {Command(diagnosis.NextCommand)}
        </article>

        """);

    private static Html Labelled(string label, string? value) => value is null ? Html.None : Html.Of($"{label}<code>{value}</code>");

    private static Html Evidence(IReadOnlyList<string> lines) => lines.Count == 0 ? Html.None : Html.Of($"""
        <details open="open"><summary>Evidence</summary>
        <pre>{string.Join('\n', lines)}</pre>
        </details>
        """);

    private static Html Command(string? command) =>
        string.IsNullOrEmpty(command) ? Html.None : Html.Of($"<pre class=\"command\"><code>{command}</code></pre>");

    private static Html NextSteps(ReportModel model) => Section("next", "Next steps", Html.Of($"""
        <ol>
        {Html.Each(ReportSummary.NextSteps(model), step => Html.Of($"<li>{step.Text}{Command(step.Command)}</li>\n"))}</ol>
        """));

    private static Html Services(ReportModel model) => Section("services", "Service by service", model.Services.Count == 0
        ? Html.Of($"<p>There is no rollout to look at.</p>")
        : Html.Of($"""
            <div class="cards">
            {Html.Each(model.Services, service => ServiceCard.Of(service, model.Diagnoses.Any(diagnosis => diagnosis.Service == service.Name)))}</div>
            {FindingsOfTheFile(model)}
            """));

    private static Html FindingsOfTheFile(ReportModel model) => model.Findings.Count == 0 ? Html.None : Html.Of($"""
        <h3>Findings of the whole file</h3>
        <ul class="findings">
        {Html.Each(model.Findings, ServiceCard.Finding)}</ul>
        """);

    private static Html Phases(ReportModel model)
    {
        var axis = PhaseAxis.Of(model);
        return Section("phases", "Phases", model.Phases.Count == 0
            ? Html.Of($"<p>There are no phases to deploy.</p>")
            : Html.Of($"""
                <ol class="timeline">
                {Html.Each(model.Phases, phase => Phase(phase, axis))}</ol>
                {(axis is null ? Html.Of($"<p>No phase was begun.</p>") : Html.Of($"<div class=\"under\">{axis.Scale()}</div>"))}
                """));
    }

    private static Html Phase(ReportPhase phase, PhaseAxis? axis)
    {
        var took = phase is { StartedAt: { } start, FinishedAt: { } end } ? $" in {ReportSummary.Duration(end - start)}" : "";
        return Html.Of($"""
            <li class="{phase.Outcome.Name()}">
            <h3>Phase {phase.Number}: {phase.Title}</h3>
            <p><span aria-hidden="true">{Glyphs(ReportSummary.Sign(phase.Outcome))}</span> {phase.Outcome.Name().Replace('-', ' ')}{took}: {string.Join(", ", phase.Services)}</p>
            {axis?.Bars(phase) ?? Html.None}{Undo(phase.Undo)}</li>

            """);
    }

    private static Html Undo(IReadOnlyList<string> sentences) => sentences.Count == 0 ? Html.None : Html.Of($"""
        <ul class="plain">
        {Html.Each(sentences, sentence => Html.Of($"<li>undone: {sentence}</li>\n"))}</ul>

        """);

    private static Html Changes(ReportModel model) => model.Changes is { } changes
        ? Section("changes", "Since the last good run", ChangeList.Of(changes))
        : Html.None;

    // The word that scripts know, where the title does not say it already.
    private static Html ClassName(FailureClass failure) =>
        failure.Title().Equals(failure.Name(), StringComparison.OrdinalIgnoreCase) ? Html.None : Html.Of($" <code>{failure.Name()}</code>");

    private static Html Structure(ReportModel model)
    {
        var found = model.Services.Where(service => service.Source.DockerfileFound == true)
            .Select(service => service.Source.DockerfilePath).OfType<string>().Distinct();
        var missing = model.Services.Where(service => service.Source.DockerfileFound == false).Select(ReportSummary.ContextAnswer).Distinct();
        var source = model.ContextsVerified ? "Looked up in this run."
            : model.Repositories.Count > 0 ? "Not looked up in this run; as verified when the phase files were generated."
            : "Not looked up in this run.";
        return Section("structure", "Verified repository structure", Html.Of($"""
            <p>{source}</p>
            <ul>
            {Html.Each(model.Repositories, repository => Repository(repository, model.ContextsVerified))}</ul>
            <h3>Dockerfiles</h3>
            <ul class="plain">
            {Html.Each(found, path => Html.Of($"<li>✔ <code>{path}</code></li>\n"))}{Html.Each(missing, path => Html.Of($"<li>✖ none found in <code>{path}</code></li>\n"))}</ul>
            """));
    }

    private static Html Repository(ReportRepository repository, bool counted)
    {
        var commit = repository.Commit is { } id ? Html.Of($" is commit <code>{id}</code>") : Html.Of($" resolves to no commit");
        var requests = counted
            ? Html.Of($" ({repository.ApiRequests} {(repository.ApiRequests == 1 ? "request" : "requests")}, {repository.ApiRequestsCounted} of them counted against the rate limit)")
            : Html.None;
        return Html.Of($"<li><code>{repository.Repository}</code>: {repository.Ref ?? "the default branch"}{commit}{requests}</li>\n");
    }

    private static Html CommonErrors(ReportModel model) => Section("errors", "Common deployment errors in this run", Html.Of($"""
        <ol>
        {Html.Each(ReportSummary.CommonErrors(model), CommonError)}</ol>
        """));

    private static Html CommonError(CommonError error)
    {
        var answer = error.Seen switch { true => "✖ seen", false => "✔ not seen", null => "? not checked in this run" };
        var services = error.Services.Count == 0 ? "" : $" ({string.Join(", ", error.Services)})";
        return Html.Of($"<li><strong>{error.Title}</strong>: {error.Meaning}: {answer}{services}</li>\n");
    }

    private static Html Targets(ReportModel model) => Section("targets", "Targets of the run", model.Targets.Count == 0
        ? Html.Of($"<p>None ran.</p>")
        : TargetGraph.Of(model));

    private static Html Section(string id, string title, Html content) => Html.Of($"""
        <section id="{id}">
        <h2>{title}</h2>
        {content}
        </section>
        """);

    // Where no emoji font is installed, those signs would be empty boxes; these stand in every font.
    private static string Glyphs(string text) => text.Replace('✅', '✔').Replace('❌', '✖').Replace('❓', '?').Replace('⏸', '–');

    private static string Time(DateTimeOffset time) => ReportSummary.Time(time);

    private static string Sign(RunOutcome outcome) => outcome switch
    {
        RunOutcome.Succeeded => "✔",
        RunOutcome.Cancelled => "■",
        _ => "✖",
    };
}
