using System.Text;
using PhasedRollout.Reports.History;
using PhasedRollout.Rollouts;
using static PhasedRollout.Reports.Markdown;

namespace PhasedRollout.Reports;

/// <summary>The report for people, in GitHub-flavoured Markdown and in the sections of a deployment diagnosis.</summary>
public static class MarkdownReport
{
    /// <summary>The report of <paramref name="record"/>, without the secrets that <paramref name="redactor"/> knows.</summary>
    public static string Render(RunRecord record, Redactor redactor) => Render(ReportModelBuilder.Build(record, redactor));

    internal static string Render(ReportModel model) => string.Join('\n',
    [
        Head(model),
        RootCause(model),
        RepositoryStructure(model),
        ServiceTable(model),
        Strategy(model),
        NextSteps(model),
        CommonErrors(model),
        .. model.Changes is { } changes ? (string[])[Changes(changes)] : [],
        $"## Resolution Status: {ReportSummary.Resolution(model)}\n",
    ]);

    private static string Head(ReportModel model)
    {
        var took = ReportSummary.Duration(model.FinishedAt - model.StartedAt);
        return $"""
            # Deployment Diagnosis Report: {Text(model.Project ?? model.ComposeFile)}

            ## Date: {ReportSummary.Time(model.FinishedAt)}

            ## Current Status: {ReportSummary.Status(model)}

            {Text(ReportSummary.Sentence(model))}
            {string.Concat(model.Notes.Select(note => $"\n- {Text(note)}\n"))}
            Run {Code(model.Id)} took {took} and ended with exit code {model.ExitCode}; compose file {Code(model.ComposeFile)}, deployed to {Code(model.DeployTo)}.

            """;
    }

    private static string RootCause(ReportModel model)
    {
        var text = new StringBuilder("### Root Cause Analysis\n\n");
        if (model.Diagnoses.Count == 0)
            return text.Append("Nothing failed.\n").ToString();

        foreach (var (index, diagnosis) in model.Diagnoses.Index())
        {
            var service = diagnosis.Service is { } name ? $", service {Code(name)}" : "";
            var item = FormattableString.Invariant($"{index + 1}. ");
            var indent = new string(' ', item.Length);
            text.Append(item).Append($"**{diagnosis.Failure.Title()}** ({Code(diagnosis.Failure.Name())}{service}): {Text(diagnosis.Cause)}\n\n");
            if (diagnosis.Evidence.Count > 0)
                text.Append(indent).Append("Evidence:\n\n").Append(Block(diagnosis.Evidence, indent: indent)).Append('\n');
            text.Append(indent).Append($"Remedy: {Text(diagnosis.Remedy)}\n\n");
            text.Append(indent).Append("Next command:\n\n").Append(Block([diagnosis.NextCommand], "sh", indent)).Append('\n');
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private static string RepositoryStructure(ReportModel model)
    {
        var text = new StringBuilder("### Verified Repository Structure\n\n");
        text.Append(model switch
        {
            { ContextsVerified: true, Repositories.Count: 0 } => "No service is built from a repository.\n",
            { ContextsVerified: true } => "Looked up in this run:\n\n",
            { Repositories.Count: > 0 } => "Not looked up in this run; as verified when the phase files were generated:\n\n",
            _ => "Not looked up in this run.\n",
        });
        foreach (var repository in model.Repositories)
        {
            var reference = repository.Ref is { } name ? Code(name) : "the default branch";
            var commit = repository.Commit is { } id ? $"is commit {Code(id)}" : "resolves to no commit";
            text.Append($"- {Code(repository.Repository)}: {reference} {commit}")
                .Append(model.ContextsVerified
                    ? FormattableString.Invariant($" ({repository.ApiRequests} {(repository.ApiRequests == 1 ? "request" : "requests")}, {repository.ApiRequestsCounted} of them counted against the rate limit)\n")
                    : "\n");
        }

        var built = model.Services.Where(service => service.Source is { Context: not null, DockerfileFound: not null }).ToList();
        var found = built.Where(service => service.Source.DockerfileFound == true).Select(service => $"✅ {service.Source.DockerfilePath}").Distinct().ToList();
        if (found.Count > 0)
            text.Append("\n#### Existing Dockerfiles (CONFIRMED):\n\n").Append(Block(found));

        foreach (var service in model.Services)
        {
            foreach (var finding in service.Findings.Where(IsPathIssue))
            {
                text.Append($"\n#### {Text(service.Name)} Path Issue:\n\n").Append(Block(
                [
                    $"❌ Path in compose: {ReportSummary.ContextAnswer(service)}",
                    $"   {finding.Message}",
                    $"✅ {finding.Suggestion}",
                ]));
            }
        }

        return text.ToString();
    }

    private static bool IsPathIssue(Finding finding) =>
        finding.Failure is FailureClass.BuildContextNotFound or FailureClass.DockerfileMissing && finding.Certainty == Certainty.Certain;

    private static string ServiceTable(ReportModel model)
    {
        var text = new StringBuilder("### Service-by-Service Analysis\n\n");
        if (model.Services.Count == 0)
            return text.Append("There is no rollout to look at.\n").ToString();

        text.Append("| Service | Build Context | Dockerfile Exists | Status | Phase | Change | State |\n");
        text.Append("|---|---|---|---|---|---|---|\n");
        foreach (var (index, service) in model.Services.Index())
        {
            var context = service.Source.Context is null
                ? Text(ReportSummary.ContextAnswer(service))
                : CodeInTable(ReportSummary.ContextAnswer(service));
            text.Append(FormattableString.Invariant(
                $"| {index + 1}. {Text(service.Name)} | {context} | {ReportSummary.DockerfileAnswer(service)} | {ReportSummary.Sign(service.Verdict)} {service.Verdict} | {service.Phase} | {service.Change.Name()} | {service.State.Name()} |\n"));
        }

        var findings = model.AllFindings.ToList();
        if (findings.Count == 0)
            return text.ToString();

        text.Append("\n#### Findings\n\n");
        foreach (var finding in findings)
        {
            var line = finding.Line is { } number ? FormattableString.Invariant($":{number}") : "";
            var file = finding.File is { } name ? $" ({Code(name + line)})" : "";
            text.Append($"- **{Text(finding.Rule)}** {finding.Certainty.Name()} at {Code(finding.Where)}{file}: {Text(finding.Message)}")
                .Append(finding.Suggestion.Length > 0 ? $" → {Text(finding.Suggestion)}" : "")
                .Append(finding.Accepted is { } reason ? $" (accepted: {Text(reason)})\n" : "\n");
        }

        return text.ToString();
    }

    private static string Strategy(ReportModel model)
    {
        var text = new StringBuilder("### Incremental Deployment Strategy\n\n");
        if (model.Phases.Count == 0)
            return text.Append("There are no phases to deploy.\n").ToString();

        text.Append(FormattableString.Invariant(
            $"Deploy services in {model.Phases.Count} phase{(model.Phases.Count == 1 ? "" : "s")}, verifying each phase before proceeding:\n"));
        foreach (var phase in model.Phases)
        {
            var took = phase is { StartedAt: { } start, FinishedAt: { } end } ? $" ({ReportSummary.Duration(end - start)})" : "";
            text.Append(FormattableString.Invariant(
                $"\n**Phase {phase.Number}: {Text(phase.Title)}**: {ReportSummary.Sign(phase.Outcome)} {phase.Outcome.Name()}{took}\n\n"));
            foreach (var name in phase.Services)
            {
                var service = model.Services.FirstOrDefault(candidate => candidate.Name == name);
                var reason = service is { StateReason.Length: > 0 } ? $": {Text(service.StateReason)}" : "";
                text.Append($"- {Text(name)}, {service?.State.Name() ?? "unknown"}{reason}\n");
            }

            foreach (var sentence in phase.Undo)
                text.Append($"- undone: {Text(sentence)}\n");
        }

        return text.ToString();
    }

    private static string NextSteps(ReportModel model)
    {
        var text = new StringBuilder("### Next Steps\n\n");
        foreach (var (index, step) in ReportSummary.NextSteps(model).Index())
        {
            var item = FormattableString.Invariant($"{index + 1}. ");
            text.Append(item).Append(Text(step.Text)).Append('\n');
            if (step.Command is { } command)
                text.Append('\n').Append(Block([command], "sh", new string(' ', item.Length)));
        }

        return text.ToString();
    }

    private static string Changes(RunChanges changes)
    {
        var text = new StringBuilder("### Since the Last Good Run\n\n");
        text.Append($"The last good run is {Code(changes.Since)}, which ended {ReportSummary.Time(changes.SinceTime)}.\n\n");
        if (changes.IsEmpty)
            text.Append("- Commits, configuration, images and findings are the same.\n");
        foreach (var commit in changes.Commits)
        {
            var span = $"{commit.From[..Math.Min(12, commit.From.Length)]}...{commit.To[..Math.Min(12, commit.To.Length)]}";
            text.Append($"- Commits of {Code(commit.Repository)}: {(commit.CompareUrl is { } url ? $"[{Text(span)}]({url})" : Code(span))}\n");
        }

        foreach (var change in changes.Configuration)
            text.Append($"- Configuration of {Code(change.Service)}: {(change.Key is { } key ? $"{Code(key)} {change.Change}" : $"service {change.Change}")}\n");
        if (!changes.ConfigurationCompared)
            text.Append("- That run was made on another machine: which values of the configuration changed cannot be told.\n");
        foreach (var image in changes.Images)
            text.Append($"- Image of {Code(image.Service)}: {Code(image.From)} → {Code(image.To)}\n");
        foreach (var finding in changes.NewFindings)
            text.Append($"- New finding {Text(finding.Rule)}{(finding.Service is { } service ? $" at {Code(service)}" : "")}: {Text(finding.Message)}\n");
        foreach (var finding in changes.GoneFindings)
            text.Append($"- Finding gone: {Text(finding.Rule)}{(finding.Service is { } service ? $" at {Code(service)}" : "")}: {Text(finding.Message)}\n");
        return text.ToString();
    }

    private static string CommonErrors(ReportModel model)
    {
        var text = new StringBuilder("### Common Deployment Errors in This Run\n\n");
        foreach (var (index, error) in ReportSummary.CommonErrors(model).Index())
        {
            var answer = error.Seen switch { true => "❌ seen", false => "✅ not seen", null => "❓ not checked in this run" };
            var services = error.Services.Count == 0 ? "" : $" ({string.Join(", ", error.Services.Select(Code))})";
            text.Append(FormattableString.Invariant($"{index + 1}. **{error.Title}**: {error.Meaning}: {answer}{services}\n"));
        }

        return text.ToString();
    }
}
