using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>The system that an official image is built on, as far as its programs depend on it.</summary>
internal enum ImageSystem
{
    /// <summary>Not known.</summary>
    Unknown,
    /// <summary>Alpine Linux: BusyBox, whose shell is ash.</summary>
    Alpine,
    /// <summary>Debian or Ubuntu with little in it: the shell is dash.</summary>
    SlimDebian,
    /// <summary>Debian with compilers and tools (buildpack-deps): the shell is dash.</summary>
    FullDebian,
}

/// <summary>Tells the systems of official images apart by their tags.</summary>
internal static class ImageSystems
{
    private static readonly string[] DebianNames = ["slim", "stretch", "buster", "bullseye", "bookworm", "trixie"];
    private static readonly string[] OtherSystems =
        ["windows", "nanoserver", "azurelinux", "mariner", "chiseled", "distroless", "ubi", "centos", "al20", "oraclelinux", "amazon", "corretto", "onbuild", "ol8", "ol9"];

    /// <summary>The system of <paramref name="image"/>.</summary>
    public static ImageSystem Of(BaseImage? image)
    {
        if (image is null || OtherSystems.Any(word => image.Tag.Contains(word, StringComparison.Ordinal)))
            return ImageSystem.Unknown;
        if (image.Repository == "alpine")
            return ImageSystem.Alpine;
        if (image.Repository is "debian" or "ubuntu")
            return ImageSystem.SlimDebian;
        if (image.Tag.Contains("alpine", StringComparison.Ordinal))
            return image.Repository is "python" or "node" or "ruby" or "golang" or "rust" or "php" or "nginx" or "httpd" or "openjdk" or "eclipse-temurin" || image.IsMicrosoft
                ? ImageSystem.Alpine
                : ImageSystem.Unknown;

        var isSlim = image.Tag.Contains("slim", StringComparison.Ordinal);
        return image.Repository switch
        {
            "python" or "node" or "ruby" or "rust" or "perl" => isSlim ? ImageSystem.SlimDebian : ImageSystem.FullDebian,
            "golang" or "buildpack-deps" or "gcc" => ImageSystem.FullDebian,
            "php" or "nginx" or "httpd" => ImageSystem.SlimDebian,
            // Without one of these it is Oracle Linux, from 12 on.
            "openjdk" => DebianNames.Any(name => image.Tag.Contains(name, StringComparison.Ordinal)) ? ImageSystem.SlimDebian : ImageSystem.Unknown,
            "eclipse-temurin" => ImageSystem.SlimDebian,
            _ when image.IsMicrosoft => ImageSystem.SlimDebian,
            _ => ImageSystem.Unknown,
        };
    }
}
