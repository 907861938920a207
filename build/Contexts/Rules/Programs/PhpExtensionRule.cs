using System.Text.Json;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC232: the extensions of PHP that <c>composer.json</c> and its lock file ask for are in the image in which composer installs.</summary>
internal sealed class PhpExtensionRule : DockerfileRule
{
    // php -m of the official images, in every version since 7.2 (https://github.com/docker-library/php).
    private static readonly HashSet<string> InTheImage = new(StringComparer.OrdinalIgnoreCase)
    {
        "core", "ctype", "curl", "date", "dom", "fileinfo", "filter", "ftp", "hash", "iconv", "json", "libxml", "mbstring", "mysqlnd", "openssl", "pcre", "pdo", "pdo_sqlite",
        "phar", "posix", "readline", "reflection", "session", "simplexml", "sodium", "spl", "sqlite3", "standard", "tokenizer", "xml", "xmlreader", "xmlwriter", "zlib",
        "random", "opcache", "zend-opcache", "lexbor", "uri",
    };

    // Where one of them is missing, the name says so; of others nothing is claimed.
    private static readonly HashSet<string> Addable = new(StringComparer.OrdinalIgnoreCase)
    {
        "bcmath", "bz2", "calendar", "exif", "gd", "gmp", "imagick", "imap", "intl", "ldap", "memcached", "mongodb", "mysqli", "pcntl", "pdo_mysql", "pdo_pgsql", "pgsql", "redis",
        "soap", "sockets", "xsl", "zip", "amqp", "apcu", "igbinary", "swoole", "grpc", "rdkafka", "gettext", "sysvsem", "sysvshm", "tidy", "snmp", "ssh2",
    };

    private static readonly string[] ProjectFiles = ["composer.json", "composer.lock"];

    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StageSteps.Of(subject, dockerfile).SelectMany(Lists).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<int>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (step is not { Image.Repository: "php", IsNeeded: true, Memory.IsOpaque: false } || step.Words.Any(word => word.StartsWith("--ignore-platform-req", StringComparison.Ordinal)))
                continue;

            var memory = step.Memory.Text;
            var wanted = Lists(step).SelectMany(file => subject.Files.TryGetValue(file, out var bytes) ? Wanted(bytes, step.Words.Contains("--no-dev")) : []);
            var missing = wanted.Where(name => Addable.Contains(name) && !InTheImage.Contains(name) && !memory.Contains(name, StringComparison.OrdinalIgnoreCase))
                .Distinct(StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal).ToList();
            if (missing.Count > 0 && told.Add(step.Run.Stage.Index))
                yield return About(
                    subject, "VC232", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' wants the extension{(missing.Count > 1 ? "s" : "")} {TreeFolders.Enumerate(missing, 6)}, and {step.Run.Stage.BaseImage} has "
                        + $"{(missing.Count > 1 ? "them" : "it")} not: composer refuses to install",
                    $"COPY --from=mlocati/php-extension-installer /usr/bin/install-php-extensions /usr/bin/ and RUN install-php-extensions {string.Join(' ', missing)} before it; "
                        + "or --ignore-platform-reqs in a stage that only fetches");
        }
    }

    private static IEnumerable<string> Lists(StageStep step) => step is { Program: "composer" } && step.Words.Any(word => word is "install" or "update" or "i")
        && !step.Words.Any(word => word is "global" or "-d" || word.StartsWith("--working-dir", StringComparison.Ordinal))
            ? ProjectFiles.Select(name => step.Run.Files.Look(name, step.Command.Folder).File).OfType<string>()
            : [];

    // "ext-gd" of the project, and of every package that is locked.
    private static IEnumerable<string> Wanted(byte[] text, bool isProduction)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return [];

            // A platform that the project pretends is not asked of the image.
            var pretended = root.TryGetProperty("config", out var config) && config.ValueKind == JsonValueKind.Object && config.TryGetProperty("platform", out var platform) ? Names(platform).ToHashSet() : [];
            var lists = new List<JsonElement> { root };
            foreach (var key in isProduction ? new[] { "packages" } : ["packages", "packages-dev"])
                if (root.TryGetProperty(key, out var packages) && packages.ValueKind == JsonValueKind.Array)
                    lists.AddRange(packages.EnumerateArray().Where(package => package.ValueKind == JsonValueKind.Object));
            return
            [
                .. lists.SelectMany(it => (it.TryGetProperty("require", out var require) ? Names(require) : [])
                        .Concat(!isProduction && it.TryGetProperty("name", out _) is false && it.TryGetProperty("require-dev", out var development) ? Names(development) : []))
                    .Except(pretended),
            ];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Names(JsonElement section) => section.ValueKind != JsonValueKind.Object ? []
        : [.. section.EnumerateObject().Select(it => it.Name).Where(name => name.StartsWith("ext-", StringComparison.Ordinal)).Select(name => name["ext-".Length..])];
}
