using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads <c>environment</c> and <c>env_file</c>.</summary>
internal sealed class EnvironmentReader(FieldReader fields, string folder)
{
    /// <summary>True when an env file of the service that was read last is not known here: it may be absent, and is, or its path depends on what has no value.</summary>
    public bool HasUnreadFile { get; private set; }

    /// <summary>The variables of a service: those of its env files, and over them its own.</summary>
    public IReadOnlyDictionary<string, string?> Read(ComposeMapping service, string where)
    {
        var result = new Dictionary<string, string?>();
        HasUnreadFile = false;
        foreach (var (path, required, node) in Files(service["env_file"], $"{where}/env_file"))
        {
            var full = Path.GetFullPath(Path.Combine(folder, path));
            if (!required && !File.Exists(full))
            {
                HasUnreadFile = true;
                continue;
            }

            var (entries, problems) = EnvFileReader.Read(full, fields.Variables);
            foreach (var problem in problems)
            {
                // A file that is not there is the compose file's mistake; a line of it is its own.
                fields.Problems.Add(problem.Location is null
                    ? new Problem($"{where}/env_file", $"'{path}': {problem.What}", "create the file, or write { path: …, required: false }", node.Location)
                    : problem);
            }

            foreach (var (name, value) in entries)
                Add(result, name, value, complete: true);
        }

        foreach (var (name, value) in Resolved(service["environment"], $"{where}/environment"))
            result[name] = value;

        return result;
    }

    /// <summary>A mapping or list of variables; a name without a value takes it from the environment, or keeps null.</summary>
    public IReadOnlyDictionary<string, string?> Resolved(ComposeNode? node, string where)
    {
        var result = new Dictionary<string, string?>();
        foreach (var pair in fields.Pairs(node, where))
            Add(result, pair.Name, pair.Value ?? fields.Variables[pair.Name], pair.IsComplete);

        return result;
    }

    private void Add(Dictionary<string, string?> result, string name, string? value, bool complete)
    {
        result[name] = value;
        if (value is null || !complete)
            return;

        if (SecretNames.Contains(name))
            fields.Secret(value);
        if (PasswordIn(value) is { Length: > 0 } password)
        {
            fields.Secret(password);
            fields.Secret(Uri.UnescapeDataString(password));
        }
    }

    // scheme://user:password@host, of any scheme.
    private static string? PasswordIn(string value)
    {
        var start = value.IndexOf("://", StringComparison.Ordinal);
        if (start < 0)
            return null;

        var rest = value[(start + 3)..];
        var end = rest.AsSpan().IndexOfAny('/', '?', '#');
        var authority = end < 0 ? rest : rest[..end];
        var at = authority.LastIndexOf('@');
        var colon = authority.IndexOf(':', StringComparison.Ordinal);
        return at > colon && colon >= 0 ? authority[(colon + 1)..at] : null;
    }

    private List<(string Path, bool Required, ComposeNode Node)> Files(ComposeNode? node, string where)
    {
        var files = new List<(string, bool, ComposeNode)>();
        IReadOnlyList<ComposeNode> items = node is ComposeSequence list ? list.Items : node is null ? [] : [node];
        foreach (var item in items)
        {
            var path = item is ComposeMapping mapping ? fields.Interpolated(mapping["path"], where) : fields.Interpolated(item, where);
            if (path is { IsComplete: true, Text.Length: > 0 } && !path.Text.Contains('\0', StringComparison.Ordinal))
                files.Add((path.Text, fields.Flag((item as ComposeMapping)?["required"], $"{where}/required") ?? true, item));
            else
                HasUnreadFile = true;
        }

        return files;
    }
}
