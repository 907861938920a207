using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Phases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment;

/// <summary>Stands for everything that an image is built from. It holds the id of the context's tree, not the commit: a push that does
/// not touch the context builds nothing. The ignore file and the Dockerfile are in the tree.</summary>
public static class BuildFingerprint
{
    private const int TagLength = 12;

    /// <summary>The fingerprint: 64 hexadecimal digits.</summary>
    /// <param name="service">The service; it must have a build.</param>
    /// <param name="source">Its verified context.</param>
    /// <param name="arguments">Its build arguments with their values.</param>
    public static string Of(Service service, PinnedBuild source, IReadOnlyDictionary<string, string> arguments)
    {
        var build = service.Build ?? throw new ArgumentException($"{service.Name} has no build", nameof(service));
        var parts = new List<string?>
        {
            "phased-rollout/build/1",
            source.TreeId,
            Dockerfile(build, source),
            build.DockerfileInline,
            build.Target,
            service.Platform,
        };
        parts.AddRange(Sorted(arguments));
        parts.Add("labels");
        parts.AddRange(Sorted(build.Labels));

        var text = new StringBuilder();
        foreach (var part in parts)
            text.Append(part is null ? "-" : $"{part.Length}:{part}").Append('\n');

        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>The reference under which the image of a fingerprint is kept.</summary>
    public static string Tag(string project, string service, string fingerprint) =>
        $"{RepositoryPart(project)}-{RepositoryPart(service)}:{fingerprint[..TagLength]}";

    /// <summary>The Dockerfile's path below the context, with forward slashes.</summary>
    public static string Dockerfile(BuildDefinition build, PinnedBuild source)
    {
        var prefix = source.Context.Path.Length == 0 ? "" : source.Context.Path + "/";
        return source.DockerfilePath.StartsWith(prefix, StringComparison.Ordinal) ? source.DockerfilePath[prefix.Length..] : build.Dockerfile;
    }

    /// <summary>The values of arguments or of an environment: what has none is taken from <paramref name="variables"/>, and is left out when it is absent there.</summary>
    public static SortedDictionary<string, string> Values(
        IReadOnlyDictionary<string, string?> declared, IReadOnlyDictionary<string, string> variables)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in declared)
            if ((value ?? variables.GetValueOrDefault(name)) is { } known)
                values[name] = known;

        return values;
    }

    private static IEnumerable<string> Sorted(IReadOnlyDictionary<string, string> values) =>
        values.OrderBy(pair => pair.Key, StringComparer.Ordinal).SelectMany(pair => new[] { pair.Key, pair.Value });

    // A repository's path component: lower case, and separators only between letters and digits (distribution/reference, regexp.go).
    internal static string RepositoryPart(string name)
    {
        var part = new StringBuilder();
        foreach (var character in name.ToLowerInvariant())
            part.Append(char.IsAsciiLetterOrDigit(character) ? character : '-');

        return part.ToString().Trim('-') is { Length: > 0 } fit ? fit : "x";
    }
}
