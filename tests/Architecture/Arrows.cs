using System.Text.RegularExpressions;

namespace PhasedRollout.Tests.Architecture;

/// <summary>The rules of who may use what, read from source text: <c>using</c> lines, qualified names, and names relative to our root namespace.</summary>
internal static partial class Arrows
{
    private const string Root = "PhasedRollout";

    /// <summary>The stations in the order in which data flows through them.</summary>
    private static readonly string[] Flow =
        ["Compose", "Rollouts", "Contexts", "Phases", "Deployment", "Health", "Diagnosis", "Reports", "Runs"];

    private static readonly Toolkit[] Toolkits =
    [
        new("Octokit", place => place.IsAdapter, "only adapter folders such as Contexts/GitHub may"),
        new("Docker.DotNet", place => place.IsAdapter, "only adapter folders such as Deployment/Docker may"),
        new("Npgsql", place => place.IsAdapter, "only adapter folders such as Health/Databases may"),
        new("StackExchange.Redis", place => place.IsAdapter, "only adapter folders such as Health/Databases may"),
        new("YamlDotNet", place => place.Folder == "Compose", "only Compose may"),
        new("Nuke", place => place.IsBuildFile || place.Folder == "Nuke", "only Build*.cs may"),
        new("Serilog", place => place.IsBuildFile || place.Folder == "Nuke", "only Build*.cs and Nuke may"),
        // Implicit usings bring System.Net.Http everywhere, so its types are looked for by name too.
        new("System.Net.Http", place => place.IsAdapter || place.Folder == "Demo", "only adapter folders such as Health/Http may",
            "HttpClient", "HttpMessageHandler", "HttpRequestMessage", "HttpResponseMessage", "DelegatingHandler", "SocketsHttpHandler"),
    ];

    /// <summary>Every break of a rule, as a sentence; empty when all is well.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<SourceText> sources)
    {
        var types = sources.Where(source => Place.Of(source).Folder is not null)
            .SelectMany(source => DeclaredType().Matches(source.Code).Select(match => (Place.Of(source).Folder, Name: match.Groups[1].Value)))
            .ToHashSet();

        return [.. sources.SelectMany(source => Check(source, Place.Of(source), types)).Distinct()];
    }

    private static IEnumerable<string> Check(SourceText source, Place place, HashSet<(string? Folder, string Name)> types)
    {
        foreach (var toolkit in Toolkits.Where(toolkit => !toolkit.Allows(place) && toolkit.IsUsedIn(source)))
            yield return $"{source.Path} uses {toolkit.Namespace}; {toolkit.Remedy}";

        if (place.Folder is not { } folder)
        {
            if (!place.IsBuildFile)
                yield return $"{source.Path} stands in no folder of the flow; only Build*.cs may";
            yield break;
        }

        if (folder is not ("Demo" or "Nuke") && !Flow.Contains(folder))
        {
            yield return $"{source.Path} stands in {folder}, which is no station of the flow: {string.Join(" ▶ ", Flow)}";
            yield break;
        }

        if (folder != "Nuke")
        {
            var expected = string.Join('.', place.Folders.Prepend(Root));
            var declared = DeclaredNamespace().Match(source.Code).Groups[1].Value;
            if (declared != expected)
                yield return $"{source.Path} declares namespace {declared}; its folder says {expected}";
        }

        foreach (var used in UsedFolders(source, types).Where(used => used != folder).Distinct())
        {
            var position = Array.IndexOf(Flow, folder);
            if (folder is "Demo" or "Nuke")
                yield return $"{source.Path} uses {used}; {folder} stands beside the flow and uses none of it";
            else if (used is "Demo" or "Nuke")
                yield return $"{source.Path} uses {used}, which stands beside the flow";
            else if (Array.IndexOf(Flow, used) > position)
                yield return $"{source.Path} uses {used}, which comes after {folder} in the flow";
        }
    }

    private static IEnumerable<string> UsedFolders(SourceText source, HashSet<(string? Folder, string Name)> types)
    {
        var qualified = QualifiedName().Matches(source.Code).Select(match => match.Groups[1].Value);
        // Within our namespaces "Phases.Phase" means PhasedRollout.Phases.Phase; "Phases.Count" is a property.
        var relative = RelativeName().Matches(source.Code)
            .Where(match => types.Contains((match.Groups[1].Value, match.Groups[2].Value)))
            .Select(match => match.Groups[1].Value);
        return qualified.Concat(relative).Where(folder => Flow.Contains(folder) || folder is "Demo" or "Nuke");
    }

    [GeneratedRegex(@"\b(?:record\s+struct|record\s+class|record|class|struct|interface|enum)\s+([A-Z]\w*)")]
    private static partial Regex DeclaredType();

    [GeneratedRegex(@"^\s*namespace\s+([\w.]+)", RegexOptions.Multiline)]
    private static partial Regex DeclaredNamespace();

    [GeneratedRegex(@"\bPhasedRollout\s*\.\s*([A-Z]\w*)")]
    private static partial Regex QualifiedName();

    [GeneratedRegex(@"(?<![\w.]\s*)\b([A-Z]\w*)\s*\.\s*([A-Z]\w*)")]
    private static partial Regex RelativeName();

    private sealed record Toolkit(string Namespace, Func<Place, bool> Allows, string Remedy, params string[] Types)
    {
        public bool IsUsedIn(SourceText source) =>
            Regex.IsMatch(source.Code, $@"(?<![\w.]){Regex.Escape(Namespace)}(?=[.;\s])(?!\s*[=({{])")
            || Types.Any(type => Regex.IsMatch(source.Code, $@"(?<![\w.]){type}\b"));
    }

    /// <summary>Where a file stands below <c>build/</c>.</summary>
    private sealed record Place(IReadOnlyList<string> Folders, string Name)
    {
        public string? Folder => Folders.Count > 0 ? Folders[0] : null;

        public bool IsAdapter => Folders.Count > 1 && (Flow.Contains(Folders[0]) || Folders[0] == "Demo");

        public bool IsBuildFile => Folders.Count == 0 && Name.StartsWith("Build", StringComparison.Ordinal);

        public static Place Of(SourceText source)
        {
            var parts = source.Path.Split('/');
            return new Place(parts[1..^1], parts[^1]);
        }
    }
}
