using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Rules;

namespace PhasedRollout.Contexts.Packages;

/// <summary>The versions that an install pins, read from the files that it installs.</summary>
internal static partial class InstalledPackages
{
    private const int MostSiblings = 8;
    private const int MostProjects = 12;
    private const int MostPins = 60;

    private static readonly string[] CentralFiles = ["Directory.Packages.props", "Directory.Build.props"];

    /// <summary>The files to read for <paramref name="install"/>. What a file includes is not known before it is read, so what may be included is read with it.</summary>
    public static IEnumerable<string> Wanted(PackageInstall install, RepositoryTree tree)
    {
        foreach (var file in install.Files)
            yield return file;

        switch (install.Ecosystem)
        {
            case PackageEcosystem.PyPI:
                foreach (var file in install.Files)
                    foreach (var sibling in TreeFolders.Children(tree, TreeFolders.ParentOf(file)).Select(entry => entry.Path)
                        .Where(path => path != file && MayBeIncluded().IsMatch(TreeFolders.NameOf(path))).Take(MostSiblings))
                        yield return sibling;
                break;
            case PackageEcosystem.NuGet:
                foreach (var path in Above(install.Files[0]).SelectMany(folder => CentralFiles.Append("nuget.config").Append("NuGet.Config").Append("NuGet.config").Select(name => Join(folder, name))))
                    if (tree.Find(path) is not null)
                        yield return path;
                if (IsSolution(install.Files[0]))
                    foreach (var project in tree.Below(TreeFolders.ParentOf(install.Files[0])).Select(entry => entry.Path).Where(IsProject).Take(MostProjects))
                        yield return project;
                break;
        }
    }

    /// <summary>The pins, nothing twice; none when the files name an index of their own.</summary>
    public static IEnumerable<PackagePin> Read(PackageInstall install, ServiceSubject subject)
    {
        var pins = install.Ecosystem switch
        {
            PackageEcosystem.PyPI when install.Files is [.., var last] && PythonLockFile.Is(last) => OfPythonLock(install, subject),
            PackageEcosystem.PyPI => OfPython(install, subject),
            PackageEcosystem.Npm => OfNode(install, subject),
            _ => OfDotNet(install, subject),
        };
        return pins.Where(pin => Askable().IsMatch(pin.IndexName) && pin.Version.Length < 100).Distinct().Take(MostPins);
    }

    private static IEnumerable<PackagePin> OfPython(PackageInstall install, ServiceSubject subject)
    {
        var direct = install.Words.Select(word => RequirementsFile.Read(subject.DockerfileName, word, install.Line, install.Python)).OfType<(string Name, PackagePin? Pin)>().ToList();
        var (pins, names, constraints) = (direct.Select(it => it.Pin).OfType<PackagePin>().ToList(), direct.Select(it => PythonNames.Normalize(it.Name)).ToHashSet(), new List<PackagePin>());
        var open = new Queue<(string Path, bool IsConstraint)>(install.Files.Select(file => (file, false)));
        var seen = new HashSet<(string, bool)>();
        while (open.TryDequeue(out var next))
        {
            if (!seen.Add(next) || subject.Text(next.Path) is not { } text)
                continue;

            var file = RequirementsFile.Read(next.Path, text, install.Python);
            if (file.HasOwnIndex)
                return [];

            (next.IsConstraint ? constraints : pins).AddRange(file.Pins);
            if (!next.IsConstraint)
                names.UnionWith(file.Names);
            foreach (var (path, isConstraint) in file.Includes.Where(include => !include.Path.Contains(':', StringComparison.Ordinal)))
                open.Enqueue((StageFiles.Join("/" + TreeFolders.ParentOf(next.Path), path)[1..], next.IsConstraint || isConstraint));
        }

        // A constraint says nothing of what is not installed.
        return [.. pins, .. constraints.Where(pin => names.Contains(pin.IndexName))];
    }

    private static IEnumerable<PackagePin> OfPythonLock(PackageInstall install, ServiceSubject subject) =>
        subject.Text(install.Files[0]) is { } project && subject.Text(install.Files[1]) is { } text && PythonLockFile.Direct(project, install.Python) is { } direct
            ? PythonLockFile.Read(install.Files[1], text, direct)
            : [];

    private static IEnumerable<PackagePin> OfNode(PackageInstall install, ServiceSubject subject)
    {
        if (!subject.Files.TryGetValue(install.Files[0], out var manifest) || NpmFiles.ReadManifest(manifest) is not { } project)
            return [];

        // A production install leaves them out; a workspace brings some of them itself.
        var dependencies = project.Dependencies.Where(dependency => !(dependency.IsDevelopment && install.LeavesDevelopmentOut)).ToList();
        var lockFile = install.Files.ElementAtOrDefault(1);
        var pins = lockFile is not null && subject.Files.TryGetValue(lockFile, out var text) && ReadLock(lockFile, text, dependencies).ToList() is { Count: > 0 } locked
            ? locked
            : lockFile is not null ? [] : NpmFiles.Pins(install.Files[0], manifest, dependencies);
        return project.HasWorkspaces ? pins.Select(pin => pin with { IsConditional = true }) : pins;
    }

    private static IEnumerable<PackagePin> ReadLock(string path, byte[] text, IReadOnlyList<NpmDependency> dependencies) => TreeFolders.NameOf(path) switch
    {
        "yarn.lock" => NpmFiles.ReadYarnLock(path, System.Text.Encoding.UTF8.GetString(text), dependencies),
        "pnpm-lock.yaml" => NpmFiles.ReadPnpmLock(path, System.Text.Encoding.UTF8.GetString(text), dependencies),
        _ => NpmFiles.ReadLock(path, text, dependencies),
    };

    private static IEnumerable<PackagePin> OfDotNet(PackageInstall install, ServiceSubject subject)
    {
        var folders = Above(install.Files[0]).ToList();
        var configurations = subject.Files.Where(file => TreeFolders.NameOf(file.Key).Equals("nuget.config", StringComparison.OrdinalIgnoreCase));
        if (configurations.Any(file => NuGetFiles.IsOwnConfiguration(file.Value)))
            return [];

        var projects = IsSolution(install.Files[0])
            ? NuGetFiles.ReadSolution(subject.Text(install.Files[0]) ?? "").Select(path => StageFiles.Join("/" + TreeFolders.ParentOf(install.Files[0]), path)[1..])
            : [install.Files[0]];
        // MSBuild takes the nearest one above the project.
        var central = folders.Select(folder => Join(folder, CentralFiles[0])).FirstOrDefault(subject.Files.ContainsKey) is { } props
            ? NuGetFiles.ReadCentral(props, subject.Files[props])
            : new Dictionary<string, PackagePin>();
        var read = projects.Select(path => subject.Files.TryGetValue(path, out var text) ? NuGetFiles.ReadProject(path, text, central) : null).OfType<PackageFile>().ToList();
        var shared = folders.Select(folder => Join(folder, CentralFiles[1])).Where(subject.Files.ContainsKey)
            .Select(path => NuGetFiles.ReadProject(path, subject.Files[path], central)).OfType<PackageFile>();
        // A lock decides alone.
        if (read.Concat(shared).Any(file => file.HasOwnIndex))
            return [];
        return install.Files.ElementAtOrDefault(1) is { } lockFile && subject.Files.TryGetValue(lockFile, out var locked)
            ? NuGetFiles.ReadLock(lockFile, locked)
            : read.SelectMany(file => file.Pins);
    }

    private static IEnumerable<string> Above(string file)
    {
        for (var folder = TreeFolders.ParentOf(file); ; folder = TreeFolders.ParentOf(folder))
        {
            yield return folder;
            if (folder.Length == 0)
                yield break;
        }
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";

    private static bool IsSolution(string path) => path.EndsWith(".sln", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".slnx", StringComparison.OrdinalIgnoreCase);

    private static bool IsProject(string path) => path.EndsWith(".csproj", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".fsproj", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"^(?:.*(?:requirement|constraint).*|base|common|core|prod|production)\.(?:txt|in|pip)\z", RegexOptions.IgnoreCase)]
    private static partial Regex MayBeIncluded();

    [GeneratedRegex(@"^(?:@[A-Za-z0-9._~-]{1,100}/)?[A-Za-z0-9._~-]{1,214}\z")]
    private static partial Regex Askable();
}
