using System.Text;
using System.Text.Json;

namespace Nuke.Common.Output;

/// <summary>A plan for programs.</summary>
internal static class PlanJson
{
    public static string Write(PlanView plan)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("schema", "plan/1");
            WriteList(json, "requested", plan.Requested);
            json.WriteStartArray("steps");
            foreach (var step in plan.Steps)
                WriteStep(json, step);
            json.WriteEndArray();
            json.WriteStartArray("parameters");
            foreach (var parameter in plan.Parameters)
            {
                json.WriteStartObject();
                json.WriteString("name", parameter.Switch);
                json.WriteString("value", parameter.Value);
                json.WriteString("source", parameter.Source);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            WriteList(json, "missing", plan.Missing);
            WriteList(json, "notInPlan", plan.NotPlanned.Select(target => target.Name));
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteStep(Utf8JsonWriter json, PlanStep step)
    {
        json.WriteStartObject();
        json.WritePropertyName("number");
        if (step.Number is { } number)
            json.WriteNumberValue(number);
        else
            json.WriteNullValue();
        json.WriteString("target", step.Target.Name);
        json.WriteString("description", step.Target.Description);
        json.WriteString("why", step.Why);
        json.WriteString("skipped", step.Skipped);
        json.WriteBoolean("assuredAfterFailure", step.Target.AssuredAfterFailure);
        WriteList(json, "onlyWhen", step.Target.DynamicConditions.Select(condition => condition.Text));
        WriteList(json, "dependsOn", step.Target.ExecutionDependencies.Select(target => target.Name));
        WriteList(json, "after", step.Target.OrderDependencies.Select(target => target.Name));
        WriteList(json, "triggeredBy", step.Target.TriggerDependencies.Select(target => target.Name));
        json.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
