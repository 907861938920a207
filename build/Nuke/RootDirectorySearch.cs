using Nuke.Common.IO;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>Finds the root directory: the one given, else the nearest one upwards that has a <c>.nuke</c> directory.</summary>
internal static class RootDirectorySearch
{
    /// <summary>The root, or null and a problem. A program that is started from elsewhere looks upwards from its own place too.</summary>
    public static AbsolutePath? Find(Surroundings surroundings, ParameterCatalog parameters, CommandLine commandLine, List<string> problems)
    {
        var parameter = parameters.BuiltIn.First(candidate => candidate.Name == "Root");
        var given = commandLine.Values.GetValueOrDefault(parameter) ?? EnvironmentValues.Find(parameter, surroundings);
        if (given is not null)
        {
            var directory = Path.GetFullPath(Path.Combine(surroundings.WorkingDirectory, given.Texts.LastOrDefault("")));
            if (Directory.Exists(directory))
                return AbsolutePath.Create(directory);
            problems.Add($"{given.Where}: there is no directory '{directory}'");
            return null;
        }

        var found = Upwards(surroundings.WorkingDirectory) ?? (surroundings.ProgramDirectory is { } program ? Upwards(program) : null);
        if (found is null)
        {
            problems.Add(
                $"Neither '{surroundings.WorkingDirectory}' nor a directory above it has a .nuke directory; run inside the repository, or give --root <path>");
        }

        return found;
    }

    /// <summary>The nearest directory upwards that has a <c>.nuke</c> directory; the home directory counts only where the search begins.</summary>
    public static AbsolutePath? Upwards(string start)
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        for (var directory = new DirectoryInfo(start); directory is not null; directory = directory.Parent)
        {
            if (Directory.Exists(Path.Combine(directory.FullName, ".nuke")) && (directory.FullName != home || directory.FullName == start))
                return AbsolutePath.Create(directory.FullName);
        }

        return null;
    }
}
