namespace PhasedRollout.Tests.Demo;

/// <summary>Files of this repository that the demo starts from.</summary>
internal static class RepositoryFiles
{
    public static string Compose { get; } = File.ReadAllText(Repository.PathOf("phases", "compose.yml"));
}
