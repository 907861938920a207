using PhasedRollout.Rollouts;

namespace PhasedRollout.Phases;

/// <summary>A phase that may be deployed: every context in it is pinned to a verified commit.
/// Made by <see cref="PhasePlanner"/> from a verified rollout, or read back by <see cref="PhaseComposeReader"/> from the files written from one.</summary>
public sealed record Phase
{
    internal Phase()
    {
    }

    /// <summary>Its number, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>Its title.</summary>
    public required string Title { get; init; }

    /// <summary>The services that this phase adds, dependencies first.</summary>
    public required IReadOnlyList<PhaseService> Services { get; init; }
}

/// <summary>A service with the source that was verified.</summary>
/// <param name="Service">The service.</param>
/// <param name="Source">Its source.</param>
public sealed record PhaseService(Service Service, PinnedSource Source);

/// <summary>Where the bytes of a service's image come from.</summary>
public abstract record PinnedSource;

/// <summary>A pre-built image.</summary>
/// <param name="Reference">The image's reference as written.</param>
/// <param name="Digest">The digest that its registry gave for the tag; null when it did not answer, or when the reference holds one.</param>
public sealed record PinnedImage(string Reference, string? Digest = null) : PinnedSource
{
    /// <summary>The reference of exactly the bytes that were verified: with the digest, when there is one.</summary>
    public string Pinned => Digest is null ? Reference : $"{Reference}@{Digest}";
}

/// <summary>A verified context.</summary>
/// <param name="Context">The context as written.</param>
/// <param name="RefName">The ref that was resolved.</param>
/// <param name="Commit">The commit it stood for: 40 hexadecimal digits.</param>
/// <param name="TreeId">The id of the folder's tree.</param>
/// <param name="DockerfilePath">The Dockerfile's path from the repository's root.</param>
public sealed record PinnedBuild(RepositoryContext Context, string RefName, string Commit, string TreeId, string DockerfilePath) : PinnedSource;

/// <summary>A context that nobody could look up; it is never deployed.</summary>
/// <param name="Context">The context as written.</param>
public sealed record UnverifiedBuild(ContextReference Context) : PinnedSource;
