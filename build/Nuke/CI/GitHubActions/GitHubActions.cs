namespace Nuke.Common.CI.GitHubActions;

/// <summary>A GitHub Actions runner (environment variables: https://docs.github.com/actions/reference/workflows-and-actions/variables).</summary>
public sealed class GitHubActions : Host, IBuildServer
{
    /// <inheritdoc/>
    public string? Branch => Variable("GITHUB_REF_NAME");

    /// <inheritdoc/>
    public string? Commit => Variable("GITHUB_SHA");

    private static string? Variable(string name) => NukeBuild.Session.Surroundings.Variable(name);
}
