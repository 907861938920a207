namespace PhasedRollout.Demo.Machines;

/// <summary>Looks for programs.</summary>
internal static class ProgramFinder
{
    /// <summary>The first file of that name in these folders, or null.</summary>
    public static string? Find(string program, IReadOnlyList<string> folders) =>
        folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
