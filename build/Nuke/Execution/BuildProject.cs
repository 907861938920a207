using Nuke.Common.IO;

namespace Nuke.Common.Execution;

/// <summary>Finds the project that the running assembly was made from.</summary>
internal static class BuildProject
{
    /// <summary>
    /// The first ancestor of the assembly that holds a project file; for a copy under <c>.nuke/temp</c>, which has no such ancestor,
    /// <c>build/NAME.csproj</c> below the root.
    /// </summary>
    public static AbsolutePath? Find(AbsolutePath rootDirectory, AbsolutePath assemblyFile)
    {
        for (var directory = assemblyFile.Parent; directory is not null; directory = directory.Parent)
        {
            if (directory.DirectoryExists() && directory.GetFiles("*.csproj") is { Count: > 0 } projects)
                return projects.First();
        }

        var conventional = rootDirectory / "build" / $"{assemblyFile.NameWithoutExtension}.csproj";
        return conventional.FileExists() ? conventional : null;
    }
}
