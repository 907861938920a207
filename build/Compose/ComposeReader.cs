using System.Text;

namespace PhasedRollout.Compose;

/// <summary>Reads Compose files. What is no YAML cannot be read and is thrown; keys and shapes that the Compose Specification does not know
/// are collected in <see cref="ComposeFile.Problems"/>.</summary>
public static class ComposeReader
{
    private const int LargestFile = 4 * 1024 * 1024;

    /// <summary>Reads and merges files as Compose does: later ones over earlier ones.</summary>
    /// <param name="paths">The files; at least one.</param>
    /// <exception cref="InvalidInputException">A file is missing or no YAML.</exception>
    public static ComposeFile Read(IReadOnlyList<string> paths)
    {
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count, nameof(paths));
        var problems = new List<Problem>();
        var roots = new List<ComposeMapping>();
        foreach (var path in paths)
        {
            if (ReadText(path, problems) is { } text && Root(text, path, problems) is { } root)
                roots.Add(root);
        }

        return Finish(paths, roots, problems);
    }

    /// <summary>Reads the text of one file.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="path">The path that positions name, and against whose folder relative paths are resolved.</param>
    /// <exception cref="InvalidInputException">It is no YAML.</exception>
    public static ComposeFile Parse(string text, string path)
    {
        var problems = new List<Problem>();
        return Finish([path], Root(text, path, problems) is { } root ? [root] : [], problems);
    }

    private static ComposeFile Finish(IReadOnlyList<string> paths, List<ComposeMapping> roots, List<Problem> problems)
    {
        if (problems.Count > 0)
            throw new InvalidInputException(Problem.Sorted(problems));

        var known = roots.SelectMany(ComposeSchema.Check).ToList();
        var extends = new ComposeExtends(Extended, known);
        var includes = new ComposeIncludes(Extended, extends, known);
        var whole = roots.Zip(paths, (root, path) => includes.Resolve(extends.Resolve(root, path), path)).ToList();
        return problems.Count > 0
            ? throw new InvalidInputException(Problem.Sorted(problems))
            : new ComposeFile(paths, ComposeMerge.Merge(whole)) { Problems = Problem.Sorted(known) };

        ComposeMapping? Extended(string path, ComposeScalar written)
        {
            var before = problems.Count;
            var root = ReadText(path, problems) is { } text ? Root(text, path, problems) : null;
            if (problems.Count > before)
                problems[before] = problems[before] with { Location = problems[before].Location ?? written.Location };
            return root;
        }
    }

    private static ComposeMapping? Root(string text, string path, List<Problem> problems)
    {
        var (root, complaints) = YamlDocument.Parse(text, path);
        problems.AddRange(complaints);
        if (root is ComposeMapping mapping)
            return mapping;

        if (complaints.Count == 0)
        {
            problems.Add(root is null
                ? new Problem(path, "the file is empty", "write a Compose file: at least a 'services:' section with one service")
                : new Problem(path, "the file holds no mapping at its top", "a Compose file starts with keys such as 'name:' and 'services:'", root.Location));
        }

        return null;
    }

    private static string? ReadText(string path, List<Problem> problems)
    {
        try
        {
            if (Directory.Exists(path))
            {
                problems.Add(new Problem(path, "is a folder", "give the path of the Compose file in it"));
                return null;
            }

            if (new FileInfo(path) is { Exists: true, Length: > LargestFile })
            {
                problems.Add(new Problem(path, $"is larger than {LargestFile / 1024 / 1024} MiB", "give a Compose file"));
                return null;
            }

            return File.ReadAllText(path, Encoding.UTF8);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            problems.Add(new Problem(path, "there is no such file", Nearby(path)));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or ArgumentException or NotSupportedException)
        {
            problems.Add(new Problem(path, "the file cannot be read", "check its permissions and its path"));
        }

        return null;
    }

    private static string Nearby(string path)
    {
        const string otherwise = "give the path of a Compose file with --compose-file";
        var folder = Path.GetDirectoryName(Path.GetFullPath(path));
        if (!Directory.Exists(folder))
            return otherwise;

        var names = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Where(name => name.EndsWith(".yml", StringComparison.Ordinal)
            || name.EndsWith(".yaml", StringComparison.Ordinal));
        return NearestName.Suggest(Path.GetFileName(path), names, otherwise);
    }
}
