namespace PhasedRollout.Demo.Machines;

/// <summary>The variables under which programs run that were unpacked rather than installed.</summary>
internal static class DebianRoot
{
    /// <summary><c>PATH</c> and <c>LD_LIBRARY_PATH</c> for the programs below a root.</summary>
    public static Dictionary<string, string> Environment(string root, IReadOnlyList<string> searchPath) => new(StringComparer.Ordinal)
    {
        ["PATH"] = string.Join(':', ((string[])["usr/sbin", "usr/bin", "sbin", "bin"]).Select(folder => Path.Combine(root, folder)).Concat(searchPath)),
        ["LD_LIBRARY_PATH"] = string.Join(':', LibraryFolders(root)),
    };

    /// <summary>The folders with this architecture's libraries, such as <c>usr/lib/x86_64-linux-gnu</c>.</summary>
    public static IEnumerable<string> LibraryFolders(string root) =>
        ((string[])["usr/lib", "lib"]).Select(folder => Path.Combine(root, folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateDirectories(folder, "*-linux-gnu*"));
}
