using System.Text.Json;

namespace Nuke.Common.ValueInjection;

/// <summary>Reads <c>.nuke/parameters.json</c>: one object, its keys parameter names.</summary>
internal static class ParameterFile
{
    public const string RelativePath = ".nuke/parameters.json";

    public static IReadOnlyDictionary<Parameter, GivenValue> Read(string rootDirectory, ParameterCatalog catalog, List<string> problems)
    {
        var values = new Dictionary<Parameter, GivenValue>();
        var path = Path.Combine(rootDirectory, ".nuke", "parameters.json");
        if (!File.Exists(path))
            return values;

        try
        {
            using var document = JsonDocument.Parse(
                File.ReadAllBytes(path), new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                problems.Add($"{RelativePath}: holds no object; write {{ \"Name\": \"value\" }}");
            else
                ReadObject(document.RootElement, catalog, values, problems);
        }
        catch (JsonException exception)
        {
            problems.Add($"{RelativePath}:{exception.LineNumber + 1}: is not JSON: {exception.Message.Split(" LineNumber:")[0]}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add($"{RelativePath}: cannot be read: {exception.Message}");
        }

        return values;
    }

    private static void ReadObject(
        JsonElement root, ParameterCatalog catalog, Dictionary<Parameter, GivenValue> values, List<string> problems)
    {
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == "$schema")
                continue;
            var where = $"{RelativePath}: {property.Name}";
            if (catalog.Find(property.Name) is not { } parameter)
            {
                var near = Nearest.To(property.Name, catalog.All.Where(known => known.IsListed).Select(known => known.Name));
                problems.Add($"{where}: unknown parameter; {(near is null ? "--help lists those there are" : $"did you mean {near}?")}");
            }
            else if (Texts(property.Value) is not { } texts)
            {
                problems.Add($"{where}: is an object; write a text, a number, true, false or a list of them");
            }
            else if (property.Value.ValueKind == JsonValueKind.Array && !parameter.IsArray)
            {
                problems.Add($"{where}: is a list; it takes one value");
            }
            else if (property.Value.ValueKind != JsonValueKind.Null)
            {
                values[parameter] = new GivenValue(texts, ValueSource.File, where);
            }
        }
    }

    private static List<string>? Texts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                return null;
            case JsonValueKind.Array:
                var all = value.EnumerateArray().Select(Texts).ToList();
                return all.Any(texts => texts is not { Count: 1 }) ? null : [.. all.SelectMany(texts => texts!)];
            case JsonValueKind.String:
                return [value.GetString()!];
            case JsonValueKind.Null:
                return [];
            default:
                return [value.GetRawText()];
        }
    }
}
