using System.Globalization;
using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>The release of the system that an official image is built on: the oldest that its tag may stand for.</summary>
/// <param name="Name">Its name, for people.</param>
internal sealed record SystemRelease(string Name)
{
    /// <summary>The number of a Debian.</summary>
    public const int Trixie = 13;

    /// <summary>The number of a Debian.</summary>
    public const int Bookworm = 12;

    /// <summary>The number of a Debian.</summary>
    public const int Bullseye = 11;

    private const int Buster = 10;
    private const int NewestAlpine = 323;

    /// <summary>The number of a Debian; null for other systems.</summary>
    public int? Debian { get; private init; }

    /// <summary>Year and month of an Ubuntu, such as 2404; null for other systems.</summary>
    public int? Ubuntu { get; private init; }

    /// <summary>The number of an Alpine Linux, such as 319 for 3.19; null for other systems.</summary>
    public int? Alpine { get; private init; }

    /// <summary>The release of <paramref name="image"/>; null where it is not known.</summary>
    public static SystemRelease? Of(BaseImage image) => ImageSystems.Of(image) switch
    {
        _ when image.IsByDigestAlone => null,
        ImageSystem.Alpine when AlpineOf(image) is { } number =>
            new(string.Create(CultureInfo.InvariantCulture, $"Alpine {number / 100}.{number % 100}")) { Alpine = number },
        ImageSystem.SlimDebian when image.Repository == "ubuntu" => UbuntuOf(image.Tag),
        ImageSystem.SlimDebian or ImageSystem.FullDebian when DebianOf(image) is { } number =>
            new(string.Create(CultureInfo.InvariantCulture, $"Debian {number}")) { Debian = number },
        _ => null,
    };

    private static SystemRelease? UbuntuOf(string tag) => tag.Split('-')[0] switch
    {
        "" or "latest" or "noble" or "24.04" => new("Ubuntu 24.04") { Ubuntu = 2404 },
        "jammy" or "22.04" => new("Ubuntu 22.04") { Ubuntu = 2204 },
        "focal" or "20.04" => new("Ubuntu 20.04") { Ubuntu = 2004 },
        _ => null,
    };

    private static int? DebianOf(BaseImage image)
    {
        if (image.Repository is "eclipse-temurin" || image.IsMicrosoft)
            return null;

        var words = image.Tag.Split('-');
        return words.Contains("trixie") ? Trixie : words.Contains("bookworm") ? Bookworm : words.Contains("bullseye") ? Bullseye : words.Contains("buster") ? Buster
            : image.Repository == "debian" ? words[0] switch { "13" or "" or "latest" or "stable" => Trixie, "12" => Bookworm, "11" => Bullseye, "10" => Buster, _ => (int?)null }
            : words.Length == 1 || words is [_, "slim" or "fpm" or "cli" or "apache"] ? ByDefault(image.Repository, words[0]) : null;
    }

    // Tags that are still built moved to Debian 13 in August 2025, those whose version had ended by then stayed on Debian 12 (docker-library/official-images); node's on 12.
    private static int? ByDefault(string repository, string version) => (repository, Numbers(version)) switch
    {
        ("python", [3] or [3, >= 9 and < 20]) => Trixie,
        ("python", [3, 7 or 8]) => Bookworm,
        ("node", [18 or 20 or 22 or 24]) => Bookworm,
        ("ruby", [3, 2]) => Bookworm,
        ("ruby", [3, >= 3 and < 10] or [4, ..]) => Bookworm,
        ("php", [8] or [8, >= 1]) => Bookworm,
        ("golang", [1, >= 21]) or ("rust", [1, >= 73]) => Bookworm,
        ("python" or "node" or "ruby" or "php" or "golang" or "rust", _) when version is "" or "latest" or "lts" or "slim" => Bookworm,
        _ => null,
    };

    private static int? AlpineOf(BaseImage image)
    {
        var words = image.Tag.Split('-');
        if (image.Repository == "alpine")
            return Numbers(words[0]) is [3, var own and < 100, ..] ? 300 + own : words[0] is "" or "latest" or "3" or "edge" ? NewestAlpine : null;
        if (words.FirstOrDefault(word => word.StartsWith("alpine", StringComparison.Ordinal) && word.Length > "alpine".Length) is { } named)
            return Numbers(named["alpine".Length..]) is [3, var number and < 100] ? 300 + number : null;

        // Tags that were still built at the end of 2023 have 3.19 or later.
        const int Least = 319;
        return (image.Repository, Numbers(words[0])) switch
        {
            (_, [-1]) when words[0] is "alpine" or "lts" or "current" or "mainline" or "stable" => Least,
            ("node", [18 or 20 or 22 or 24 or 25 or 26]) or ("golang", [1, >= 21]) or ("php", [8, >= 1]) or ("ruby", [3, >= 2] or [4, ..]) or ("nginx", [1, >= 27]) => Least,
            _ => null,
        };
    }

    private static int[] Numbers(string version) =>
        [.. version.Split('.').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1)];
}
