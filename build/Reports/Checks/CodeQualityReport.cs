using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Checks;

/// <summary>The findings for GitLab's merge requests (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format).
/// Accepted findings are left out: that format has no place for them.</summary>
internal static class CodeQualityReport
{
    public static string Render(ReportModel model) => ReportJson.Text(json =>
    {
        json.WriteStartArray();
        json.WriteObjects(model.Placed.Where(placed => placed.Finding.Accepted is null && !FileAddress.IsWhole(placed.File)), (_, placed) =>
        {
            var finding = placed.Finding;
            json.WriteString("description", finding.Suggestion.Length == 0 ? finding.Message : $"{finding.Message}; {finding.Suggestion}");
            json.WriteString("check_name", finding.Rule);
            json.WriteString("fingerprint", SarifReport.Fingerprint(placed));
            json.WriteString("severity", finding.Certainty switch
            {
                Certainty.Certain => "blocker",
                Certainty.Likely => "major",
                _ => "info",
            });
            json.WriteObject("location", () =>
            {
                json.WriteString("path", placed.File);
                json.WriteObject("lines", () => json.WriteNumber("begin", placed.Line));
            });
        });
        json.WriteEndArray();
    });
}
