using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Checks;

/// <summary>The findings for code scanning: SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html).</summary>
internal static class SarifReport
{
    private const string Root = "%SRCROOT%";

    public static string Render(ReportModel model)
    {
        var rules = model.Placed.Select(placed => placed.Finding)
            .DistinctBy(finding => finding.Rule)
            .OrderBy(finding => finding.Rule, StringComparer.Ordinal)
            .ToList();
        var indexes = rules.Index().ToDictionary(rule => rule.Item.Rule, rule => rule.Index);

        return ReportJson.Text(json =>
        {
            json.WriteStartObject();
            json.WriteString("$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json");
            json.WriteString("version", "2.1.0");
            json.WriteArray("runs", [model], (_, run) =>
            {
                json.WriteObject("tool", () => json.WriteObject("driver", () =>
                {
                    json.WriteString("name", "phased-rollout");
                    json.WriteArray("rules", rules, WriteRule);
                }));
                json.WriteObject("automationDetails", () => json.WriteString("id", $"phased-rollout/verify/{run.Id}"));
                json.WriteArray("invocations", [run], WriteInvocation);
                json.WriteObject("originalUriBaseIds", () => json.WriteObject(Root, () =>
                    json.WriteObject("description", () => json.WriteString("text", "The root of the repository that holds the compose file."))));
                json.WriteString("columnKind", "utf16CodeUnits");
                json.WriteArray("results", run.Placed, (_, placed) => WriteResult(json, placed, indexes[placed.Finding.Rule]));
            });
            json.WriteEndObject();
        });
    }

    /// <summary>SHA-256 of what makes a finding the same one in the next run.</summary>
    public static string Fingerprint(PlacedFinding placed) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(placed.Identity)));

    private static void WriteRule(Utf8JsonWriter json, Finding rule)
    {
        var help = RuleHelp.Of(rule);
        json.WriteString("id", rule.Rule);
        WriteText(json, "shortDescription", help.Title);
        json.WriteObject("help", () =>
        {
            json.WriteString("text", help.Text);
            json.WriteString("markdown", help.Markdown);
        });
        json.WriteObject("defaultConfiguration", () => json.WriteString("level", Level(rule.Certainty)));
        json.WriteObject("properties", () => json.WriteStrings("tags", ["deployment", rule.Failure.Name()]));
    }

    private static void WriteInvocation(Utf8JsonWriter json, ReportModel model)
    {
        json.WriteBoolean("executionSuccessful", model.Outcome == RunOutcome.Succeeded);
        json.WriteNumber("exitCode", model.ExitCode);
        json.WriteTime("startTimeUtc", model.StartedAt);
        json.WriteTime("endTimeUtc", model.FinishedAt);
        json.WriteArray("toolExecutionNotifications", model.Diagnoses, (_, diagnosis) =>
        {
            json.WriteString("level", "error");
            WriteText(json, "message", $"{diagnosis.Failure.Title()}: {diagnosis.Cause} {diagnosis.Remedy}");
        });
    }

    private static void WriteResult(Utf8JsonWriter json, PlacedFinding placed, int ruleIndex)
    {
        var finding = placed.Finding;
        json.WriteString("ruleId", finding.Rule);
        json.WriteNumber("ruleIndex", ruleIndex);
        json.WriteString("level", Level(finding.Certainty));
        WriteText(json, "message", finding.Suggestion.Length == 0 ? finding.Message : $"{finding.Message}\nFix: {finding.Suggestion}");
        json.WriteArray("locations", [placed], WriteLocation);
        if (finding is { File: { } file } && !placed.File.EndsWith(file, StringComparison.Ordinal) && !file.EndsWith(placed.File, StringComparison.Ordinal))
            json.WriteArray("relatedLocations", [file], (_, path) => WriteText(json, "message", finding.Line is { } line
                ? FormattableString.Invariant($"The reason stands in {path}, line {line}, of the build context's repository.")
                : $"The reason stands in {path} of the build context's repository."));
        json.WriteObject("partialFingerprints", () => json.WriteString("phasedRolloutFinding/v1", Fingerprint(placed)));
        if (finding.Accepted is { } reason)
            json.WriteArray("suppressions", [reason], (_, justification) =>
            {
                json.WriteString("kind", "external");
                json.WriteString("status", "accepted");
                json.WriteString("justification", justification);
            });
        json.WriteObject("properties", () =>
        {
            json.WriteString("class", finding.Failure.Name());
            json.WriteString("certainty", finding.Certainty.Name());
        });
    }

    private static void WriteLocation(Utf8JsonWriter json, PlacedFinding placed)
    {
        json.WriteObject("physicalLocation", () =>
        {
            json.WriteObject("artifactLocation", () =>
            {
                json.WriteString("uri", FileAddress.Of(placed.File));
                if (!FileAddress.IsWhole(placed.File))
                    json.WriteString("uriBaseId", Root);
            });
            json.WriteObject("region", () => json.WriteNumber("startLine", placed.Line));
        });
        json.WriteArray("logicalLocations", [placed.Finding.Where], (_, where) => json.WriteString("fullyQualifiedName", where));
    }

    private static void WriteText(Utf8JsonWriter json, string name, string text) => json.WriteObject(name, () => json.WriteString("text", text));

    private static string Level(Certainty certainty) => certainty switch
    {
        Certainty.Certain => "error",
        Certainty.Likely => "warning",
        _ => "note",
    };
}
