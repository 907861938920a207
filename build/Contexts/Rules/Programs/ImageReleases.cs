using System.Globalization;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>The releases of the systems that official images are built on, by their tags.</summary>
internal static partial class ImageReleases
{
    /// <summary>Debian 13.</summary>
    public const int Trixie = 13;

    /// <summary>Debian 12.</summary>
    public const int Bookworm = 12;

    // What those that move had passed in 2025.
    private const int NewAlpine = 21;

    /// <summary>The release of Debian or Ubuntu that the tag of <paramref name="image"/> is built on at the least, Ubuntu's as a year and a month; null where that
    /// is not known.</summary>
    public static (string Name, int? Debian, int? Ubuntu)? Of(BaseImage image)
    {
        var words = image.Tag.Split('-');
        if (image.Repository == "ubuntu")
            return words[0] switch
            {
                "" or "latest" or "noble" or "24.04" => ("Ubuntu 24.04", null, 2404),
                "jammy" or "22.04" => ("Ubuntu 22.04", null, 2204),
                "focal" or "20.04" => ("Ubuntu 20.04", null, 2004),
                _ => null,
            };
        if (ImageSystems.Of(image) is not (ImageSystem.SlimDebian or ImageSystem.FullDebian) || image.Repository is "eclipse-temurin" || image.IsMicrosoft)
            return null;

        var debian = words.Contains("trixie") ? Trixie : words.Contains("bookworm") ? Bookworm : words.Contains("bullseye") ? 11 : words.Contains("buster") ? 10
            : image.Repository == "debian" ? words[0] switch { "13" or "" or "latest" or "stable" => Trixie, "12" => Bookworm, "11" => 11, "10" => 10, _ => (int?)null }
            : words.Length == 1 || words is [_, "slim" or "fpm" or "cli" or "apache"] ? ByDefault(image.Repository, words[0]) : null;
        return debian is { } number ? ($"Debian {number}", number, null) : null;
    }

    // Tags that are still built moved to Debian 13 in August 2025, those whose version had ended by then stayed on Debian 12 (docker-library/official-images); node's on 12.
    private static int? ByDefault(string repository, string version)
    {
        int[] parts = [.. version.Split('.').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
        return (repository, parts) switch
        {
            ("python", [3] or [3, >= 9 and < 20]) => Trixie,
            ("python", [3, 8]) => Bookworm,
            ("node", [18 or 20 or 22 or 24]) => Bookworm,
            ("ruby", [3, 2]) => Bookworm,
            ("ruby", [3, >= 3 and < 10] or [4, ..]) => Bookworm,
            ("php", [8] or [8, >= 1]) => Bookworm,
            ("golang", [1, >= 21]) or ("rust", [1, >= 73]) => Bookworm,
            _ => null,
        };
    }

    /// <summary>The release of Alpine Linux, as 3.x, that the tag of <paramref name="image"/> is built on at the least; null where that is not known.</summary>
    public static int? AlpineOf(BaseImage image)
    {
        if (ImageSystems.Of(image) != ImageSystem.Alpine)
            return null;
        if (Alpine().Match(image.Repository == "alpine" ? $"alpine{image.Tag}" : image.Tag) is { Success: true } named)
            return int.Parse(named.Groups["minor"].Value, CultureInfo.InvariantCulture);

        // Tags that move with the releases.
        return image switch
        {
            { Repository: "alpine", Tag: "" or "3" or "latest" or "edge" } => NewAlpine,
            { Repository: "node", Tag: "18-alpine" or "20-alpine" or "22-alpine" or "24-alpine" or "lts-alpine" or "alpine" or "current-alpine" } => NewAlpine,
            { Repository: "nginx", Tag: "alpine" or "stable-alpine" or "mainline-alpine" } => NewAlpine,
            _ => null,
        };
    }

    [GeneratedRegex(@"alpine3\.(?<minor>[0-9]{1,3})(?:\.[0-9]+)?(?:-|\z)", RegexOptions.ExplicitCapture)]
    private static partial Regex Alpine();
}
