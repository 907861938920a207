using System.Text;
using PhasedRollout.Deployment;
using static PhasedRollout.Reports.Markdown;

namespace PhasedRollout.Reports.Hosts;

/// <summary>The run on one page of Markdown: GitHub's step summary, and the body of a comment.</summary>
internal static class StepSummary
{
    private const int EvidenceLines = 12;

    public static string Render(ReportModel model)
    {
        var sign = model.Outcome switch { RunOutcome.Succeeded => "✅", RunOutcome.Cancelled => "⏹️", _ => "❌" };
        var text = new StringBuilder($"## {sign} {Text(model.Project ?? model.ComposeFile)}: {ReportSummary.Status(model)}\n\n");
        text.Append(Text(ReportSummary.Sentence(model))).Append("\n\n");
        foreach (var diagnosis in model.Diagnoses)
        {
            var service = diagnosis.Service is { } name ? $" at {Code(name)}" : "";
            text.Append($"**{diagnosis.Failure.Title()}**{service}: {Text(diagnosis.Cause)}\n\n");
            if (diagnosis.Evidence.Count > 0)
                text.Append(Block(diagnosis.Evidence.Take(EvidenceLines))).Append('\n');
            text.Append($"**Fix:** {Text(diagnosis.Remedy)}\n\n").Append(Block([diagnosis.NextCommand], "sh")).Append('\n');
        }

        AppendPhases(text, model);
        AppendServices(text, model);
        text.Append($"Run {Code(model.Id)}, exit code {model.ExitCode}, {ReportSummary.Duration(model.FinishedAt - model.StartedAt)}.\n");
        return text.ToString();
    }

    private static void AppendPhases(StringBuilder text, ReportModel model)
    {
        if (model.Phases.All(phase => phase.Outcome == PhaseResult.NotStarted))
            return;

        text.Append("| Phase | Outcome | Took |\n|---|---|---|\n");
        foreach (var phase in model.Phases)
        {
            var took = phase is { StartedAt: { } start, FinishedAt: { } end } ? ReportSummary.Duration(end - start) : "";
            text.Append(FormattableString.Invariant($"| {phase.Number}. {Text(phase.Title)} | {ReportSummary.Sign(phase.Outcome)} {phase.Outcome.Name()} | {took} |\n"));
        }

        text.Append('\n');
    }

    private static void AppendServices(StringBuilder text, ReportModel model)
    {
        if (model.Services.Count == 0)
            return;

        text.Append(FormattableString.Invariant($"<details><summary>{model.Services.Count} services</summary>\n\n"));
        text.Append("| Service | Phase | Status | Change | State |\n|---|---|---|---|---|\n");
        foreach (var service in model.Services)
            text.Append(FormattableString.Invariant(
                $"| {Text(service.Name)} | {service.Phase} | {ReportSummary.Sign(service.Verdict)} {service.Verdict.Name()} | {service.Change.Name()} | {service.State.Name()} |\n"));
        foreach (var finding in model.AllFindings)
            text.Append($"\n- **{Text(finding.Rule)}** {finding.Certainty.Name()} at {Code(finding.Where)}: {Text(finding.Message)}");
        text.Append("\n</details>\n\n");
    }
}
