using System.Text.Json;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Which frontend reads the file (BuildKit, <c>parser/directives.go</c>, DetectSyntax).</summary>
internal static class SyntaxDirective
{
    private static readonly string[] Dockers = ["docker/dockerfile", "docker/dockerfile-upstream"];

    /// <summary>The frontend that the file asks for in any of the forms that BuildKit looks for; null when there is none.</summary>
    public static string? Find(IReadOnlyList<string> lines, string text)
    {
        var first = lines.Count > 0 && lines[0].StartsWith("#!", StringComparison.Ordinal) ? 1 : 0;
        return Find(lines, first, "#") ?? Find(lines, first, "//") ?? FromJson(text);
    }

    /// <summary>True for Docker's own frontends, whatever their tag and registry spelling.</summary>
    public static bool IsDockers(string frontend)
    {
        var name = frontend.Split('@')[0];
        var colon = name.IndexOf(':', name.LastIndexOf('/') + 1);
        if (colon >= 0)
            name = name[..colon];

        foreach (var registry in (string[])["docker.io/", "index.docker.io/", "registry-1.docker.io/"])
            if (name.StartsWith(registry, StringComparison.Ordinal))
                name = name[registry.Length..];

        return Dockers.Contains(name, StringComparer.Ordinal);
    }

    private static string? Find(IReadOnlyList<string> lines, int first, string comment)
    {
        var reader = new DirectiveReader(comment);
        for (var i = first; i < lines.Count && !reader.IsDone; i++)
            if (reader.Read(lines[i], i + 1) is { Directive: { Name: "syntax", Value: var value } })
                return value.Split(' ')[0];

        return null;
    }

    private static string? FromJson(string text)
    {
        if (!text.TrimStart().StartsWith('{'))
            return null;

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.TryGetProperty("syntax", out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
