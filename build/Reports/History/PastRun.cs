using System.Text.Json;

namespace PhasedRollout.Reports.History;

/// <summary>What an earlier run's <c>report.json</c> says.</summary>
internal sealed record PastRun
{
    public required string Id { get; init; }
    public required DateTimeOffset StartedAt { get; init; }
    public required DateTimeOffset FinishedAt { get; init; }
    public required string Outcome { get; init; }
    public required int ExitCode { get; init; }
    public required string DeployTo { get; init; }
    public string? Project { get; init; }

    /// <summary>The last target that was asked for.</summary>
    public string Target { get; init; } = "";

    /// <summary>True when it looked at or changed every phase that it was to deploy.</summary>
    public bool Deployed { get; init; }

    /// <summary>The class of its first cause, and the cause.</summary>
    public string? FailureClass { get; init; }
    public string? Cause { get; init; }

    /// <summary>Commit by <c>repository ref</c>.</summary>
    public IReadOnlyDictionary<string, string> Commits { get; init; } = new Dictionary<string, string>();

    /// <summary>Image id by service.</summary>
    public IReadOnlyDictionary<string, string> Images { get; init; } = new Dictionary<string, string>();

    /// <summary>Findings by what makes them the same.</summary>
    public IReadOnlyDictionary<string, FoundThen> Findings { get; init; } = new Dictionary<string, FoundThen>();

    public ConfigurationPrint? Configuration { get; init; }

    /// <summary>Reads a report; null when the file is none of ours, is of another form, or cannot be read.</summary>
    public static PastRun? Read(string file, ReportText text)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file));
            return Read(document.RootElement, text);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException
            or KeyNotFoundException or FormatException)
        {
            return null;
        }
    }

    private static PastRun? Read(JsonElement report, ReportText text)
    {
        if (report.GetProperty("schema").GetString() != JsonReport.Schema)
            return null;

        var run = report.GetProperty("run");
        var cause = report.GetProperty("diagnosis").EnumerateArray().Select(diagnosis => (JsonElement?)diagnosis).FirstOrDefault();
        return new PastRun
        {
            Id = Text(run, "id") ?? "",
            StartedAt = run.GetProperty("startedAt").GetDateTimeOffset(),
            FinishedAt = run.GetProperty("finishedAt").GetDateTimeOffset(),
            Outcome = Text(run, "outcome") ?? "",
            ExitCode = run.GetProperty("exitCode").GetInt32(),
            DeployTo = Text(run, "deployTo") ?? "",
            Project = Text(report, "project"),
            Target = run.GetProperty("targets").EnumerateArray().Select(target => Text(target, "name")).LastOrDefault(name => name != "Report") ?? "",
            Deployed = report.GetProperty("phases").EnumerateArray().Any(phase => Text(phase, "outcome") is "succeeded" or "unchanged"),
            FailureClass = cause is { } first ? Text(first, "class") : null,
            Cause = cause is { } told ? Text(told, "cause") : null,
            Commits = ByKey(report.GetProperty("repositories"), repository => $"{Text(repository, "repository")} {Text(repository, "ref")}", repository => Text(repository, "commit")),
            Images = ByKey(report.GetProperty("services"), service => Text(service, "name") ?? "", service => Text(service, "imageId")),
            Findings = Found(report).DistinctBy(finding => finding.Key).ToDictionary(finding => finding.Key, finding => finding.Finding),
            Configuration = report.TryGetProperty("configuration", out var print) && print.ValueKind == JsonValueKind.Object ? Print(print) : null,
        };

        string? Text(JsonElement element, string name) =>
            element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? text.Clean(value.GetString()!) : null;

        Dictionary<string, string> ByKey(JsonElement elements, Func<JsonElement, string> key, Func<JsonElement, string?> value) => elements.EnumerateArray()
            .Select(element => (Key: key(element), Value: value(element)))
            .Where(pair => pair.Value is not null)
            .DistinctBy(pair => pair.Key)
            .ToDictionary(pair => pair.Key, pair => pair.Value!);

        IEnumerable<(string Key, FoundThen Finding)> Found(JsonElement root) => root.GetProperty("findings").EnumerateArray().Select(finding => (Service: (string?)null, finding))
            .Concat(root.GetProperty("services").EnumerateArray()
                .SelectMany(service => service.GetProperty("findings").EnumerateArray().Select(finding => (Service: Text(service, "name"), finding))))
            .Select(pair => (
                string.Join('|', Text(pair.finding, "rule"), pair.Service, Text(pair.finding, "where")),
                new FoundThen(Text(pair.finding, "rule") ?? "", pair.Service, Text(pair.finding, "message") ?? "")));

        ConfigurationPrint Print(JsonElement print) => new(
            Text(print, "key") ?? "",
            print.GetProperty("services").EnumerateObject().ToDictionary(
                service => text.Clean(service.Name),
                IReadOnlyDictionary<string, string> (service) => service.Value.EnumerateObject()
                    .ToDictionary(value => text.Clean(value.Name), value => value.Value.GetString() ?? "")));
    }
}

/// <summary>A finding of a run.</summary>
internal sealed record FoundThen(string Rule, string? Service, string Message);
