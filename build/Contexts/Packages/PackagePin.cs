namespace PhasedRollout.Contexts.Packages;

/// <summary>The indexes that packages come from.</summary>
public enum PackageEcosystem
{
    /// <summary>Python: pip and its relatives.</summary>
    PyPI,
    /// <summary>JavaScript: npm, yarn, pnpm.</summary>
    Npm,
    /// <summary>.NET.</summary>
    NuGet,
}

/// <summary>A version that a file names exactly.</summary>
/// <param name="Ecosystem">Where it comes from.</param>
/// <param name="Name">The package as written.</param>
/// <param name="Version">The version as written.</param>
/// <param name="File">The file, from the repository's root.</param>
/// <param name="Line">Its line there, from 1.</param>
internal sealed record PackagePin(PackageEcosystem Ecosystem, string Name, string Version, string File, int Line)
{
    /// <summary>True when a higher version is taken in its place: what <c>Version="1.2.3"</c> means to NuGet.</summary>
    public bool IsMinimum { get; init; }

    /// <summary>True when something that cannot be read here decides whether it is installed at all.</summary>
    public bool IsConditional { get; init; }

    /// <summary>The package as its index knows it, so that it is asked for once.</summary>
    public string IndexName => Ecosystem switch
    {
        PackageEcosystem.PyPI => PythonNames.Normalize(Name),
        PackageEcosystem.NuGet => Name.ToLowerInvariant(),
        _ => Name,
    };
}

/// <summary>What a package file asks for, as far as it can be read.</summary>
internal sealed record PackageFile
{
    /// <summary>The versions that it names exactly.</summary>
    public IReadOnlyList<PackagePin> Pins { get; init; } = [];

    /// <summary>Every package that it names, with a version or not, as its index knows it.</summary>
    public IReadOnlySet<string> Names { get; init; } = new HashSet<string>();

    /// <summary>Files that it includes, relative to its own folder, with what they mean.</summary>
    public IReadOnlyList<(string Path, bool IsConstraint)> Includes { get; init; } = [];

    /// <summary>True when it says where packages come from itself: nothing can be said of the public index then.</summary>
    public bool HasOwnIndex { get; init; }
}

/// <summary>The names of Python's packages.</summary>
internal static class PythonNames
{
    /// <summary>As PEP 503 compares them: lower case, and one dash for any run of dashes, dots and underscores.</summary>
    public static string Normalize(string name)
    {
        var normal = new System.Text.StringBuilder(name.Length);
        foreach (var character in name.ToLowerInvariant())
        {
            if (character is not ('-' or '_' or '.'))
                normal.Append(character);
            else if (normal.Length > 0 && normal[^1] != '-')
                normal.Append('-');
        }

        return normal.ToString();
    }
}
