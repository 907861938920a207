using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>The registries of images, as somebody who only reads sees them.</summary>
public interface IImageRegistry
{
    /// <summary>Asks the image's registry for it. Whatever the registry says, or that it says nothing, is an answer; each image is asked once.</summary>
    Task<ImageAnswer> FindAsync(ImageReference image, CancellationToken cancellationToken);

    /// <summary>The platforms that the image is there for; null when its registry does not say.</summary>
    Task<IReadOnlyList<ImagePlatform>?> PlatformsAsync(ImageReference image, CancellationToken cancellationToken);
}

/// <summary>What a registry says of an image.</summary>
public abstract record ImageAnswer;

/// <summary>It is there.</summary>
/// <param name="Digest">The digest of its manifest, or of the list of its manifests: <c>sha256:…</c>.</param>
public sealed record ImageFound(string Digest) : ImageAnswer;

/// <summary>The registry answered that it is not there.</summary>
/// <param name="HasRepository">Whether the repository is there at all; null when the registry does not say.</param>
/// <param name="NearestTag">The tag of the same repository whose name comes nearest, or null.</param>
public sealed record ImageAbsent(bool? HasRepository, string? NearestTag) : ImageAnswer;

/// <summary>The registry shows it to others only, and does not say whether it is there.</summary>
/// <param name="LoggedIn">True when credentials were given.</param>
/// <param name="Message">What the registry said.</param>
public sealed record ImageDenied(bool LoggedIn, string Message) : ImageAnswer;

/// <summary>The registry has no requests left for us.</summary>
/// <param name="RetryAfter">When to come back, as the registry said, or null.</param>
public sealed record RegistryBusy(TimeSpan? RetryAfter) : ImageAnswer;

/// <summary>The registry could not be asked.</summary>
/// <param name="Message">Why.</param>
public sealed record RegistryUnreachable(string Message) : ImageAnswer;

/// <summary>A platform of an image.</summary>
/// <param name="OperatingSystem">Such as <c>linux</c>.</param>
/// <param name="Architecture">As Go calls it: <c>amd64</c>, <c>arm64</c>, <c>arm</c>.</param>
/// <param name="Variant">Such as <c>v7</c>, or null.</param>
public sealed record ImagePlatform(string OperatingSystem, string Architecture, string? Variant)
{
    /// <summary>As it is written: <c>linux/arm/v7</c>.</summary>
    public override string ToString() => Variant is null ? $"{OperatingSystem}/{Architecture}" : $"{OperatingSystem}/{Architecture}/{Variant}";

    /// <summary>Takes <c>os/architecture[/variant]</c> apart, with the kernel's names for architectures too; null for anything else.</summary>
    public static ImagePlatform? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.ToLowerInvariant().Split('/') switch
        {
            [{ Length: > 0 } system, { Length: > 0 } architecture] => Of(system, architecture, null),
            [{ Length: > 0 } system, { Length: > 0 } architecture, { Length: > 0 } variant] => Of(system, architecture, variant),
            _ => null,
        };
    }

    /// <summary>True when a machine of platform <paramref name="host"/> runs it: the same, or one that the processor understands as well.</summary>
    public bool RunsOn(ImagePlatform host)
    {
        ArgumentNullException.ThrowIfNull(host);
        return OperatingSystem == host.OperatingSystem
            && (Architecture == host.Architecture || (Architecture, host.Architecture) is ("386", "amd64") or ("arm", "arm64"));
    }

    // containerd/platforms, normalizeArch: the names that uname and older engines use.
    private static ImagePlatform Of(string system, string architecture, string? variant) => architecture switch
    {
        "x86_64" or "x86-64" => new(system, "amd64", variant),
        "aarch64" => new(system, "arm64", variant),
        "armhf" or "armv7l" => new(system, "arm", "v7"),
        "armel" => new(system, "arm", "v6"),
        "i386" or "i686" => new(system, "386", variant),
        _ => new(system, architecture, variant),
    };
}
