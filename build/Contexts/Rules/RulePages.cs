using System.Reflection;

namespace PhasedRollout.Contexts.Rules;

/// <summary>The pages of <c>docs/rules</c>, which the program carries within itself.</summary>
public static class RulePages
{
    private const string Prefix = "rules/";
    private static readonly Assembly Program = typeof(RulePages).Assembly;

    /// <summary>The ids that have a page, in order.</summary>
    public static IReadOnlyList<string> Ids =>
    [
        .. Program.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..^".md".Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>The lines of the page of rule <paramref name="id"/>, as Markdown; null when it has none.</summary>
    public static IReadOnlyList<string>? Read(string id)
    {
        using var stream = Program.GetManifestResourceStream($"{Prefix}{id}.md");
        if (stream is null)
            return null;

        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
    }

    /// <summary>Every rule with a line: its id, where it looks, and what it holds to be right.</summary>
    public static IReadOnlyList<string> List() =>
        [.. RuleCatalog.All.Select(rule => $"{rule.Id}  {rule.Station,-14}  {rule.Title}")];
}
