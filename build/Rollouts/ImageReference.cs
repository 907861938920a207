using System.Text.RegularExpressions;

namespace PhasedRollout.Rollouts;

/// <summary>The parts of an image's reference, as <c>github.com/distribution/reference</c> reads them.</summary>
/// <param name="Name">The name as written, without tag and digest, such as <c>nginx</c> or <c>ghcr.io/saleor/saleor</c>.</param>
/// <param name="Registry">The registry's host, such as <c>ghcr.io</c>; <c>docker.io</c> when none is written.</param>
/// <param name="Repository">The repository as the registry calls it, such as <c>library/nginx</c> or <c>saleor/saleor</c>.</param>
/// <param name="Tag">The tag; <c>latest</c> when neither tag nor digest is written.</param>
/// <param name="Digest">The digest, such as <c>sha256:…</c>, or null.</param>
public sealed partial record ImageReference(string Name, string Registry, string Repository, string Tag, string? Digest)
{
    /// <summary>Docker Hub's name in references.</summary>
    public const string DockerHub = "docker.io";

    private const int LongestName = 255;

    /// <summary>What a registry is asked for: the digest when there is one, else the tag.</summary>
    public string Manifest => Digest ?? Tag;

    /// <summary>Name, tag and digest, so that equal images have equal texts.</summary>
    public override string ToString() => $"{Name}:{Tag}" + (Digest is null ? "" : $"@{Digest}");

    /// <summary>Takes <paramref name="text"/> apart; null when it is no reference: an upper case letter in the name, or a variable that has no value.</summary>
    public static ImageReference? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > 1000 || Whole().Match(text) is not { Success: true } match || match.Groups["name"].Length > LongestName)
            return null;

        var name = match.Groups["name"].Value;
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : name[..slash];
        var isHost = first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal)
            || first == "localhost" || first.Any(char.IsAsciiLetterUpper);
        var registry = !isHost || first == "index.docker.io" ? DockerHub : first;
        var repository = isHost ? name[(slash + 1)..] : name;
        if (repository.Any(char.IsAsciiLetterUpper) || repository.Contains(':', StringComparison.Ordinal))
            return null;

        if (registry == DockerHub && !repository.Contains('/', StringComparison.Ordinal))
            repository = $"library/{repository}";
        return new ImageReference(
            name, registry, repository,
            match.Groups["tag"] is { Success: true } tag ? tag.Value : "latest",
            match.Groups["digest"] is { Success: true } digest ? digest.Value : null);
    }

    // https://pkg.go.dev/github.com/distribution/reference, "Grammar"; which first component is a host is decided after it.
    [GeneratedRegex("""
        ^(?<name>
          (?:(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[a-fA-F0-9:]+\])(?::[0-9]+)?/)?
          [a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*
        )
        (?::(?<tag>[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,127}))?
        (?:@(?<digest>[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}))?\z
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Whole();
}
