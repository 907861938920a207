namespace PhasedRollout.Deployment.Docker;

/// <summary>The parts of an image's reference, as github.com/distribution/reference reads them.</summary>
/// <param name="Registry">The registry's host, such as <c>ghcr.io</c>; <c>docker.io</c> when none is written.</param>
/// <param name="Repository">The repository as written, with the registry.</param>
/// <param name="Tag">The tag; <c>latest</c> when neither tag nor digest is written.</param>
/// <param name="Digest">The digest, or null.</param>
internal sealed record ImageName(string Registry, string Repository, string Tag, string? Digest)
{
    public static ImageName Parse(string reference)
    {
        var at = reference.IndexOf('@', StringComparison.Ordinal);
        var digest = at < 0 ? null : reference[(at + 1)..];
        var name = at < 0 ? reference : reference[..at];

        // A colon before the last slash is a registry's port.
        var colon = name.LastIndexOf(':');
        var tagged = colon > name.LastIndexOf('/');
        var repository = tagged ? name[..colon] : name;

        var slash = repository.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : repository[..slash];
        var isHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost";
        return new ImageName(isHost ? first : "docker.io", repository, tagged ? name[(colon + 1)..] : "latest", digest);
    }
}
