using System.Globalization;
using System.Text;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports.Hosts;

/// <summary>Lines in a job's output that a build server shows at the compose file's line. Every value is escaped by the server's own rules,
/// and stands on one line, so that no text from outside can begin a command of its own.</summary>
internal static class Annotations
{
    /// <summary>The lines for <paramref name="host"/>, those that block first; none for a host that takes none.</summary>
    public static IReadOnlyList<string> Lines(ReportModel model, CiHost host)
    {
        var open = model.Placed.Where(placed => placed.Finding.Accepted is null);
        // A cause that is a finding stands at its line already.
        var causes = model.Diagnoses.Where(diagnosis => !model.Placed.Any(placed =>
            placed.Finding.Blocks && placed.Finding.Failure == diagnosis.Failure && placed.Finding.Service == diagnosis.Service));

        return host switch
        {
            CiHost.GitHub => [.. causes.Select(GitHub), .. open.Select(GitHub)],
            CiHost.Azure => [.. causes.Select(Azure), .. open.Select(Azure)],
            CiHost.TeamCity => [.. causes.Select(TeamCity), .. open.DistinctBy(placed => placed.Finding.Rule).Select(TeamCityType), .. open.Select(TeamCity)],
            _ => [],
        };
    }

    // https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    private static string GitHub(PlacedFinding placed)
    {
        var level = placed.Finding.Certainty switch { Certainty.Certain => "error", Certainty.Likely => "warning", _ => "notice" };
        return FormattableString.Invariant(
            $"::{level} file={GitHubProperty(placed.File)},line={placed.Line},title={GitHubProperty(Title(placed.Finding))}::{GitHubData(Message(placed.Finding))}");
    }

    private static string GitHub(FailureDiagnosis diagnosis) => $"::error title={GitHubProperty(diagnosis.Failure.Title())}::{GitHubData(Message(diagnosis))}";

    private static string GitHubData(string text) => Replaced(text, character => character switch
    {
        '%' => "%25",
        '\r' => "%0D",
        '\n' => "%0A",
        _ => null,
    });

    private static string GitHubProperty(string text) => Replaced(text, character => character switch
    {
        '%' => "%25",
        '\r' => "%0D",
        '\n' => "%0A",
        ':' => "%3A",
        ',' => "%2C",
        _ => null,
    });

    // https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
    private static string Azure(PlacedFinding placed)
    {
        var level = placed.Finding.Certainty == Certainty.Certain ? "error" : "warning";
        return FormattableString.Invariant(
            $"##vso[task.logissue type={level};sourcepath={AzureProperty(placed.File)};linenumber={placed.Line};code={AzureProperty(placed.Finding.Rule)}]{AzureData(Message(placed.Finding))}");
    }

    private static string Azure(FailureDiagnosis diagnosis) =>
        $"##vso[task.logissue type=error;code={AzureProperty(diagnosis.Failure.Name())}]{AzureData(Message(diagnosis))}";

    private static string AzureData(string text) => Replaced(text, character => character switch
    {
        '%' => "%AZP25",
        '\r' => "%0D",
        '\n' => "%0A",
        _ => null,
    });

    private static string AzureProperty(string text) => Replaced(text, character => character switch
    {
        '%' => "%AZP25",
        '\r' => "%0D",
        '\n' => "%0A",
        ';' => "%3B",
        ']' => "%5D",
        _ => null,
    });

    // https://www.jetbrains.com/help/teamcity/service-messages.html
    private static string TeamCityType(PlacedFinding placed)
    {
        var rule = placed.Finding;
        return $"##teamcity[inspectionType id='{TeamCityValue(rule.Rule, 255)}' name='{TeamCityValue(Title(rule), 255)}' "
            + $"category='{TeamCityValue(rule.Failure.Name(), 255)}' description='{TeamCityValue(rule.Failure.Title(), 4000)}']";
    }

    private static string TeamCity(PlacedFinding placed)
    {
        var severity = placed.Finding.Certainty switch { Certainty.Certain => "ERROR", Certainty.Likely => "WARNING", _ => "INFO" };
        return FormattableString.Invariant(
            $"##teamcity[inspection typeId='{TeamCityValue(placed.Finding.Rule, 255)}' message='{TeamCityValue(Message(placed.Finding), 4000)}' file='{TeamCityValue(placed.File, 4000)}' line='{placed.Line}' SEVERITY='{severity}']");
    }

    private static string TeamCity(FailureDiagnosis diagnosis) =>
        $"##teamcity[buildProblem identity='{TeamCityValue(diagnosis.Failure.Name(), 60)}' description='{TeamCityValue(Message(diagnosis), 4000)}']";

    private static string TeamCityValue(string text, int longest)
    {
        text = text.Length <= longest ? text : text[..(char.IsHighSurrogate(text[longest - 1]) ? longest - 1 : longest)];
        return Replaced(text, character => character switch
        {
            '|' => "||",
            '\'' => "|'",
            '\n' => "|n",
            '\r' => "|r",
            '[' => "|[",
            ']' => "|]",
            > '\u007E' => "|0x" + ((int)character).ToString("X4", CultureInfo.InvariantCulture),
            _ => null,
        });
    }

    private static string Title(Finding finding) => $"{finding.Rule} {finding.Failure.Title()}";

    private static string Message(Finding finding) => finding.Suggestion.Length == 0 ? finding.Message : $"{finding.Message}\n{finding.Suggestion}";

    private static string Message(FailureDiagnosis diagnosis) => $"{diagnosis.Cause}\n{diagnosis.Remedy}\n{diagnosis.NextCommand}";

    private static string Replaced(string text, Func<char, string?> replacement)
    {
        var result = new StringBuilder(text.Length);
        foreach (var character in text)
            result.Append(replacement(character) ?? character.ToString());
        return result.ToString();
    }
}
