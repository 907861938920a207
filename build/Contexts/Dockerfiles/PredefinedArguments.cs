namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Arguments that need no ARG, or that builders give a value of their own
/// (docs.docker.com/reference/dockerfile, "Predefined ARGs", "Automatic platform ARGs in the global scope", "BuildKit built-in build args").</summary>
internal static class PredefinedArguments
{
    private static readonly HashSet<string> Platforms = new(StringComparer.Ordinal)
    {
        "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT", "TARGETOSVERSION", "TARGETSTAGE",
        "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "BUILDOSVERSION",
    };

    private static readonly HashSet<string> Proxies = new(StringComparer.OrdinalIgnoreCase)
    {
        "HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY",
    };

    /// <summary>True for the platform arguments. BuildKit sets them, the classic builder does not: their values are unknown.</summary>
    public static bool IsPlatform(string name) => Platforms.Contains(name);

    /// <summary>True for the proxy arguments, whose values come from the builder's configuration.</summary>
    public static bool IsProxy(string name) => Proxies.Contains(name);

    /// <summary>True when a build may pass <paramref name="name"/> to a Dockerfile that does not declare it.</summary>
    public static bool MayBePassed(string name) =>
        IsPlatform(name) || IsProxy(name) || name == "SOURCE_DATE_EPOCH"
        || name.StartsWith("BUILDKIT_", StringComparison.Ordinal) || name.StartsWith("BUILDX_", StringComparison.Ordinal);
}
