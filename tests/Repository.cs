namespace PhasedRollout.Tests;

/// <summary>This repository, as a test finds it from its own compiled place.</summary>
internal static class Repository
{
    public static string Root { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    /// <summary>The path of a file or folder of the repository.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string Find(DirectoryInfo? directory) => directory switch
    {
        null => throw new InvalidOperationException($"{AppContext.BaseDirectory} is not within the repository"),
        // NUKE's mark of a root; the solution stands there too, also where .nuke is not yet.
        _ when Directory.Exists(Path.Combine(directory.FullName, ".nuke"))
            || File.Exists(Path.Combine(directory.FullName, "phased-rollout.slnx")) => directory.FullName,
        _ => Find(directory.Parent),
    };
}
