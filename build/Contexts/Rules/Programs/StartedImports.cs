using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>What the first file of a container imports of its own project at once: Python's <c>import x</c> and Node's <c>require('./x')</c> at the start of a line.</summary>
internal static partial class StartedImports
{
    private static readonly string[] NodeEndings = ["", ".js", ".cjs", ".mjs", ".json", ".node", "/index.js", "/index.cjs", "/index.mjs", "/package.json"];

    /// <summary>The script that <paramref name="words"/> start: its path in the container, and in the repository; null when it is not known.</summary>
    public static (string Path, string File)? Script(StartedFiles files, string[] words)
    {
        var path = words switch
        {
            ["python" or "python3", .. var rest] when rest.FirstOrDefault(word => !word.StartsWith('-')) is { } script && script.EndsWith(".py", StringComparison.Ordinal) => script,
            ["node", { } script, ..] when NodeScript().IsMatch(script) => script,
            ["gunicorn" or "uvicorn", ..] when words.Skip(1).Select(word => Application().Match(word)).FirstOrDefault(match => match.Success) is { } found =>
                $"{found.Groups["module"].Value.Replace('.', '/')}.py",
            _ => null,
        };
        return path is not null && files.Look(path).File is { } file ? (StageFiles.Join(files.Folder!, path), file) : null;
    }

    /// <summary>The first import whose file lies in the repository and not in the image; null when there is none.</summary>
    public static (string Importer, string Import, string Source)? Missing(ServiceSubject subject, StartedFiles files, string[] words)
    {
        if (Script(files, words) is not var (path, file) || subject.Text(file) is not { Length: < 200_000 } text)
            return null;

        var (folder, beside) = (path[..Math.Max(path.LastIndexOf('/'), 0)], TreeFolders.ParentOf(file));
        foreach (var name in file.EndsWith(".py", StringComparison.Ordinal) ? PythonNames(text) : NodeNames(text))
        {
            var endings = file.EndsWith(".py", StringComparison.Ordinal) ? [".py", "/__init__.py"] : NodeEndings;
            // Only what stands beside it in the repository, as one file or as a package.
            var source = endings.Select(ending => StageFiles.Join("/" + beside, name + ending)[1..]).FirstOrDefault(candidate => subject.Tree!.Find(candidate) is { } entry && TreeFolders.IsFile(entry));
            if (source is not null && endings.All(ending => files.Look(StageFiles.Join(folder.Length > 0 ? folder : "/", name + ending)).IsAbsent))
                return (file, name, source);
        }

        return null;
    }

    private static IEnumerable<string> PythonNames(string text) =>
        PythonImport().Matches(text).SelectMany(match => match.Groups["names"].Value.Split(',')).Select(name => name.Trim().Split(' ', '.')[0]).Where(name => name.Length > 0).Distinct();

    private static IEnumerable<string> NodeNames(string text) => NodeImport().Matches(text).Select(match => match.Groups["name"].Value).Distinct();

    [GeneratedRegex(@"^(?:import[ ]+(?<names>[A-Za-z_][\w., ]*)|from[ ]+(?<names>[A-Za-z_][\w.]*)[ ]+import\b)", RegexOptions.Multiline)]
    private static partial Regex PythonImport();

    [GeneratedRegex("""^(?:(?:const|let|var)\s+[^\n=]+=\s*)?require\(\s*['"](?<name>\.{1,2}/[\w./-]+)['"]\s*\)|^import\s+(?:[^\n'"]+\s+from\s+)?['"](?<name>\.{1,2}/[\w./-]+)['"]""", RegexOptions.Multiline)]
    private static partial Regex NodeImport();

    [GeneratedRegex(@"^[A-Za-z0-9_./-]+\.(?:js|mjs|cjs)\z")]
    private static partial Regex NodeScript();

    [GeneratedRegex(@"^(?<module>[A-Za-z_]\w*):[A-Za-z_]\w*(?:\(\))?\z")]
    private static partial Regex Application();
}
