using System.Text.Json;
using PhasedRollout.Diagnosis;
using PhasedRollout.Reports.History;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>The report for scripts; <c>docs/report.schema.json</c> is its form.</summary>
public static class JsonReport
{
    /// <summary>The form's name; it changes only when a key that scripts rely on does.</summary>
    public const string Schema = "phased-rollout/report/1";

    /// <summary>The report of <paramref name="record"/> as JSON, without the secrets that <paramref name="redactor"/> knows.</summary>
    public static string Render(RunRecord record, Redactor redactor) => Render(ReportModelBuilder.Build(record, redactor));

    internal static string Render(ReportModel model) => ReportJson.Text(json =>
    {
        json.WriteStartObject();
        json.WriteString("schema", Schema);
        WriteRun(json, model);
        json.WriteString("project", model.Project);
        json.WriteString("composeFile", model.ComposeFile);
        json.WriteArray("repositories", model.Repositories, WriteRepository);
        json.WriteArray("services", model.Services, WriteService);
        json.WriteArray("phases", model.Phases, WritePhase);
        json.WriteArray("findings", model.Findings, WriteFinding);
        json.WriteArray("diagnosis", model.Diagnoses, WriteDiagnosis);
        WriteChanges(json, model.Changes);
        WriteConfiguration(json, model.Configuration);
        json.WriteEndObject();
    });

    private static void WriteRun(Utf8JsonWriter json, ReportModel model)
    {
        json.WriteStartObject("run");
        json.WriteString("id", model.Id);
        json.WriteTime("startedAt", model.StartedAt);
        json.WriteTime("finishedAt", model.FinishedAt);
        json.WriteString("deployTo", model.DeployTo);
        json.WriteNumber("exitCode", model.ExitCode);
        json.WriteString("outcome", model.Outcome.Name());
        json.WriteArray("targets", model.Targets, (writer, target) =>
        {
            writer.WriteString("name", target.Name);
            writer.WriteString("status", target.Status);
            writer.WriteNumber("seconds", Math.Round(target.Duration.TotalSeconds, 3));
            writer.WriteStrings("after", target.After);
        });
        if (model.Notes.Count > 0)
            json.WriteStrings("notes", model.Notes);
        json.WriteEndObject();
    }

    private static void WriteChanges(Utf8JsonWriter json, RunChanges? changes)
    {
        if (changes is null)
        {
            json.WriteNull("sinceLastGood");
            return;
        }

        json.WriteObject("sinceLastGood", () =>
        {
            json.WriteString("run", changes.Since);
            json.WriteTime("finishedAt", changes.SinceTime);
            json.WriteArray("commits", changes.Commits, (_, commit) =>
            {
                json.WriteString("repository", commit.Repository);
                json.WriteString("ref", commit.Ref);
                json.WriteString("from", commit.From);
                json.WriteString("to", commit.To);
                json.WriteString("compareUrl", commit.CompareUrl);
            });
            json.WriteBoolean("configurationCompared", changes.ConfigurationCompared);
            json.WriteArray("configuration", changes.Configuration, (_, change) =>
            {
                json.WriteString("service", change.Service);
                json.WriteString("key", change.Key);
                json.WriteString("change", change.Change);
            });
            json.WriteArray("images", changes.Images, (_, image) =>
            {
                json.WriteString("service", image.Service);
                json.WriteString("from", image.From);
                json.WriteString("to", image.To);
            });
            json.WriteArray("newFindings", changes.NewFindings, WriteFound);
            json.WriteArray("goneFindings", changes.GoneFindings, WriteFound);
        });
    }

    private static void WriteFound(Utf8JsonWriter json, FoundThen finding)
    {
        json.WriteString("rule", finding.Rule);
        json.WriteString("service", finding.Service);
        json.WriteString("message", finding.Message);
    }

    private static void WriteConfiguration(Utf8JsonWriter json, ConfigurationPrint? print)
    {
        if (print is null)
        {
            json.WriteNull("configuration");
            return;
        }

        json.WriteObject("configuration", () =>
        {
            json.WriteString("key", print.Key);
            json.WriteObject("services", () =>
            {
                foreach (var (name, values) in print.Services)
                    json.WriteObject(name, () =>
                    {
                        foreach (var (key, value) in values)
                            json.WriteString(key, value);
                    });
            });
        });
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
        json.WriteString("commitUrl", service.Source.CommitUrl);
        json.WriteEndObject();

        json.WriteString("verdict", service.Verdict.Name());
        json.WriteString("change", service.Change.Name());
        json.WriteString("state", service.State.Name());
        json.WriteString("stateReason", service.StateReason);
        json.WriteString("imageId", service.ImageId);
        if (service.Downtime is { } downtime)
            json.WriteNumber("downtimeSeconds", Math.Round(downtime.TotalSeconds, 1));
        else
            json.WriteNull("downtimeSeconds");
        json.WriteArray("findings", service.Findings, WriteFinding);
        json.WriteArray("checks", service.Health, (writer, term) =>
        {
            writer.WriteString("name", term.Name);
            if (term.Passed is { } passed)
                writer.WriteBoolean("passed", passed);
            else
                writer.WriteNull("passed");
            writer.WriteString("observed", term.Observed);
        });
        json.WriteStrings("log", service.Log?.Lines ?? []);
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
        json.WriteStrings("evidence", finding.Evidence);
        json.WriteString("nextCommand", finding.NextCommand);
    }

    private static void WritePhase(Utf8JsonWriter json, ReportPhase phase)
    {
        json.WriteNumber("number", phase.Number);
        json.WriteString("title", phase.Title);
        json.WriteStrings("services", phase.Services);
        json.WriteString("outcome", phase.Outcome.Name());
        json.WriteTime("startedAt", phase.StartedAt);
        json.WriteTime("finishedAt", phase.FinishedAt);
        json.WriteStrings("undo", phase.Undo);
        json.WriteArray("steps", phase.Steps, (writer, step) =>
        {
            writer.WriteString("kind", step.Kind.ToString().ToLowerInvariant());
            writer.WriteString("service", step.Service);
            writer.WriteTime("startedAt", step.StartedAt);
            writer.WriteTime("finishedAt", step.FinishedAt);
        });
    }

    private static void WriteDiagnosis(Utf8JsonWriter json, FailureDiagnosis diagnosis)
    {
        json.WriteString("class", diagnosis.Failure.Name());
        json.WriteString("subCause", diagnosis.SubCause);
        json.WriteString("certainty", diagnosis.Certainty.Name());
        json.WriteString("service", diagnosis.Service);
        json.WriteString("consequenceOf", diagnosis.ConsequenceOf);
        json.WriteString("cause", diagnosis.Cause);
        json.WriteStrings("evidence", diagnosis.Evidence);
        json.WriteString("remedy", diagnosis.Remedy);
        json.WriteString("nextCommand", diagnosis.NextCommand);
    }
}
