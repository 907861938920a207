using PhasedRollout.Contexts.Rules.Serving;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>Which programs official images have, by their Dockerfiles (https://github.com/docker-library). What is not known for sure is not claimed.</summary>
internal static class ImagePrograms
{
    // Each is in none of the images below but those of its own language.
    private static readonly Dictionary<string, string[]> Languages = new(StringComparer.Ordinal)
    {
        ["node"] = ["node"],
        ["npm"] = ["node"],
        ["npx"] = ["node"],
        ["yarn"] = ["node"],
        ["pnpm"] = [],
        ["bun"] = [],
        ["php"] = ["php"],
        ["composer"] = [],
        ["ruby"] = ["ruby"],
        ["gem"] = ["ruby"],
        ["bundle"] = ["ruby"],
        ["go"] = ["golang"],
        ["cargo"] = ["rust"],
        ["java"] = ["openjdk", "eclipse-temurin"],
        ["mvn"] = [],
        ["gradle"] = [],
        ["poetry"] = [],
        ["pipenv"] = [],
        ["uv"] = [],
    };

    private static readonly HashSet<string> Tools = ["git", "curl", "wget", "make", "gcc", "g++", "unzip", "python3", "pip", "pip3", "sudo", "jq", "apt-get", "apt", "apk", "bash", "python"];

    /// <summary>True when something is known of the program.</summary>
    public static bool Knows(string program) => Languages.ContainsKey(program) || Tools.Contains(program);

    /// <summary>True or false where it is known whether <paramref name="image"/> has <paramref name="program"/>; else null.</summary>
    public static bool? Has(BaseImage image, string program)
    {
        var system = ImageSystems.Of(image);
        if (system == ImageSystem.Unknown)
            return null;
        if (Languages.TryGetValue(program, out var images))
            return images.Contains(image.Repository) ? true : IsOwn(image, program) ? null : false;

        return program switch
        {
            "apk" => system == ImageSystem.Alpine,
            "apt-get" or "apt" => system != ImageSystem.Alpine,
            "sudo" or "jq" => image.IsMicrosoft ? null : false,
            "python3" or "python" or "pip" or "pip3" => Python(image, system, program),
            "bash" => system != ImageSystem.Alpine ? true : image.Repository is "eclipse-temurin" || image.IsMicrosoft ? null : false,
            _ => Tool(image, system, program),
        };
    }

    // Those with tools of another language in some versions.
    private static bool IsOwn(BaseImage image, string program) =>
        (image.IsMicrosoft && image.Repository.EndsWith("/sdk", StringComparison.Ordinal) && image.Major is 0 or < 5)
        || (image.Repository is "buildpack-deps" or "gcc" && program is "ruby" or "go")
        || (image.Repository == "gcc" && program is "gem" or "bundle");

    private static bool? Python(BaseImage image, ImageSystem system, string program) => image.Repository == "python" ? true
        : system == ImageSystem.FullDebian ? program is "pip" or "pip3" ? image.Repository is "node" or "ruby" or "golang" ? false : null : null
        : image.Repository is "debian" or "ubuntu" or "alpine" or "node" or "ruby" or "nginx" or "php" or "golang" or "httpd" || image.IsMicrosoft ? false
        : null;

    private static bool? Tool(BaseImage image, ImageSystem system, string program)
    {
        if (system == ImageSystem.FullDebian)
            return image.Repository == "golang" && program == "unzip" ? null : true;
        if (system == ImageSystem.Alpine)
        {
            return program switch
            {
                "wget" or "unzip" => true,
                "curl" => image.Repository is "php" or "nginx" ? true : image.Repository is "eclipse-temurin" || image.IsMicrosoft ? null : false,
                "git" => image.IsMicrosoft ? null : false,
                "make" => false,
                "gcc" or "g++" => image.Repository == "rust" ? null : false,
                _ => null,
            };
        }

        return image.Repository switch
        {
            "rust" => program is "gcc" or "g++" ? null : false,
            "php" => program is "curl" or "make" or "gcc" or "g++" ? true : false,
            "nginx" => program is "curl" ? true : false,
            "eclipse-temurin" => program is "git" or "make" or "gcc" or "g++" ? false : null,
            "openjdk" => image.Tag.Contains("slim", StringComparison.Ordinal) ? false : null,
            "httpd" or "perl" => null,
            _ when image.IsMicrosoft => image.Repository.EndsWith("/sdk", StringComparison.Ordinal) ? program is "make" or "gcc" or "g++" ? false : null : false,
            _ => false,
        };
    }
}
