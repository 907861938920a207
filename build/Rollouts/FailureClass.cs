namespace PhasedRollout.Rollouts;

/// <summary>The kinds of failure that a report names. <see cref="FailureClasses.Name"/> gives the word that scripts read.</summary>
public enum FailureClass
{
    /// <summary>None of the others could be shown.</summary>
    Unknown,
    /// <summary>The repository, the ref or the path of a build context does not exist.</summary>
    BuildContextNotFound,
    /// <summary>The context exists, its Dockerfile does not.</summary>
    DockerfileMissing,
    /// <summary>The image could not be built.</summary>
    BuildFailure,
    /// <summary>A host port is taken.</summary>
    PortConflict,
    /// <summary>PostgreSQL or Redis refused, is an unknown host, or lacks the database.</summary>
    DatabaseUnreachable,
    /// <summary>A network does not exist.</summary>
    NetworkMissing,
    /// <summary>A password or token was rejected.</summary>
    CredentialsRejected,
    /// <summary>An image can neither be found nor pulled.</summary>
    ImageUnavailable,
    /// <summary>The container listens on another port than the compose file says.</summary>
    WrongPort,
    /// <summary>The container runs, its health check fails.</summary>
    Unhealthy,
    /// <summary>The container exits again and again.</summary>
    CrashLoop,
    /// <summary>The container was killed for its memory.</summary>
    OutOfMemory,
    /// <summary>No space is left on the target.</summary>
    DiskFull,
    /// <summary>A service depends on one that comes later, or on a cycle.</summary>
    DependencyOrder,
    /// <summary>A secret stands where it can be read.</summary>
    SecretExposed,
    /// <summary>No engine answers.</summary>
    EngineUnreachable,
    /// <summary>GitHub does not answer, or has no requests left for us.</summary>
    GitHubUnavailable,
    /// <summary>Somebody else is deploying.</summary>
    LockHeld,
    /// <summary>The compose file is wrong.</summary>
    InvalidCompose,
    /// <summary>Somebody stopped the run.</summary>
    Cancelled,
}

/// <summary>The words for <see cref="FailureClass"/>.</summary>
public static class FailureClasses
{
    /// <summary>The word that stands in <c>report.json</c>, such as <c>build-context-not-found</c>.</summary>
    public static string Name(this FailureClass failure) => failure switch
    {
        FailureClass.Unknown => "unknown",
        FailureClass.BuildContextNotFound => "build-context-not-found",
        FailureClass.DockerfileMissing => "dockerfile-missing",
        FailureClass.BuildFailure => "build-failure",
        FailureClass.PortConflict => "port-conflict",
        FailureClass.DatabaseUnreachable => "database-unreachable",
        FailureClass.NetworkMissing => "network-missing",
        FailureClass.CredentialsRejected => "credentials-rejected",
        FailureClass.ImageUnavailable => "image-unavailable",
        FailureClass.WrongPort => "wrong-port",
        FailureClass.Unhealthy => "unhealthy",
        FailureClass.CrashLoop => "crash-loop",
        FailureClass.OutOfMemory => "out-of-memory",
        FailureClass.DiskFull => "disk-full",
        FailureClass.DependencyOrder => "dependency-order",
        FailureClass.SecretExposed => "secret-exposed",
        FailureClass.EngineUnreachable => "engine-unreachable",
        FailureClass.GitHubUnavailable => "github-unavailable",
        FailureClass.LockHeld => "lock-held",
        FailureClass.InvalidCompose => "invalid-compose",
        FailureClass.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(failure), failure, "not a failure class"),
    };
}
