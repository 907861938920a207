using System.Text.Json.Nodes;
using NJsonSchema;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A report.json that fits the committed schema.</summary>
internal sealed class ReportFile(JsonNode root)
{
    private static readonly Lazy<Task<JsonSchema>> Schema = new(() => JsonSchema.FromFileAsync(Repository.PathOf("docs", "report.schema.json")));

    public string RunId => root["run"]!["id"]!.GetValue<string>();

    public string Outcome => root["run"]!["outcome"]!.GetValue<string>();

    public int ExitCode => root["run"]!["exitCode"]!.GetValue<int>();

    public string? Project => root["project"]?.GetValue<string>();

    /// <summary>What else happened.</summary>
    public IReadOnlyList<string> Notes => [.. (root["run"]!["notes"]?.AsArray() ?? []).Select(note => note!.GetValue<string>())];

    /// <summary>The classes of the diagnosis, the root first.</summary>
    public IReadOnlyList<string> Classes => [.. Diagnoses.Select(diagnosis => diagnosis.Class)];

    public IReadOnlyList<ReportedDiagnosis> Diagnoses =>
    [
        .. root["diagnosis"]!.AsArray().Select(diagnosis => new ReportedDiagnosis(
            diagnosis!["class"]!.GetValue<string>(),
            diagnosis["service"]?.GetValue<string>(),
            diagnosis["cause"]!.GetValue<string>(),
            [.. diagnosis["evidence"]!.AsArray().Select(line => line!.GetValue<string>())],
            diagnosis["remedy"]!.GetValue<string>(),
            diagnosis["nextCommand"]!.GetValue<string>())),
    ];

    /// <summary>One of the services' values, by service.</summary>
    public IReadOnlyDictionary<string, string?> Services(string key) =>
        root["services"]!.AsArray().ToDictionary(service => service!["name"]!.GetValue<string>(), service => service![key]?.ToString(), StringComparer.Ordinal);

    /// <summary>One of the values of the services' sources, by service.</summary>
    public IReadOnlyDictionary<string, string?> Sources(string key) =>
        root["services"]!.AsArray().ToDictionary(service => service!["name"]!.GetValue<string>(), service => service!["source"]![key]?.ToString(), StringComparer.Ordinal);

    /// <summary>One of the phases' values, in their order.</summary>
    public IReadOnlyList<string?> Phases(string key) => [.. root["phases"]!.AsArray().Select(phase => phase![key]?.ToString())];

    /// <summary>The rules of a service's findings.</summary>
    public IReadOnlyList<string> Findings(string service) =>
    [
        .. root["services"]!.AsArray().Where(known => known!["name"]!.GetValue<string>() == service)
            .SelectMany(known => known!["findings"]!.AsArray()).Select(finding => finding!["rule"]!.GetValue<string>()),
    ];

    /// <summary>The whole text.</summary>
    public override string ToString() => root.ToString();

    public static async Task<ReportFile> ReadAsync(string path)
    {
        File.Exists(path).ShouldBeTrue($"no report was written: {path}");
        var text = await File.ReadAllTextAsync(path);
        (await Schema.Value).Validate(text).ShouldBeEmpty(text);
        return new ReportFile(JsonNode.Parse(text)!);
    }
}

/// <summary>An entry of the report's diagnosis.</summary>
internal sealed record ReportedDiagnosis(string Class, string? Service, string Cause, IReadOnlyList<string> Evidence, string Remedy, string NextCommand);
