using Nuke.Common.IO;

namespace Nuke.Common;

/// <summary>Finds the root directory: the nearest one upwards that has a <c>.nuke</c> directory, never the home directory itself.</summary>
internal static class RootDirectorySearch
{
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
