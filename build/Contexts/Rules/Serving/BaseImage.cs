using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>What an image does in front of the command that it is given.</summary>
internal enum EntrypointKind
{
    /// <summary>Not known.</summary>
    Unknown,
    /// <summary>It has none.</summary>
    None,
    /// <summary>A script that ends by running the command.</summary>
    PassesOn,
}

/// <summary>What is known of an image to build on: of the official ones that people use. Everything else is unknown and lowers the certainty.</summary>
/// <param name="Repository">The repository, without registry and <c>library/</c>.</param>
/// <param name="Tag">The tag; empty when there is none.</param>
internal sealed partial record BaseImage(string Repository, string Tag)
{
    private static readonly HashSet<string> WithoutEntrypoint =
        ["scratch", "python", "ruby", "golang", "debian", "ubuntu", "alpine", "busybox", "openjdk", "maven", "gradle", "rust", "buildpack-deps", "composer"];

    private static readonly HashSet<string> PassingOn = ["node", "php", "nginx", "nginxinc/nginx-unprivileged", "eclipse-temurin", "caddy"];

    /// <summary>The image called <paramref name="reference"/>; null when its name is not known.</summary>
    public static BaseImage? Of(string? reference) => reference is not { Length: > 0 } || ComposeText.HasVariable(reference)
        ? null
        : new BaseImage(KnownImage.RepositoryOf(reference), KnownImage.TagOf(reference) ?? "")
        {
            IsByDigestAlone = reference.Contains('@', StringComparison.Ordinal) && KnownImage.TagOf(reference) is null,
        };

    /// <summary>True when a digest says which image it is and no tag does: its version is not known.</summary>
    public bool IsByDigestAlone { get; private init; }

    /// <summary>What it does in front of the command.</summary>
    public EntrypointKind Entrypoint => WithoutEntrypoint.Contains(Repository) || IsMicrosoft ? EntrypointKind.None
        : PassingOn.Contains(Repository) ? EntrypointKind.PassesOn
        : EntrypointKind.Unknown;

    /// <summary>True for an image that brings a language or a bare system, and no folders for data.</summary>
    public bool IsOfLanguage => Entrypoint == EntrypointKind.None || Repository is "node" or "php" or "eclipse-temurin";

    /// <summary>True for the .NET images of Microsoft.</summary>
    public bool IsMicrosoft => Repository.StartsWith("mcr.microsoft.com/dotnet/", StringComparison.Ordinal);

    /// <summary>True when the image is known to have no HEALTHCHECK: none of these has one.</summary>
    public bool HasNoHealthcheck => Entrypoint != EntrypointKind.Unknown || KnownImage.Find(Repository) is not null;

    /// <summary>Its CMD, where that starts a server; null when it has another or it is not known.</summary>
    public IReadOnlyList<string>? Command => Repository switch
    {
        "nginx" or "nginxinc/nginx-unprivileged" => ["nginx", "-g", "daemon off;"],
        "php" when Tag.Contains("fpm", StringComparison.Ordinal) => ["php-fpm"],
        "php" when Tag.Contains("apache", StringComparison.Ordinal) => ["apache2-foreground"],
        _ => null,
    };

    /// <summary>What it sets that decides a port; null when it sets nothing of that name.</summary>
    public string? Variable(string name) => name switch
    {
        // https://learn.microsoft.com/dotnet/core/compatibility/containers/8.0/aspnet-port
        "ASPNETCORE_HTTP_PORTS" when IsMicrosoft && Major >= 8 => "8080",
        "ASPNETCORE_URLS" when IsMicrosoft && Major is > 0 and < 8 => "http://+:80",
        _ => null,
    };

    /// <summary>The first number of the tag; 0 without one.</summary>
    public int Major => FirstNumber().Match(Tag) is { Success: true } match ? int.Parse(match.Value, System.Globalization.CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex("^[0-9]{1,4}")]
    private static partial Regex FirstNumber();
}
