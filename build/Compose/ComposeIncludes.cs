namespace PhasedRollout.Compose;

/// <summary>Resolves <c>include</c> for files named by a path alone: what they hold is as if it stood here, with paths of their own folder. What has an
/// env file or project folder of its own, a URL or a variable stays as it is written.</summary>
/// <param name="load">Reads another file; null when it cannot be read, which it has said.</param>
/// <param name="extends">Makes its services whole.</param>
/// <param name="problems">Where it says what is wrong.</param>
internal sealed class ComposeIncludes(Func<string, ComposeScalar, ComposeMapping?> load, ComposeExtends extends, List<Problem> problems)
{
    private const string Key = "include";
    private const int Deepest = 10;

    private static readonly string[] Sections = ["services", "networks", "volumes", "configs", "secrets", "models"];

    /// <summary>The file with what it includes.</summary>
    /// <param name="root">The file's root, its services whole.</param>
    /// <param name="path">Where it stands.</param>
    /// <param name="depth">How many files included it.</param>
    public ComposeMapping Resolve(ComposeMapping root, string path, int depth = 0)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (root[Key] is not ComposeSequence list || depth > Deepest || list.Items.Select(Read).ToArray() is not { } names || names.Any(name => name is null))
            return root;

        var files = names.Select(name => (Name: name!, Full: Path.GetFullPath(Path.Combine(folder, name!.Text!)))).ToArray();
        if (files.Any(file => HasOwnValues(file.Full, folder)))
            return root;

        var whole = root with { Entries = [.. root.Entries.Where(entry => entry.Key != Key)] };
        foreach (var (name, full) in files)
        {
            if (load(full, name) is not { } read)
                continue;
            var included = Resolve(extends.Resolve(read, full), full, depth + 1);
            if (included[Key] is not null)
                return root;
            whole = Sections.Aggregate(whole, (all, section) => With(all, section, included, name, Path.GetDirectoryName(full) ?? "/", folder));
        }

        return whole;
    }

    private static ComposeScalar? Read(ComposeNode item) => item switch
    {
        ComposeScalar { Text: { Length: > 0 } text } name when !text.Contains(':', StringComparison.Ordinal) && !text.Contains('$', StringComparison.Ordinal) && !text.Any(char.IsControl) => name,
        ComposeMapping { Entries: [{ Key: "path", Value: ComposeScalar path }] } => Read(path),
        ComposeMapping { Entries: [{ Key: "path", Value: ComposeSequence { Items: [ComposeScalar path] } }] } => Read(path),
        _ => null,
    };

    // The variables of an included file come from the .env of its own folder.
    private static bool HasOwnValues(string file, string folder) => Path.GetDirectoryName(file) is { } other && other != folder && File.Exists(Path.Combine(other, ".env"));

    private ComposeMapping With(ComposeMapping root, string section, ComposeMapping included, ComposeScalar name, string from, string to)
    {
        if (included[section] is not ComposeMapping { Entries.Count: > 0 } more)
            return root;

        var own = root[section] as ComposeMapping;
        foreach (var twice in more.Entries.Where(entry => own?[entry.Key] is { } mine && Write(mine) != Write(entry.Value)))
            problems.Add(new Problem($"{section}/{twice.Key}", $"stands in this file and, differently, in '{name.Text}', which it includes", "remove one of the two, or rename it", name.Location));

        var added = more.Entries.Where(entry => own?[entry.Key] is null)
            .Select(entry => section == "services" && entry.Value is ComposeMapping service ? entry with { Value = ComposeExtends.Moved(service, from, to) } : entry);
        var both = new ComposeMapping(own?.Location ?? more.Location, [.. own?.Entries ?? [], .. added]);
        return root with
        {
            Entries = own is null
                ? [.. root.Entries.Where(entry => entry.Key != section), new ComposeEntry(section, more.Location, both)]
                : [.. root.Entries.Select(entry => entry.Key == section ? entry with { Value = both } : entry)],
        };
    }

    private static string Write(ComposeNode node) => ComposeWriter.Write(new ComposeMapping(node.Location, [new ComposeEntry("node", node.Location, node)]));
}
