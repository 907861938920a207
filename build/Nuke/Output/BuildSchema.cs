using System.Text;
using System.Text.Json;
using Nuke.Common.Execution;
using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Common.Output;

/// <summary>Writes <c>.nuke/build.schema.json</c>, by which editors complete <c>.nuke/parameters.json</c>. Only when asked to.</summary>
internal static class BuildSchema
{
    public const string RelativePath = ".nuke/build.schema.json";

    public static string WriteFile(AbsolutePath root, IReadOnlyList<ExecutableTarget> targets, ParameterCatalog parameters)
    {
        (root / RelativePath).WriteAllText(Write(targets, parameters));
        return $"{RelativePath}\n";
    }

    public static string Write(IReadOnlyList<ExecutableTarget> targets, ParameterCatalog parameters)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("$schema", "http://json-schema.org/draft-04/schema#");
            json.WriteStartObject("definitions");
            json.WriteStartObject("ExecutableTarget");
            json.WriteString("type", "string");
            WriteStrings(json, "enum", targets.Where(target => target.Listed).Select(target => target.Name));
            json.WriteEndObject();
            json.WriteStartObject("NukeBuild");
            WriteProperties(json, parameters.BuiltIn);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartArray("allOf");
            json.WriteStartObject();
            WriteProperties(json, parameters.Own);
            json.WriteEndObject();
            json.WriteStartObject();
            json.WriteString("$ref", "#/definitions/NukeBuild");
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray()) + "\n";
    }

    private static void WriteProperties(Utf8JsonWriter json, IEnumerable<Parameter> parameters)
    {
        json.WriteStartObject("properties");
        foreach (var parameter in parameters.Where(parameter => parameter.IsListed).OrderBy(parameter => parameter.Name, StringComparer.Ordinal))
        {
            json.WriteStartObject(parameter.Name);
            if (parameter.Description is { } description)
                json.WriteString("description", description);
            if (parameter.IsSecret)
                json.WriteString("default", "Secrets stand in the environment, not in this file");
            if (parameter.IsArray)
            {
                json.WriteString("type", "array");
                json.WriteStartObject("items");
                WriteType(json, parameter);
                json.WriteEndObject();
            }
            else
            {
                WriteType(json, parameter);
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteType(Utf8JsonWriter json, Parameter parameter)
    {
        if (parameter.IsBuiltIn && parameter.Name is "Target" or "Skip")
        {
            json.WriteString("$ref", "#/definitions/ExecutableTarget");
            return;
        }

        var type = parameter.ElementType;
        json.WriteString("type", type == typeof(bool) ? "boolean"
            : type == typeof(double) || type == typeof(float) || type == typeof(decimal) ? "number"
            : type.IsPrimitive ? "integer" : "string");
        if (parameter.Choices is { } choices)
            WriteStrings(json, "enum", choices);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
