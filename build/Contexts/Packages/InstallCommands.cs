using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Reads the commands that install packages.</summary>
internal static partial class InstallCommands
{
    // Options of pip install that take the next word.
    private static readonly HashSet<string> PipValues =
    [
        "-t", "--target", "--prefix", "--root", "--src", "--python-version", "--platform", "--implementation", "--abi", "--upgrade-strategy", "--timeout",
        "--retries", "--progress-bar", "--cache-dir", "--trusted-host", "--proxy", "--cert", "--client-cert", "--log", "--exists-action", "--no-binary",
        "--only-binary", "--config-settings", "--global-option", "--root-user-action", "-e", "--editable", "-p", "--python", "--report", "--use-feature",
    ];

    private static readonly HashSet<string> Projects = new([".csproj", ".fsproj", ".vbproj", ".sln", ".slnx"], StringComparer.OrdinalIgnoreCase);

    /// <summary>True for a variable that tells an installer where packages come from.</summary>
    public static bool NamesAnIndex(string variable) => IndexVariable().IsMatch(variable);

    /// <summary>True when a RUN sets an index up.</summary>
    public static bool ConfiguresAnIndex(string run) => IndexSetup().IsMatch(run);

    /// <summary>What <paramref name="words"/> install; null for any other command.</summary>
    /// <param name="words">The words of a command.</param>
    /// <param name="find">Finds the file of the repository that lies at a path of the container, relative to where the command runs.</param>
    /// <param name="tree">The tree of the commit.</param>
    public static PackageInstall? Read(IReadOnlyList<string> words, Func<string, string?> find, RepositoryTree tree) =>
        Strip(words) switch
        {
            [var pip, "install", .. var rest] when Pip().IsMatch(pip) => OfPip(words, rest, find),
            ["python" or "python3", "-m", "pip", "install", .. var rest] => OfPip(words, rest, find),
            ["uv", "pip", "install", .. var rest] => OfPip(words, rest, find),
            ["uv", "sync", .. var rest] => OfLock(words, rest, find, "uv.lock"),
            [var poetry, "install", .. var rest] when Poetry().IsMatch(poetry) => OfLock(words, rest, find, "poetry.lock"),
            ["python" or "python3", "-m", "poetry", "install", .. var rest] => OfLock(words, rest, find, "poetry.lock"),
            ["npm", "ci" or "clean-install" or "install" or "i", .. var rest] => OfNode(words, rest, find, "npm-shrinkwrap.json", "package-lock.json"),
            ["yarn"] => OfNode(words, [], find, "yarn.lock"),
            ["yarn", "install", .. var rest] => OfNode(words, rest, find, "yarn.lock"),
            ["yarn", var flag, .. var rest] when flag.StartsWith("--", StringComparison.Ordinal) => OfNode(words, [flag, .. rest], find, "yarn.lock"),
            ["pnpm", "install" or "i", .. var rest] => OfNode(words, rest, find, "pnpm-lock.yaml"),
            ["dotnet", "restore" or "build" or "publish", .. var rest] => OfDotNet(words, rest, find, tree),
            _ => null,
        };

    // VAR=value in front, and programs that only run another one.
    private static string[] Strip(IReadOnlyList<string> words) =>
        [.. words.SkipWhile(word => Assignment().IsMatch(word) || word is "sudo" or "exec" or "time" or "corepack" or "env")];

    private static PackageInstall? OfPip(IReadOnlyList<string> words, string[] rest, Func<string, string?> find)
    {
        var (files, packages, isWhole) = (new List<string>(), new List<string>(), true);
        for (var i = 0; i < rest.Length; i++)
        {
            var word = rest[i];
            if (IndexOption().IsMatch(word))
                return null;

            if (Option(word, "-r", "--requirement") is { } path)
                Include(path.Length > 0 || i + 1 >= rest.Length ? path : rest[++i]);
            else if (Option(word, "-c", "--constraint") is { } constraint)
                _ = constraint.Length > 0 ? "" : rest.ElementAtOrDefault(++i);
            else if (PipValues.Contains(word))
                i++;
            else if (!word.StartsWith('-'))
                packages.Add(word);
        }

        return files.Count == 0 && packages.Count == 0 ? null : new PackageInstall(PackageEcosystem.PyPI, 0, string.Join(' ', words))
        {
            Files = files,
            Words = packages,
            IsCertain = isWhole,
        };

        void Include(string path)
        {
            if (find(path) is { } file)
                files.Add(file);
            else
                isWhole = false;
        }
    }

    // A part of the groups, or another project, is not told apart.
    private static PackageInstall? OfLock(IReadOnlyList<string> words, string[] rest, Func<string, string?> find, string name)
    {
        if (rest.Any(word => IndexOption().IsMatch(word) || OtherProject().IsMatch(word)) || find("pyproject.toml") is not { } project || find(name) is not { } file)
            return null;

        return new PackageInstall(PackageEcosystem.PyPI, 0, string.Join(' ', words))
        {
            Files = [project, file],
            IsCertain = !rest.Any(word => OnlySome().IsMatch(word)),
        };
    }

    private static PackageInstall? OfNode(IReadOnlyList<string> words, string[] rest, Func<string, string?> find, params IReadOnlyList<string> locks)
    {
        if (rest.Any(word => !word.StartsWith('-') || word.StartsWith("--registry", StringComparison.Ordinal) || word is "-g" or "--global" or "--prefix" or "--cwd" or "-C" or "--dir")
            || find("package.json") is not { } manifest)
            return null;

        return new PackageInstall(PackageEcosystem.Npm, 0, string.Join(' ', words))
        {
            Files = [manifest, .. locks.Select(find).OfType<string>().Take(1)],
            IsCertain = true,
            LeavesDevelopmentOut = rest.Any(word => ProductionOption().IsMatch(word)),
        };
    }

    private static PackageInstall? OfDotNet(IReadOnlyList<string> words, string[] rest, Func<string, string?> find, RepositoryTree tree)
    {
        if (rest.Any(word => word is "-s" or "--source" or "--configfile" or "--no-restore" || word.StartsWith("--source=", StringComparison.Ordinal)
            || word.Contains("RestoreSources", StringComparison.OrdinalIgnoreCase)))
            return null;

        var given = rest.FirstOrDefault(word => !word.StartsWith('-') && Projects.Contains(Path.GetExtension(word).ToLowerInvariant()));
        string[] projects = given is not null
            ? [.. new[] { find(given) }.OfType<string>()]
            : rest is [var folder, ..] && !folder.StartsWith('-') ? In(folder) : In(".");
        if (projects.Length != 1)
            return null;

        // A lock lies beside its project; a restore that may write it anew follows the project.
        var folderOf = given is not null ? TreeFolders.ParentOf(given) : rest is [var named, ..] && !named.StartsWith('-') ? named : ".";
        var file = rest.Contains("--locked-mode") || rest.Any(word => LockedMode().IsMatch(word)) ? find(folderOf.Length == 0 ? "packages.lock.json" : $"{folderOf}/packages.lock.json") : null;
        return new PackageInstall(PackageEcosystem.NuGet, 0, string.Join(' ', words)) { Files = file is null ? projects : [.. projects, file], IsCertain = true };

        // Of a folder dotnet takes the only project or solution. Which ones lie there is known by their names in the tree.
        string[] In(string folder) =>
        [
            .. tree.Below("").Select(entry => TreeFolders.NameOf(entry.Path))
                .Where(name => Projects.Contains(Path.GetExtension(name)))
                .Distinct(StringComparer.Ordinal)
                .Select(name => find($"{folder}/{name}"))
                .OfType<string>()
                .Take(2),
        ];
    }

    // -rfile, -r file, --requirement=file; empty when the next word is the value.
    private static string? Option(string word, string brief, string full) =>
        word == brief || word == full ? ""
        : word.StartsWith(full + "=", StringComparison.Ordinal) ? word[(full.Length + 1)..]
        : word.StartsWith(brief, StringComparison.Ordinal) && !word.StartsWith("--", StringComparison.Ordinal) ? word[brief.Length..]
        : null;

    [GeneratedRegex(@"^(?:.*/)?pip(?:3(?:\.[0-9]+)?)?\z")]
    private static partial Regex Pip();

    [GeneratedRegex(@"^(?:.*/)?poetry\z")]
    private static partial Regex Poetry();

    [GeneratedRegex("^(?:-C|-P|--directory|--project|--package|--all-packages|--script|--only-root|--dry-run|--only-group|--only-dev)(?:=|$)")]
    private static partial Regex OtherProject();

    [GeneratedRegex("^(?:--only|--without|--inexact|--no-install-package)(?:=|$)")]
    private static partial Regex OnlySome();

    [GeneratedRegex("^[-/]p(?:roperty)?:RestoreLockedMode=true\\z", RegexOptions.IgnoreCase)]
    private static partial Regex LockedMode();

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*=")]
    private static partial Regex Assignment();

    [GeneratedRegex("^(?:-i|--index-url|--extra-index-url|-f|--find-links|--no-index|--index|--default-index)(?:=|$)")]
    private static partial Regex IndexOption();

    [GeneratedRegex("^(?:--production|--prod|--omit=dev|--omit=development|--only=prod|-P|--ignore-dev)")]
    private static partial Regex ProductionOption();

    [GeneratedRegex("""
        ^(?:PIP_(?:EXTRA_)?INDEX_URL|PIP_FIND_LINKS|PIP_NO_INDEX|PIP_CONFIG_FILE|UV_(?:EXTRA_|DEFAULT_)?INDEX(?:_URL)?|UV_FIND_LINKS|UV_CONFIG_FILE|POETRY_(?:REPOSITORIES|HTTP_BASIC|PYPI_TOKEN).*
        |NPM_CONFIG_.*REGISTRY|NPM_CONFIG_USERCONFIG|NPM_TOKEN|NPM_REGISTRY.*|YARN_.*REGISTRY.*|RESTORESOURCES|NUGET_.*(?:SOURCE|FEED|CONFIG|TOKEN|PAT).*|VSS_NUGET_.*)\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.IgnoreCase)]
    private static partial Regex IndexVariable();

    [GeneratedRegex("pip3? config|poetry config (?:repositories|http-basic)|poetry source|npm config|npm set|npm login|yarn config|pnpm config|pip\\.conf|\\.npmrc|\\.yarnrc|nuget add|nuget\\.config|nuget update|_INDEX_URL|npm_config_registry",
        RegexOptions.IgnoreCase)]
    private static partial Regex IndexSetup();
}
