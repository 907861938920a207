namespace PhasedRollout.Tests;

/// <summary>Where the repository is, for tests that read its own files.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find(AppContext.BaseDirectory);

    private static string Find(string folder) =>
        File.Exists(System.IO.Path.Combine(folder, "phased-rollout.slnx"))
            ? folder
            : Find(Directory.GetParent(folder)?.FullName ?? throw new InvalidOperationException("no phased-rollout.slnx above the tests"));
}
