namespace PhasedRollout.Compose;

/// <summary>Resolves <c>extends</c> as Compose does: within each file before files are merged, the service's own keys over those of the one it extends.
/// Relative paths of another file are those of its own folder.</summary>
/// <param name="load">Reads another file; null when it cannot be read, which it has said.</param>
/// <param name="problems">Where it says what is wrong.</param>
internal sealed class ComposeExtends(Func<string, ComposeScalar, ComposeMapping?> load, List<Problem> problems)
{
    private const string Key = "extends";
    private const int Deepest = 20;

    private readonly Dictionary<string, ComposeMapping?> files = new(StringComparer.Ordinal);

    /// <summary>The file with every service whole. What is extended from a URL keeps its <c>extends</c>.</summary>
    /// <param name="root">The file's root.</param>
    /// <param name="path">Where it stands.</param>
    public ComposeMapping Resolve(ComposeMapping root, string path)
    {
        if (root["services"] is not ComposeMapping services || !services.Entries.Any(entry => entry.Value is ComposeMapping service && service[Key] is not null))
            return root;

        var whole = services with { Entries = [.. services.Entries.Select(entry => entry.Value is ComposeMapping service ? entry with { Value = Whole(service, root, path, []) } : entry)] };
        return root with { Entries = [.. root.Entries.Select(entry => entry.Key == "services" ? entry with { Value = whole } : entry)] };
    }

    private ComposeMapping Whole(ComposeMapping service, ComposeMapping root, string path, IReadOnlyList<(string, string)> on)
    {
        if (Read(service[Key]) is not var (name, file) || (file?.Text is { } address && (address.Contains("://", StringComparison.Ordinal) || address.Contains('$', StringComparison.Ordinal) || address.Length == 0 || address.Any(char.IsControl))))
            return service;

        var ownPath = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(ownPath) ?? "/";
        var otherPath = file?.Text is { } written ? Path.GetFullPath(Path.Combine(folder, written)) : ownPath;
        if (on.Contains((otherPath, name.Text!)) || on.Count > Deepest)
        {
            problems.Add(new Problem(path, $"'{name.Text}' extends itself in a circle", "remove one of the 'extends'", name.Location));
            return Without(service);
        }

        var otherRoot = otherPath == ownPath ? root : Load(otherPath, file!);
        if (otherRoot is null)
            return Without(service);

        var others = otherRoot["services"] as ComposeMapping;
        if (others?[name.Text!] is not ComposeMapping found)
        {
            var names = others?.Entries.Select(entry => entry.Key).ToArray() ?? [];
            problems.Add(new Problem(path, $"extends '{name.Text}', which {(file is null ? "this file" : $"'{file.Text}'")} does not have",
                NearestName.Suggest(name.Text!, names, "name a service of that file"), name.Location));
            return Without(service);
        }

        var extended = Whole(found, otherRoot, otherPath, [.. on, (otherPath, name.Text!)]);
        return ComposeMerge.Service(Moved(extended, Path.GetDirectoryName(otherPath) ?? "/", folder), Without(service));
    }

    private ComposeMapping? Load(string path, ComposeScalar written)
    {
        if (!files.TryGetValue(path, out var root))
            files[path] = root = load(path, written);
        return root;
    }

    private static (ComposeScalar Name, ComposeScalar? File)? Read(ComposeNode? node) => node switch
    {
        ComposeScalar { Text: { Length: > 0 } } name => (name, null),
        ComposeMapping mapping when mapping["service"] is ComposeScalar { Text: { Length: > 0 } } name => (name, mapping["file"] as ComposeScalar),
        _ => null,
    };

    private static ComposeMapping Without(ComposeMapping service) => service with { Entries = [.. service.Entries.Where(entry => entry.Key != Key)] };

    // What a path of one folder is called in another.
    internal static ComposeMapping Moved(ComposeMapping service, string from, string to)
    {
        return from == to ? service : service with { Entries = [.. service.Entries.Select(entry => entry with { Value = Value(entry.Key, entry.Value) })] };

        ComposeNode Value(string key, ComposeNode value) => (key, value) switch
        {
            ("build", ComposeScalar context) => Path(context, IsPlace),
            ("build", ComposeMapping build) when build["context"] is not null =>
                build with { Entries = [.. build.Entries.Select(entry => entry.Key == "context" && entry.Value is ComposeScalar context ? entry with { Value = Path(context, IsPlace) } : entry)] },
            ("env_file", ComposeScalar file) => Path(file, IsFile),
            ("env_file", ComposeSequence files) => files with { Items = [.. files.Items.Select(item => item is ComposeScalar file ? Path(file, IsFile) : Below(item, "path", IsFile))] },
            ("volumes", ComposeSequence volumes) => volumes with { Items = [.. volumes.Items.Select(item => item is ComposeScalar volume ? Bind(volume) : Below(item, "source", IsDotted))] },
            _ => value,
        };

        ComposeNode Below(ComposeNode item, string key, Func<string, bool> isRelative) => item is ComposeMapping mapping
            ? mapping with { Entries = [.. mapping.Entries.Select(entry => entry.Key == key && entry.Value is ComposeScalar path ? entry with { Value = Path(path, isRelative) } : entry)] }
            : item;

        ComposeScalar Bind(ComposeScalar volume) => volume.Text is { } text && IsDotted(text) && text.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon
            ? volume with { Text = Relative(text[..colon]) + text[colon..] }
            : volume;

        ComposeScalar Path(ComposeScalar path, Func<string, bool> isRelative) => path.Text is { } text && isRelative(text) ? path with { Text = Relative(text) } : path;

        string Relative(string path)
        {
            var relative = System.IO.Path.GetRelativePath(to, System.IO.Path.Combine(from, path)).Replace('\\', '/');
            return relative.StartsWith("..", StringComparison.Ordinal) ? relative : $"./{relative}";
        }
    }

    private static bool IsDotted(string path) => path.StartsWith("./", StringComparison.Ordinal) || path.StartsWith("../", StringComparison.Ordinal) || path is "." or "..";

    private static bool IsFile(string path) => !System.IO.Path.IsPathRooted(path) && !path.StartsWith('~') && !path.StartsWith('$');

    // No URL, no scp address.
    private static bool IsPlace(string context) => IsFile(context) && !context.Contains("://", StringComparison.Ordinal) && !context.Contains('@', StringComparison.Ordinal)
        && !context.StartsWith("github.com/", StringComparison.OrdinalIgnoreCase);
}
