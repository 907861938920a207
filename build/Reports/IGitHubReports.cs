namespace PhasedRollout.Reports;

/// <summary>Tells GitHub how a deployment goes.</summary>
public interface IGitHubReports
{
    /// <summary>Makes a Deployment.</summary>
    /// <param name="place">The repository and commit.</param>
    /// <param name="environment">The environment, such as <c>staging</c>.</param>
    /// <param name="description">What is deployed, at most 140 characters.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The deployment's id.</returns>
    /// <exception cref="Rollouts.WorldRefusedException">GitHub said no.</exception>
    Task<long> CreateDeploymentAsync(GitHubPlace place, string environment, string description, CancellationToken cancellationToken);

    /// <summary>Gives a Deployment a status.</summary>
    /// <exception cref="Rollouts.WorldRefusedException">GitHub said no.</exception>
    Task SetDeploymentStatusAsync(GitHubPlace place, long deployment, GitHubState state, string description, CancellationToken cancellationToken);

    /// <summary>Gives a commit a status.</summary>
    /// <param name="place">The repository and commit.</param>
    /// <param name="context">What tells this status from others of the commit.</param>
    /// <param name="state">The state.</param>
    /// <param name="description">The cause, at most 140 characters.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="Rollouts.WorldRefusedException">GitHub said no.</exception>
    Task SetCommitStatusAsync(GitHubPlace place, string context, GitHubState state, string description, CancellationToken cancellationToken);

    /// <summary>Writes a comment at a pull request, over the one that begins with the same <paramref name="marker"/>.</summary>
    /// <exception cref="Rollouts.WorldRefusedException">GitHub said no.</exception>
    Task WriteCommentAsync(GitHubPlace place, int pullRequest, string marker, string body, CancellationToken cancellationToken);
}

/// <summary>Where on GitHub something is told.</summary>
/// <param name="Owner">The repository's owner.</param>
/// <param name="Name">The repository's name.</param>
/// <param name="Commit">The commit: 40 hexadecimal digits.</param>
/// <param name="JobUrl">The page of the job that runs this, or null.</param>
public sealed record GitHubPlace(string Owner, string Name, string Commit, string? JobUrl);

/// <summary>How far it is.</summary>
public enum GitHubState
{
    /// <summary>Under way.</summary>
    InProgress,
    /// <summary>Good.</summary>
    Success,
    /// <summary>Failed.</summary>
    Failure,
    /// <summary>Stopped before it was done.</summary>
    Error,
}
