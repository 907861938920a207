using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Reads pip's requirements files (https://pip.pypa.io/en/stable/reference/requirements-file-format/).</summary>
internal static partial class RequirementsFile
{
    /// <summary>Reads <paramref name="text"/>; whatever is not understood is passed over.</summary>
    /// <param name="path">The file, from the repository's root.</param>
    /// <param name="text">Its text.</param>
    /// <param name="python">The version of Python that installs it, such as <c>3.12</c>; null when that is not known.</param>
    public static PackageFile Read(string path, string text, string? python)
    {
        var pins = new List<PackagePin>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var includes = new List<(string, bool)>();
        var hasOwnIndex = false;
        foreach (var (line, number) in Lines(text))
        {
            if (line.StartsWith('-'))
            {
                hasOwnIndex |= OwnIndex().IsMatch(line);
                if (Include().Match(line) is { Success: true } include)
                    includes.Add((include.Groups["path"].Value.Trim('"', '\''), include.Groups["constraint"].Success));
                continue;
            }

            if (Read(path, line, number, python) is not { } read)
                continue;

            names.Add(PythonNames.Normalize(read.Name));
            if (read.Pin is { } pin)
                pins.Add(pin);
        }

        return new PackageFile { Pins = pins, Names = names, Includes = includes, HasOwnIndex = hasOwnIndex };
    }

    /// <summary>Reads one requirement, such as <c>Django[bcrypt]==4.2.1; python_version &gt; "3.8"</c>; null when it is none, or is not installed there.</summary>
    public static (string Name, PackagePin? Pin)? Read(string path, string requirement, int line, string? python)
    {
        var name = Name().Match(requirement);
        if (!name.Success)
            return null;

        // Behind the name: [extras], specifiers, ; marker, --options. A URL (name @ https://…), a path and an archive have something else there.
        var rest = requirement[name.Length..].TrimStart();
        if (rest.StartsWith('['))
            rest = rest[(rest.IndexOf(']', StringComparison.Ordinal) + 1)..].TrimStart();
        if (rest.IndexOf(" --", StringComparison.Ordinal) is >= 0 and var options)
            rest = rest[..options];
        var (specifiers, marker) = rest.Split(';', 2) is [var before, var after] ? (before, after) : (rest, "");
        if (!Specifiers().IsMatch(specifiers))
            return null;

        var applies = PythonMarkers.Applies(marker, python);
        if (applies is false)
            return null;

        var exact = specifiers.Trim('(', ')', ' ').Split(',')
            .Select(specifier => Exact().Match(specifier.Trim()))
            .FirstOrDefault(specifier => specifier.Success);
        return (name.Value, exact is null ? null : new PackagePin(PackageEcosystem.PyPI, name.Value, exact.Groups["version"].Value, path, line)
        {
            IsConditional = applies is null,
        });
    }

    // Lines joined by a backslash, without comments.
    private static IEnumerable<(string Line, int Number)> Lines(string text)
    {
        var (joined, start, number) = ("", 0, 0);
        foreach (var raw in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r', ' ', '\t');
            if (joined.Length == 0)
                start = number;
            if (line.EndsWith('\\') && !line.TrimStart().StartsWith('#'))
            {
                joined += line[..^1] + " ";
                continue;
            }

            var whole = (joined + line).Trim();
            joined = "";
            if (Comment().Match(whole) is { Success: true } comment)
                whole = whole[..comment.Index].TrimEnd();
            if (whole.Length is > 0 and < 4000)
                yield return (whole, start);
        }
    }

    [GeneratedRegex(@"(?:^|\s)#")]
    private static partial Regex Comment();

    [GeneratedRegex(@"^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index)(?:\b|[ =]|$)")]
    private static partial Regex OwnIndex();

    [GeneratedRegex(@"^(?:-r|--requirement|(?<constraint>-c|--constraint))[ =]*(?<path>\S+)$", RegexOptions.ExplicitCapture)]
    private static partial Regex Include();

    [GeneratedRegex("^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?(?![A-Za-z0-9._/:-])")]
    private static partial Regex Name();

    [GeneratedRegex(@"^[<>=!~,.*+A-Za-z0-9_\s()-]*\z")]
    private static partial Regex Specifiers();

    [GeneratedRegex(@"^===?\s*(?<version>[A-Za-z0-9!+._-]+(?:\.\*)?)\z")]
    private static partial Regex Exact();
}
