using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>What verification says of a service.</summary>
public enum Verdict
{
    /// <summary>Nothing blocks.</summary>
    Ready,
    /// <summary>A certain finding blocks.</summary>
    Blocked,
    /// <summary>Nobody here can look it up, or GitHub did not let us; the latter has a finding that blocks.</summary>
    Unknown,
}

/// <summary>A rollout whose every context was looked up. Only <see cref="ContextVerifier"/> makes one.</summary>
public sealed record VerifiedRollout
{
    internal VerifiedRollout()
    {
    }

    /// <summary>The rollout.</summary>
    public required Rollout Rollout { get; init; }

    /// <summary>Its services in the order of the file.</summary>
    public required IReadOnlyList<VerifiedService> Services { get; init; }

    /// <summary>The repositories that were asked, one entry a repository and ref.</summary>
    public required IReadOnlyList<VerifiedRepository> Repositories { get; init; }

    /// <summary>Findings that concern the whole file.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>True when any finding blocks.</summary>
    public bool IsBlocked => AllFindings.Any(finding => finding.Blocks);

    /// <summary>Every finding: those of the whole file, then those of the services in their order.</summary>
    public IEnumerable<Finding> AllFindings => [.. Findings, .. Services.SelectMany(service => service.Findings)];
}

/// <summary>A service and what was found out about its source.</summary>
/// <param name="Service">The service.</param>
/// <param name="Context">Its verified context; null for a pre-built image, and for a context that was not found or cannot be looked up.</param>
/// <param name="DockerfileFound">True, false, or null when it could not be determined or there is none to look for.</param>
/// <param name="Findings">What the rules found, blocking ones first.</param>
/// <param name="Verdict">The verdict.</param>
public sealed record VerifiedService(
    Service Service,
    VerifiedContext? Context,
    bool? DockerfileFound,
    IReadOnlyList<Finding> Findings,
    Verdict Verdict)
{
    /// <summary>The digest that the registry gave for the tag of a pre-built image; null when it was not asked or did not say, and when the compose
    /// file names one itself.</summary>
    public string? ImageDigest { get; init; }

    /// <summary>The images that the build takes from a registry for the platform that it builds for; empty for a pre-built image, and where they cannot be known.</summary>
    public IReadOnlyList<string> BaseImages { get; init; } = [];

    /// <summary>The lines of its Dockerfile that only BuildKit builds.</summary>
    public IReadOnlyList<BuildKitNeed> BuildKitNeeds { get; init; } = [];

    /// <summary>True when its Dockerfile names the frontend that reads it (<c># syntax=</c>).</summary>
    public bool HasSyntaxDirective { get; init; }
}

/// <summary>A folder of a commit that holds a Dockerfile.</summary>
/// <param name="Reference">The context as written.</param>
/// <param name="RefName">The ref that was resolved.</param>
/// <param name="Commit">The commit it stood for: 40 hexadecimal digits.</param>
/// <param name="TreeId">The id of the folder's tree: it changes when, and only when, a byte below it does.</param>
/// <param name="DockerfilePath">The Dockerfile's path from the repository's root, links followed; nothing need be there when the compose file has it inline.</param>
public sealed record VerifiedContext(RepositoryContext Reference, string RefName, string Commit, string TreeId, string DockerfilePath);

/// <summary>A repository that was asked.</summary>
/// <param name="Repository">Its name.</param>
/// <param name="Ref">The ref as written; null for the default branch.</param>
/// <param name="Commit">The commit; null when the ref resolved to none.</param>
/// <param name="Usage">The requests it cost.</param>
public sealed record VerifiedRepository(RepositoryName Repository, string? Ref, string? Commit, ApiUsage Usage);
