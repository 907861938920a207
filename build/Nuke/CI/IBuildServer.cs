namespace Nuke.Common.CI;

/// <summary>A host that is a build server.</summary>
public interface IBuildServer
{
    /// <summary>The branch that is built, or null when the server does not say.</summary>
    string? Branch { get; }

    /// <summary>The commit that is built, or null when the server does not say.</summary>
    string? Commit { get; }
}
