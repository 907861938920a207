using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Reads project files, <c>Directory.Packages.props</c> and <c>packages.lock.json</c>.</summary>
internal static partial class NuGetFiles
{
    /// <summary>What a project names. A version in a variable, or under a condition, is left out.</summary>
    /// <param name="path">The project, from the repository's root.</param>
    /// <param name="text">Its bytes.</param>
    /// <param name="central">The versions of <c>Directory.Packages.props</c> by name in lower case; empty without one.</param>
    public static PackageFile? ReadProject(string path, byte[] text, IReadOnlyDictionary<string, PackagePin> central)
    {
        if (Parse(text) is not { } project)
            return null;

        var pins = new List<PackagePin>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var reference in Elements(project, "PackageReference"))
        {
            if (Attribute(reference, "Include") is not { } name || IsConditional(reference))
                continue;

            names.Add(name.ToLowerInvariant());
            if ((Attribute(reference, "VersionOverride") ?? Attribute(reference, "Version")) is { } version)
                pins.AddRange(Pin(path, reference, name, version));
            else if (central.TryGetValue(name.ToLowerInvariant(), out var pin))
                pins.Add(pin);
        }

        return new PackageFile { Pins = pins, Names = names, HasOwnIndex = HasOwnIndex(project) };
    }

    /// <summary>The versions of <c>Directory.Packages.props</c>, by name in lower case.</summary>
    public static IReadOnlyDictionary<string, PackagePin> ReadCentral(string path, byte[] text)
    {
        var versions = new Dictionary<string, PackagePin>(StringComparer.Ordinal);
        if (Parse(text) is not { } document)
            return versions;

        var entries = Elements(document, "PackageVersion").Select(element => (Element: element, Name: Attribute(element, "Include"))).Where(entry => entry.Name is not null).ToList();
        // Of a package that stands there twice, the conditions decide.
        foreach (var entry in entries.GroupBy(entry => entry.Name!.ToLowerInvariant()).Where(group => group.Count() == 1).Select(group => group.Single()))
            if (!IsConditional(entry.Element) && Attribute(entry.Element, "Version") is { } version)
                foreach (var pin in Pin(path, entry.Element, entry.Name!, version))
                    versions[entry.Name!.ToLowerInvariant()] = pin;

        return versions;
    }

    /// <summary>The projects that a solution names, relative to its folder, with forward slashes.</summary>
    public static IEnumerable<string> ReadSolution(string text) =>
        ProjectPath().Matches(text).Select(match => match.Groups["path"].Value.Replace('\\', '/')).Distinct(StringComparer.Ordinal);

    /// <summary>The versions of <c>packages.lock.json</c> that the project names itself. Of a package that several frameworks have in different versions, each.</summary>
    public static IReadOnlyList<PackagePin> ReadLock(string path, byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.AsMemory(text.AsSpan().StartsWith("\uFEFF"u8) ? 3 : 0));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("dependencies", out var frameworks) && frameworks.ValueKind == JsonValueKind.Object
                ? [.. frameworks.EnumerateObject().Where(framework => framework.Value.ValueKind == JsonValueKind.Object).SelectMany(framework => framework.Value.EnumerateObject())
                    .Select(package => Locked(path, text, package)).OfType<PackagePin>().Distinct()]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static PackagePin? Locked(string path, byte[] text, JsonProperty package)
    {
        var isDirect = package.Value.ValueKind == JsonValueKind.Object && package.Value.TryGetProperty("type", out var type) && type.ValueEquals("Direct");
        var version = isDirect && package.Value.TryGetProperty("resolved", out var resolved) && resolved.ValueKind == JsonValueKind.String ? resolved.GetString() : null;
        var line = text.AsSpan(0, Math.Max(0, text.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes($"\"{package.Name}\"")))).Count((byte)'\n') + 1;
        return version is null ? null : new PackagePin(PackageEcosystem.NuGet, package.Name, version, path, line);
    }

    /// <summary>True when a <c>nuget.config</c> names a source of its own.</summary>
    public static bool IsOwnConfiguration(byte[] text) => Parse(text) is not { } document
        || document.Descendants().Where(element => element.Name.LocalName == "packageSources").Elements()
            .Any(element => element.Name.LocalName == "add" && Attribute(element, "value") is { } source
                && !source.TrimEnd('/').StartsWith("https://api.nuget.org/v3/index.json", StringComparison.OrdinalIgnoreCase));

    private static bool HasOwnIndex(XDocument project) => project.Descendants()
        .Any(element => element.Name.LocalName is "RestoreSources" or "RestoreAdditionalProjectSources" or "RestoreConfigFile");

    private static IEnumerable<PackagePin> Pin(string path, XElement element, string name, string version)
    {
        // https://learn.microsoft.com/nuget/concepts/package-versioning: 1.2 is "at least", [1.2] is exact; ranges and floating versions pin nothing.
        var match = Version().Match(version.Trim());
        if (match.Success && (match.Groups["open"].Length > 0) == (match.Groups["close"].Length > 0))
        {
            yield return new PackagePin(PackageEcosystem.NuGet, name.Trim(), match.Groups["version"].Value, path, ((IXmlLineInfo)element).LineNumber)
            {
                IsMinimum = match.Groups["open"].Length == 0,
            };
        }
    }

    private static IEnumerable<XElement> Elements(XDocument document, string name) => document.Descendants().Where(element => element.Name.LocalName == name);

    // MSBuild takes metadata as attributes or as elements.
    private static string? Attribute(XElement element, string name) =>
        element.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Trim()
        ?? element.Elements().FirstOrDefault(child => child.Name.LocalName.Equals(name, StringComparison.OrdinalIgnoreCase))?.Value.Trim();

    private static bool IsConditional(XElement element) =>
        element.AncestorsAndSelf().Any(it => it.Attributes().Any(attribute => attribute.Name.LocalName == "Condition") || it.Name.LocalName is "When" or "Otherwise" or "Target");

    private static XDocument? Parse(byte[] text)
    {
        try
        {
            using var reader = XmlReader.Create(new MemoryStream(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null });
            return XDocument.Load(reader, LoadOptions.SetLineInfo);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^(?<open>\[?)\s*(?<version>[0-9]{1,9}(?:\.[0-9]{1,9}){0,3}(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?)\s*(?<close>\]?)\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Version();

    [GeneratedRegex("""
        "(?<path>[^"\r\n]{1,300}\.(?:cs|fs|vb)proj)"
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex ProjectPath();
}
