using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>The report for scripts; <c>docs/report.schema.json</c> is its form.</summary>
public static class JsonReport
{
    /// <summary>The form's name; it changes only when a key that scripts rely on does.</summary>
    public const string Schema = "phased-rollout/report/1";

    private static readonly JsonWriterOptions Options = new()
    {
        Indented = true,
        NewLine = "\n",
        // Letters of every script stay readable; what HTML would take for markup is still escaped.
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
    };

    /// <summary>The report of <paramref name="record"/> as JSON, without the secrets that <paramref name="redactor"/> knows.</summary>
    public static string Render(RunRecord record, Redactor redactor) => Render(ReportModelBuilder.Build(record, redactor));

    internal static string Render(ReportModel model)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Options))
        {
            json.WriteStartObject();
            json.WriteString("schema", Schema);
            WriteRun(json, model);
            json.WriteString("project", model.Project);
            json.WriteString("composeFile", model.ComposeFile);
            WriteArray(json, "repositories", model.Repositories, WriteRepository);
            WriteArray(json, "services", model.Services, WriteService);
            WriteArray(json, "phases", model.Phases, WritePhase);
            WriteArray(json, "findings", model.Findings, WriteFinding);
            WriteArray(json, "diagnosis", model.Diagnoses, WriteDiagnosis);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteRun(Utf8JsonWriter json, ReportModel model)
    {
        json.WriteStartObject("run");
        json.WriteString("id", model.Id);
        WriteTime(json, "startedAt", model.StartedAt);
        WriteTime(json, "finishedAt", model.FinishedAt);
        json.WriteString("deployTo", model.DeployTo);
        json.WriteNumber("exitCode", model.ExitCode);
        json.WriteString("outcome", model.Outcome.Name());
        WriteArray(json, "targets", model.Targets, (writer, target) =>
        {
            writer.WriteString("name", target.Name);
            writer.WriteString("status", target.Status);
        });
        json.WriteEndObject();
    }

    private static void WriteRepository(Utf8JsonWriter json, ReportRepository repository)
    {
        json.WriteString("repository", repository.Repository);
        json.WriteString("ref", repository.Ref);
        json.WriteString("commit", repository.Commit);
        json.WriteNumber("apiRequests", repository.ApiRequests);
        json.WriteNumber("apiRequestsCounted", repository.ApiRequestsCounted);
    }

    private static void WriteService(Utf8JsonWriter json, ReportService service)
    {
        json.WriteString("name", service.Name);
        json.WriteNumber("phase", service.Phase);

        json.WriteStartObject("source");
        json.WriteString("kind", service.Source.Context is null ? "image" : "build");
        json.WriteString("image", service.Source.Image);
        json.WriteString("context", service.Source.Context);
        json.WriteString("repository", service.Source.Repository);
        json.WriteString("ref", service.Source.Ref);
        json.WriteString("commit", service.Source.Commit);
        json.WriteString("path", service.Source.Path);
        json.WriteString("dockerfile", service.Source.Dockerfile);
        if (service.Source.DockerfileFound is { } found)
            json.WriteBoolean("dockerfileFound", found);
        else
            json.WriteNull("dockerfileFound");
        json.WriteString("tree", service.Source.TreeId);
        json.WriteString("digest", service.Source.Digest);
        json.WriteEndObject();

        json.WriteString("verdict", service.Verdict.Name());
        json.WriteString("change", service.Change.Name());
        json.WriteString("state", service.State.Name());
        json.WriteString("stateReason", service.StateReason);
        json.WriteString("imageId", service.ImageId);
        WriteArray(json, "findings", service.Findings, WriteFinding);
    }

    private static void WriteFinding(Utf8JsonWriter json, Finding finding)
    {
        json.WriteString("rule", finding.Rule);
        json.WriteString("class", finding.Failure.Name());
        json.WriteString("certainty", finding.Certainty.Name());
        json.WriteString("accepted", finding.Accepted);
        json.WriteString("message", finding.Message);
        json.WriteString("where", finding.Where);
        json.WriteString("file", finding.File);
        if (finding.Line is { } line)
            json.WriteNumber("line", line);
        else
            json.WriteNull("line");
        json.WriteString("suggestion", finding.Suggestion);
        WriteStrings(json, "evidence", finding.Evidence);
        json.WriteString("nextCommand", finding.NextCommand);
    }

    private static void WritePhase(Utf8JsonWriter json, ReportPhase phase)
    {
        json.WriteNumber("number", phase.Number);
        json.WriteString("title", phase.Title);
        WriteStrings(json, "services", phase.Services);
        json.WriteString("outcome", phase.Outcome.Name());
        WriteTime(json, "startedAt", phase.StartedAt);
        WriteTime(json, "finishedAt", phase.FinishedAt);
        WriteStrings(json, "undo", phase.Undo);
    }

    private static void WriteDiagnosis(Utf8JsonWriter json, FailureDiagnosis diagnosis)
    {
        json.WriteString("class", diagnosis.Failure.Name());
        json.WriteString("subCause", diagnosis.SubCause);
        json.WriteString("certainty", diagnosis.Certainty.Name());
        json.WriteString("service", diagnosis.Service);
        json.WriteString("consequenceOf", diagnosis.ConsequenceOf);
        json.WriteString("cause", diagnosis.Cause);
        WriteStrings(json, "evidence", diagnosis.Evidence);
        json.WriteString("remedy", diagnosis.Remedy);
        json.WriteString("nextCommand", diagnosis.NextCommand);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known.UtcDateTime);
        else
            json.WriteNull(name);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }

    private static void WriteArray<T>(Utf8JsonWriter json, string name, IReadOnlyList<T> values, Action<Utf8JsonWriter, T> write)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStartObject();
            write(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
