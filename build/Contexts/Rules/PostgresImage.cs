using System.Globalization;
using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules;

/// <summary>What the name of an image with PostgreSQL says of it: of the official one, and of those that are built on it and start by its script.</summary>
/// <param name="IsOfficial">True for <c>postgres</c> itself.</param>
/// <param name="Version">The major version as PostgreSQL writes it, such as <c>9.6</c> or <c>16</c>; null when the tag names none.</param>
internal sealed partial record PostgresImage(bool IsOfficial, string? Version)
{
    /// <summary>The first major version with a folder of its own.</summary>
    public const int FirstWithOwnFolder = 18;

    /// <summary>Where the image may keep its data, whatever its version.</summary>
    public const string Parent = "/var/lib/postgresql";

    /// <summary>Where it kept them before it had a folder for each version.</summary>
    public const string OldFolder = "/var/lib/postgresql/data";

    // Tags of the official image that follow the newest version; what others call so is not known.
    private static readonly string[] Newest = ["latest", "alpine", "bookworm", "trixie"];

    /// <summary>The major version as a number; 0 when the tag names none.</summary>
    public int Major => Version is null ? 0 : int.Parse(Version.Split('.')[0], CultureInfo.InvariantCulture);

    /// <summary>Where it keeps its data while <c>PGDATA</c> is not set; null when the tag names no version.</summary>
    public string? Folder => Major switch
    {
        0 => null,
        < FirstWithOwnFolder => OldFolder,
        _ => string.Create(CultureInfo.InvariantCulture, $"{Parent}/{Major}/docker"),
    };

    /// <summary>The minor version; null when the tag follows the newest.</summary>
    public int? Minor { get; private init; }

    /// <summary>True when it is built on Alpine Linux.</summary>
    public bool IsAlpine { get; private init; }

    /// <summary>True when the tag follows the newest major version.</summary>
    public bool IsNewest { get; private init; }

    /// <summary>True when a digest says which image it is, whatever the tag.</summary>
    public bool HasDigest { get; private init; }

    /// <summary>What <paramref name="image"/> says; null when it is no such image.</summary>
    public static PostgresImage? Of(string? image)
    {
        if (image is null || ComposeText.HasVariable(image) || KnownImage.Find(image)?.Kind != "postgresql")
            return null;

        var repository = KnownImage.RepositoryOf(image);
        var tag = KnownImage.TagOf(image);
        var isOfficial = repository == "postgres";
        // Of images that build on it the tag says something else as well: postgis 15-3.4, timescaledb 2.14.2-pg16, pgvector pg16.
        var match = tag is null ? null : isOfficial || repository == "postgis/postgis" ? LeadingMajor().Match(tag) : PostgresSuffix().Match(tag);
        return new PostgresImage(isOfficial, match is { Success: true } ? match.Groups["major"].Value : null)
        {
            Minor = isOfficial && match?.Groups["minor"] is { Success: true } minor ? int.Parse(minor.Value, CultureInfo.InvariantCulture) : null,
            IsAlpine = repository == "timescale/timescaledb" || tag?.Contains("alpine", StringComparison.Ordinal) == true,
            IsNewest = isOfficial && (tag is null || Newest.Contains(tag)),
            HasDigest = image.Contains('@', StringComparison.Ordinal),
        };
    }

    // What follows is no part of the number, and no mark of a version that is not out yet (19beta1, 18rc1).
    [GeneratedRegex(@"\A(?<major>9\.[0-9]|[1-9][0-9])(?:\.(?<minor>[0-9]{1,3}))?(?![0-9a-z])")]
    private static partial Regex LeadingMajor();

    [GeneratedRegex(@"pg(?<major>[0-9]{2})(?![0-9])")]
    private static partial Regex PostgresSuffix();
}
