using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Reads <c>poetry.lock</c> and <c>uv.lock</c>, as far as these two programs write them: a key a line. Of a lock only what the project itself
/// names is taken, as with npm.</summary>
internal static partial class PythonLockFile
{
    /// <summary>True for the name of one.</summary>
    public static bool Is(string path) => TreeFolders.NameOf(path) is "poetry.lock" or "uv.lock";

    /// <summary>The packages that a <c>pyproject.toml</c> names for itself, as their index knows them; null when it names an index of its own.</summary>
    /// <param name="text">Its text.</param>
    /// <param name="python">The version of Python that installs it, or null.</param>
    public static IReadOnlySet<string>? Direct(string text, string? python)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var (section, inList) = ("", false);
        foreach (var line in text.Split('\n').Select(line => line.Trim()))
        {
            if (inList)
            {
                AddAll(line);
                inList = !line.StartsWith(']') && !line.EndsWith(']');
            }
            else if (Section().Match(line) is { Success: true } header)
            {
                section = header.Groups["name"].Value;
                if (section == "tool.poetry.source")
                    return null;
            }
            else if (section == "project" && line.StartsWith("dependencies", StringComparison.Ordinal) && line.IndexOf('[', StringComparison.Ordinal) is >= 0 and var open)
            {
                AddAll(line[open..]);
                inList = !line.EndsWith(']');
            }
            else if (section == "tool.poetry.dependencies" && Key().Match(line) is { Success: true } key && !IsSpecial().IsMatch(line))
            {
                names.Add(PythonNames.Normalize(key.Groups["name"].Value));
            }
        }

        return names;

        void AddAll(string line)
        {
            foreach (Match quoted in Quoted().Matches(line))
                if (RequirementsFile.Read("", quoted.Groups["text"].Value, 0, python) is { } read)
                    names.Add(PythonNames.Normalize(read.Name));
        }
    }

    /// <summary>The versions that the lock names for <paramref name="direct"/>. What comes from elsewhere than PyPI is left out.</summary>
    /// <param name="path">The lock, from the repository's root.</param>
    /// <param name="text">Its text.</param>
    /// <param name="direct">The packages that the project names.</param>
    public static IReadOnlyList<PackagePin> Read(string path, string text, IReadOnlySet<string> direct)
    {
        var entries = Entries(text).Where(entry => entry.Name is not null && direct.Contains(PythonNames.Normalize(entry.Name))).ToList();
        var twice = entries.GroupBy(entry => PythonNames.Normalize(entry.Name!)).Where(group => group.Count() > 1).Select(group => group.Key).ToHashSet();
        return
        [
            .. from entry in entries
               where entry is { Version: not null, IsFromElsewhere: false }
               select new PackagePin(PackageEcosystem.PyPI, entry.Name!, entry.Version!, path, entry.Line)
               {
                   IsConditional = entry.IsConditional || twice.Contains(PythonNames.Normalize(entry.Name!)),
               },
        ];
    }

    private static IEnumerable<Entry> Entries(string text)
    {
        var (entry, section, number) = ((Entry?)null, "", 0);
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r', ' ');
            if (Section().Match(line) is { Success: true } header)
            {
                section = header.Groups["name"].Value;
                if (section == "package")
                {
                    if (entry is not null)
                        yield return entry;
                    entry = new Entry(number);
                }
                else if (section == "package.source" && entry is not null)
                {
                    entry = entry with { IsFromElsewhere = true };
                }
            }
            else if (section == "package" && entry is not null && Key().Match(line) is { Success: true } key)
            {
                entry = With(entry, key.Groups["name"].Value, key.Groups["value"].Value);
            }
        }

        if (entry is not null)
            yield return entry;
    }

    private static Entry With(Entry entry, string key, string value) => key switch
    {
        "name" => entry with { Name = value.Trim('"') },
        "version" => entry with { Version = value.Trim('"') },
        "source" => entry with { IsFromElsewhere = !value.Contains("registry = \"https://pypi.org/", StringComparison.Ordinal) },
        "optional" => entry with { IsConditional = entry.IsConditional || value != "false" },
        "category" => entry with { IsConditional = entry.IsConditional || value != "\"main\"" },
        "groups" => entry with { IsConditional = entry.IsConditional || !value.Contains("\"main\"", StringComparison.Ordinal) },
        "markers" or "resolution-markers" => entry with { IsConditional = true },
        _ => entry,
    };

    private sealed record Entry(int Line)
    {
        public string? Name { get; init; }

        public string? Version { get; init; }

        public bool IsFromElsewhere { get; init; }

        public bool IsConditional { get; init; }
    }

    [GeneratedRegex(@"^\[\[?\s*(?<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?\z")]
    private static partial Regex Section();

    [GeneratedRegex("""^"?(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)"?\s*=\s*(?<value>.*)\z""")]
    private static partial Regex Key();

    [GeneratedRegex("""(?<quote>["'])(?<text>.*?)\k<quote>""")]
    private static partial Regex Quoted();

    // The interpreter itself, and what is installed only sometimes or from elsewhere.
    [GeneratedRegex(@"^python\s*=|optional\s*=\s*true|markers\s*=|python\s*=|platform\s*=|git\s*=|path\s*=|url\s*=|source\s*=")]
    private static partial Regex IsSpecial();
}
