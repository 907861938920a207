using PhasedRollout.Deployment;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;
using static PhasedRollout.Diagnosis.KnownText;

namespace PhasedRollout.Diagnosis;

/// <summary>What a builder's output means. The first text of the table that is found anywhere in it decides: causes stand before their consequences.</summary>
internal static class BuildOutput
{
    private static readonly KnownText[] Texts =
    [
        Of(@"no space left on device", (_, line) => EngineError.DiskFull(line)),
        Of(@"cannot locate specified Dockerfile: ?(?<file>\S+)|unable to evaluate symlinks in Dockerfile path|failed to read dockerfile: open (?<file>[^\s:]+): no such file", (_, line) => new Symptom(
            FailureClass.DockerfileMissing, "the builder found no Dockerfile in the context", "correct dockerfile, or commit the file", line)),
        Of(@"couldn't find remote ref (?<ref>\S+)", (match, line) => new Symptom(
            FailureClass.BuildContextNotFound, $"the repository has no ref {match.Groups["ref"].Value}", "correct the ref after # in the context", line)),
        Of(@"stat \S*docker-build-git\S*: no such file or directory|unable to find subdirectory", (_, line) => new Symptom(
            FailureClass.BuildContextNotFound, "the repository has no such folder at the ref", "correct the path after the colon in the context", line)),
        Of(@"(pull access denied for (?<image>[^\s,]+)|manifest for (?<image>\S+) not found|manifest unknown|(?<image>\S+): not found: manifest|failed to resolve source metadata for (?<image>[^\s:]+\S*)|no match for platform in manifest|no matching manifest)", (match, line) =>
            BaseImage(match.Groups["image"].Value, "does not exist, or its registry refuses it", line)),
        Of(@"Get ""?https?://(?<registry>[^/""\s]+)/v2/\S*: ", (match, line) => BaseImage("", $"cannot be pulled: {match.Groups["registry"].Value} cannot be reached from the engine", line)),
        Of(@"toomanyrequests", (_, line) => BaseImage("", "cannot be pulled: the registry has no pulls left for this machine", line)),
        Of(@"(COPY|ADD) failed: (?<why>.*)|failed to (compute cache key|calculate checksum of ref \S+): (?<why>.*not found.*)", (match, line) => Failed(
            $"COPY finds no such file: {match.Groups["why"].Value}", "correct the path in COPY (it is relative to the context), or see .dockerignore", line)),
        Of(@"unknown instruction: (?<word>\S+)", (match, line) => Failed(
            $"the Dockerfile has an unknown instruction {match.Groups["word"].Value}", "correct the line; heredocs and RUN --mount need BuildKit (docker buildx)", line)),
        Of(@"dockerfile parse error( on)? line (?<line>\d+): (?<why>.*)", (match, line) => Failed(
            $"the Dockerfile does not parse at line {match.Groups["line"].Value}: {match.Groups["why"].Value}", "correct that line", line)),
        Of(@"the --\w+ option requires BuildKit", (_, line) => Failed("the Dockerfile needs BuildKit", "install docker buildx on this machine, or write the Dockerfile without it", line)),
        Of(@"Temporary failure (in name resolution|resolving '(?<host>[^']+)')|Could not resolve( host)?:? '?(?<host>[^\s']+)|getaddrinfo (ENOTFOUND|EAI_AGAIN) (?<host>\S+)|(NewConnectionError|Name or service not known).*", (match, line) => Failed(
            $"the build cannot reach {(match.Groups["host"] is { Success: true } host ? host.Value : "its package index")}: the name does not resolve", "let containers of the engine's host resolve and reach it (DNS, proxy), then deploy again", line)),
        Of(@"No matching distribution found for (?<package>.+)", (match, line) => Failed(
            $"pip finds no version of {match.Groups["package"].Value.Trim()} that fits", "correct the pinned version in the requirements", line)),
        Of(@"Could not find a version that satisfies the requirement (?<package>\S+)", (match, line) => Failed(
            $"pip finds no version that satisfies {match.Groups["package"].Value}", "correct the pinned version in the requirements", line)),
        Of(@"ResolutionImpossible|conflicting dependencies", (_, line) => Failed("pip's requirements contradict each other", "loosen one of the pinned versions that the output names", line)),
        Of(@"npm (ERR!|error) (code E404|404\b.*)", (_, line) => Failed($"npm finds no such package or version: {line}", "correct the name or version in package.json", line)),
        Of(@"npm (ERR!|error) (code )?ERESOLVE.*", (_, line) => Failed("npm's dependencies contradict each other (ERESOLVE)", "loosen one of the versions that the output names", line)),
        Of(@"npm (ERR!|error) .*ETARGET|notarget No matching version found for (?<package>\S+)", (match, line) => Failed($"npm finds no version {match.Groups["package"].Value} that fits", "correct the version in package.json", line)),
        Of(@"can only install( packages)? with an existing package-lock|package\.json and package-lock\.json .* (are not )?in sync", (_, line) => Failed("npm ci needs a package-lock.json that fits package.json", "commit the lock file that npm install writes", line)),
        Of(@"E: Unable to locate package (?<package>\S+)", (match, line) => Failed(
            $"apt knows no package {match.Groups["package"].Value}", "run apt-get update in the same RUN, and correct the package's name for this release", line)),
        Of(@"E: (Version '(?<version>[^']+)' for '(?<package>[^']+)' was not found|Package '(?<package>[^']+)' has no installation candidate)", (match, line) => Failed(
            $"apt has no {match.Groups["package"].Value} {match.Groups["version"].Value}".TrimEnd(), "correct the package's name or version for this release", line)),
        Of(@"error (?<code>NU1\d{3}): (?<why>.*)", (match, line) => Failed($"NuGet cannot restore ({match.Groups["code"].Value}): {match.Groups["why"].Value}", "correct the package's name or version", line)),
        Of(@"error (?<code>(CS|FS|TS|MSB)\d+): (?<why>.*)", (match, line) => Failed($"the code does not compile ({match.Groups["code"].Value}): {match.Groups["why"].Value}", "correct the code", line)),
        Of(@"go: .*(unknown revision|cannot find module|no required module provides).*", (_, line) => Failed($"Go finds no such module or revision: {line}", "correct go.mod", line)),
        Of(@"error: command '(?<tool>[^']+)' failed|(?<tool>gcc|g\+\+|cc|make|cargo|mvn|rustc): (not found|command not found|No such file or directory)|unable to execute '(?<tool>[^']+)'", (match, line) => Failed(
            $"a package is compiled and {match.Groups["tool"].Value} fails or is missing", "install the compiler and headers in the image (build-essential and the -dev packages), or take a base image with ready-made packages", line)),
        Of(@"ModuleNotFoundError: No module named '(?<module>[^']+)'", (match, line) => Failed($"Python finds no module {match.Groups["module"].Value}", "add it to the requirements", line)),
        Of(@"(^|[:\s])(?<command>[\w./-]+): (command )?not found", (match, line) => Failed($"the image has no program {match.Groups["command"].Value}", "install it in an earlier step, or correct its name", line)),
        Of(@"(?<error>^ERROR: .+|^E: .+|^error: .+|^fatal: .+|npm (ERR!|error) (?!A complete log|code|errno).+)", (match, line) => Failed(match.Groups["error"].Value, "correct what the line says", line)),
    ];

    /// <summary>Why <paramref name="failure"/> came about.</summary>
    public static Symptom Read(BuildFailed failure)
    {
        string[] lines = [PlainText.Line(failure.Error, 1000), .. failure.Log.Select(line => PlainText.Line(line, 1000))];
        if (failure.Step is { } step && step.Contains("FROM ", StringComparison.OrdinalIgnoreCase)
            && EngineError.ReadPull(BaseImageOf(step), failure.Error) is { Failure: FailureClass.ImageUnavailable } pull && !Texts[0].Pattern.IsMatch(lines[0]))
            return BaseImage(BaseImageOf(step), $"cannot be had: {pull.What}", lines[0]);

        // The builder's last error is a consequence ("returned a non-zero code"); what the step printed is the cause.
        return Texts.SelectMany(text => lines.Select(text.In)).FirstOrDefault(symptom => symptom is not null)
            ?? Failed(lines[0], "correct the step; the lines above it are its output", lines[0]);
    }

    private static string BaseImageOf(string step) =>
        step[(step.IndexOf("FROM ", StringComparison.OrdinalIgnoreCase) + 5)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .FirstOrDefault(word => !word.StartsWith("--", StringComparison.Ordinal)) ?? "";

    private static Symptom Failed(string what, string remedy, string line) => new(FailureClass.BuildFailure, what, remedy, line);

    private static Symptom BaseImage(string image, string what, string line) => new(
        FailureClass.ImageUnavailable,
        image.Length == 0 ? $"its base image {what}" : $"its base image {image} {what}",
        "correct the FROM line, or make the image available to the engine (docker login, docker load)",
        line,
        image.Length == 0 ? null : $"docker pull {image}");
}
