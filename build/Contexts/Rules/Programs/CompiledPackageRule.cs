using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC231: what an install compiles finds a compiler and the headers that it needs.</summary>
internal sealed partial class CompiledPackageRule : DockerfileRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StageSteps.Of(subject, dockerfile).SelectMany(Lists).Distinct(StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        var told = new HashSet<int>();
        foreach (var step in StageSteps.Of(subject, dockerfile))
            if (step is { IsNeeded: true, Memory.IsOpaque: false } && Lack(subject, step) is var (what, needs, remedy) && told.Add(step.Run.Stage.Index))
                yield return About(
                    subject, "VC231", Certainty.Likely, step.Run.Instruction.Instruction,
                    $"'{Shown.Safe(step.Command.ToString(), 80)}' compiles '{what}', which needs {needs}: {step.Run.Stage.BaseImage} has none, and nothing before installs it", remedy);
    }

    private static (string What, string Needs, string Remedy)? Lack(ServiceSubject subject, StageStep step) => step switch
    {
        { Program: "pip" or "pip3", Words: [_, "install", ..] } => Python(subject, step),
        { Program: "npm" or "yarn" or "pnpm" } when Lists(step).FirstOrDefault() is { } manifest => Node(subject, step, manifest),
        { Program: "cargo", Words: [_, "build" or "install" or "test", ..] } when Lists(step).FirstOrDefault() is { } lockFile => Rust(subject, step, lockFile),
        { Program: "go", Words: [_, "build" or "install" or "test", ..] } => Go(step),
        _ => null,
    };

    private static IEnumerable<string> Lists(StageStep step) => (step switch
    {
        { Program: "pip" or "pip3", Words: [_, "install", ..] } =>
            step.Words.Zip(step.Words.Skip(1)).Where(pair => pair.First is "-r" or "--requirement").Select(pair => step.Run.Files.Look(pair.Second, step.Command.Folder).File),
        { Program: "npm", Words: [_, "install" or "ci" or "i", ..] } or { Program: "yarn" or "pnpm", Words: [_] or [_, "install" or "i" or "--frozen-lockfile", ..] } =>
            [step.Run.Files.Look("package.json", step.Command.Folder).File],
        { Program: "cargo", Words: [_, "build" or "install" or "test", ..] } => [step.Run.Files.Look("Cargo.lock", step.Command.Folder).File],
        _ => [],
    }).OfType<string>();

    private static (string, string, string)? Python(ServiceSubject subject, StageStep step)
    {
        // Whoever wants wheels only compiles nothing.
        if (step.Words.Any(word => word.StartsWith("--only-binary", StringComparison.Ordinal) || word is "--no-index" || word.StartsWith("--find-links", StringComparison.Ordinal)))
            return null;

        var names = step.Words.Skip(2).Where(word => !word.StartsWith('-'))
            .Concat(Lists(step).SelectMany(file => subject.Files.TryGetValue(file, out var bytes) ? Encoding.UTF8.GetString(bytes).Split('\n').Where(line => !line.Contains(';', StringComparison.Ordinal)) : []))
            .Select(NameOf).OfType<string>();
        var isFull = ImageSystems.Of(step.Image) == ImageSystem.FullDebian;
        foreach (var package in names.Select(name => CompiledPackages.OfPython.GetValueOrDefault(name)).OfType<CompiledPackage>())
        {
            var headers = package.Headers is { } debian && ImageSystems.Of(step.Image) != ImageSystem.Alpine ? debian : null;
            if (MissingProgramRule.IsMissing(step, "gcc"))
                return (package.Name, "a compiler", Install(step, $"build-essential {headers}".TrimEnd(), $"build-base {AlpineHeaders(package)}".TrimEnd()) + Instead(package));
            if (package.Library is { } library && !(isFull && package.IsInFull) && !library.IsMatch(step.Memory.Text) && ImagePrograms.Has(step.Image, "gcc") is not null)
                return (package.Name, $"the headers of its library ({package.Headers})", Install(step, package.Headers!, AlpineHeaders(package)) + Instead(package));
        }

        return null;
    }

    private static (string, string, string)? Node(ServiceSubject subject, StageStep step, string manifest)
    {
        if (step.Words.Contains("--ignore-scripts") || !subject.Files.TryGetValue(manifest, out var bytes) || !MissingProgramRule.IsMissing(step, "make"))
            return null;

        return Dependencies(bytes).FirstOrDefault(CompiledPackages.OfNode.Contains) is { } found
            ? (found, "python3, make and a compiler for node-gyp", Install(step, "python3 make g++", "python3 make g++"))
            : null;
    }

    private static (string, string, string)? Rust(ServiceSubject subject, StageStep step, string lockFile)
    {
        // The full image has OpenSSL's headers; openssl-src compiles its own.
        if (step.Image.Repository != "rust" || ImageSystems.Of(step.Image) == ImageSystem.FullDebian || subject.Text(lockFile) is not { } text
            || !text.Contains("name = \"openssl-sys\"", StringComparison.Ordinal) || text.Contains("name = \"openssl-src\"", StringComparison.Ordinal)
            || step.Memory.Text.Contains("ssl", StringComparison.OrdinalIgnoreCase) || step.Words.Any(word => word is "-p" or "--package" || word.StartsWith("--features", StringComparison.Ordinal)))
            return null;

        return ("openssl-sys", "the headers of OpenSSL and pkg-config", Install(step, "pkg-config libssl-dev", "pkgconf openssl-dev openssl-libs-static") + "; or rustls in place of OpenSSL");
    }

    private static (string, string, string)? Go(StageStep step)
    {
        var isAsked = step.Command.Written.Contains("CGO_ENABLED=1") || step.Words.Contains("-race")
            || step.Run.Stage.Environment.GetValueOrDefault("CGO_ENABLED") == "1" && !step.Command.Written.Any(word => word.StartsWith("CGO_ENABLED=", StringComparison.Ordinal));
        return isAsked && MissingProgramRule.IsMissing(step, "gcc") && !step.Command.Written.Any(word => word.StartsWith("CC=", StringComparison.Ordinal))
            ? ("C code (cgo)", "a compiler", Install(step, "gcc libc6-dev", "gcc musl-dev") + "; or CGO_ENABLED=0 where no package needs C")
            : null;
    }

    private static string Install(StageStep step, string debian, string alpine) => ImageSystems.Of(step.Image) == ImageSystem.Alpine
        ? $"RUN apk add --no-cache {alpine} before it"
        : $"RUN apt-get update && apt-get install -y --no-install-recommends {debian} before it";

    private static string Instead(CompiledPackage package) => package.Name == "psycopg2" ? "; or psycopg2-binary, which is not compiled" : "";

    private static string AlpineHeaders(CompiledPackage package) => package.Name switch
    {
        "psycopg2" or "psycopg-c" => "postgresql-dev",
        "mysqlclient" => "mariadb-dev",
        "python-ldap" => "openldap-dev",
        "uwsgi" => "linux-headers",
        "netifaces" => "linux-headers",
        _ => "",
    };

    private static string? NameOf(string line) => Requirement().Match(line) is { Success: true } match
        ? match.Groups["name"].Value.Replace('_', '-').ToLowerInvariant() is "psycopg" && match.Groups["extra"].Value.Contains('c', StringComparison.Ordinal) && !match.Groups["extra"].Value.Contains("binary", StringComparison.Ordinal)
            ? "psycopg-c"
            : match.Groups["name"].Value.Replace('_', '-').ToLowerInvariant()
        : null;

    private static IEnumerable<string> Dependencies(byte[] manifest)
    {
        try
        {
            using var document = JsonDocument.Parse(manifest);
            return document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("dependencies", out var all) && all.ValueKind == JsonValueKind.Object
                ? [.. all.EnumerateObject().Select(it => it.Name)]
                : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    [GeneratedRegex(@"^\s*(?<name>[A-Za-z0-9][A-Za-z0-9._-]*)(?:\[(?<extra>[^\]]*)\])?\s*(?:[=<>!~@#].*)?\r?\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Requirement();
}
