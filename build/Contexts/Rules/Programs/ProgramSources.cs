using System.Text.RegularExpressions;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>What brings a program into an image when it is spoken of: packages and installers by parts of their names.</summary>
internal static class ProgramSources
{
    private const string Compilers = "gcc|g\\+\\+|build-essential|build-base|alpine-sdk|clang|base-devel|development tools|golang|cargo|rustc|rustup|ruby-full|ruby-dev|libtool|gfortran|ghc|r-base|PHPIZE_DEPS|conda|build-dep|musl-dev";

    private static readonly Dictionary<string, Regex> ByProgram = new[]
    {
        ("make", "\\bmake\\b|build-essential|build-base|alpine-sdk|base-devel|development tools|dpkg-dev|ruby-full|ruby-dev|debhelper|devscripts|PHPIZE_DEPS|cmake|build-dep|apt[^\\n]*\\bnpm\\b"),
        ("gcc", Compilers),
        ("g++", Compilers),
        ("node", "node|npm|nvm|volta|\\bfnm\\b"),
        ("npm", "node|npm|nvm|volta|\\bfnm\\b"),
        ("npx", "node|npm|nvm|volta|\\bfnm\\b"),
        ("yarn", "yarn|corepack|nvm|volta"),
        ("pnpm", "pnpm|corepack|nvm|volta|pnpx"),
        ("php", "php|composer"),
        ("ruby", "ruby|rbenv|rvm|asdf|mise|jekyll|bundler"),
        ("gem", "ruby|rbenv|rvm|asdf|mise|jekyll|bundler"),
        ("bundle", "ruby|rbenv|rvm|asdf|mise|jekyll|bundle"),
        ("go", "golang|\\bgo[0-9]|go\\.dev|/go\\b|\\bgo\\b|asdf|mise"),
        ("cargo", "cargo|rust"),
        ("java", "jdk|jre|java|maven|gradle|sdkman|tomcat|sbt|\\bant\\b|leiningen|temurin|corretto|graal|jvm"),
        ("mvn", "maven|mvn|sdkman|asdf|mise"),
        ("gradle", "gradle|sdkman|asdf|mise"),
        ("python3", "python|conda|mamba|ansible|aws|supervisor|certbot|node-gyp|npm|mercurial|gdb|glib|software-properties|lsb-release|meson|yt-dlp|youtube|fail2ban|apparmor|libreoffice|llvm|clang|vim|uv|pip|gobject|pyenv|mise|asdf"),
        ("pip", "pip|conda|mamba|pyenv|virtualenv|venv|uv|mise|asdf|ensurepip|poetry"),
        ("pip3", "pip|conda|mamba|pyenv|virtualenv|venv|uv|mise|asdf|ensurepip|poetry"),
        ("python", "(?<![\\w./-])python(?![\\w3])|python2|is-python3|python-minimal|python-dev|python-pip|alternatives|venv|conda|mamba|pyenv|ln\\s+-|\\buv\\b|mise|asdf|python3?\\.[0-9]|alias|supervisor|symlink"),
        ("bash", "bash|alpine-sdk|npm|git-|maven|gradle|docker|bats|postgresql|mysql|mariadb|openjdk|jdk|aws|kube|helm|chromium|supervisor|perl|libreoffice|imagemagick|xvfb|gnuplot|R-|nodejs"),
        ("unzip", "unzip|zip|p7zip"),
        ("apt-get", "\\bapt|dpkg"),
        ("apt", "\\bapt|dpkg"),
        ("apk", "\\bapk\\b"),
        ("uv", "\\buv\\b|astral|requirements|pipx|pip install \\."),
        ("poetry", "poetry|requirements|pipx"),
        ("pipenv", "pipenv|requirements|pipx"),
    }.ToDictionary(it => it.Item1, it => new Regex(it.Item2, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant), StringComparer.Ordinal);

    /// <summary>True when <paramref name="text"/> speaks of something that brings <paramref name="program"/>.</summary>
    public static bool Speaks(string text, string program) =>
        ByProgram.TryGetValue(program, out var sources) ? sources.IsMatch(text) : text.Contains(program, StringComparison.OrdinalIgnoreCase);

    /// <summary>What a person would write to have <paramref name="program"/> on <paramref name="system"/>.</summary>
    public static string Remedy(string program, ImageSystem system) => program switch
    {
        "pnpm" => "RUN corepack enable, or npm install -g pnpm, before it",
        "yarn" or "bun" => $"RUN npm install -g {program} before it",
        "composer" => "COPY --from=composer:2 /usr/bin/composer /usr/bin/composer before it",
        "uv" => "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/ before it",
        "poetry" or "pipenv" => $"RUN pip install {program} before it",
        "mvn" => "FROM maven:3-eclipse-temurin-21 AS build for this step; or the Maven wrapper, ./mvnw",
        "gradle" => "FROM gradle:8-jdk21 AS build for this step; or the Gradle wrapper, ./gradlew",
        "node" or "npm" or "npx" => "a stage FROM node:22 for this step, and COPY --from of what it makes; or nodejs and npm from the system's packages",
        "sudo" => "leave sudo out: a RUN is root unless USER says otherwise",
        "apk" => "apt-get update && apt-get install -y …: the image is Debian or Ubuntu",
        "apt-get" or "apt" => "apk add --no-cache …: the image is Alpine Linux",
        "python" => "python3; or the package python-is-python3",
        _ => system == ImageSystem.Alpine ? $"RUN apk add --no-cache {PackageOf(program, system)}, before it"
            : $"RUN apt-get update && apt-get install -y --no-install-recommends {PackageOf(program, system)}, before it",
    };

    private static string PackageOf(string program, ImageSystem system) => program switch
    {
        "pip" or "pip3" => system == ImageSystem.Alpine ? "py3-pip" : "python3-pip",
        "gcc" or "g++" => system == ImageSystem.Alpine ? "build-base" : "build-essential",
        "java" => system == ImageSystem.Alpine ? "openjdk21-jre" : "default-jre-headless",
        "php" => system == ImageSystem.Alpine ? "php84" : "php-cli",
        "gem" or "bundle" => "ruby-full",
        _ => program,
    };
}
