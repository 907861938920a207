using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC240: an extension of PHP that <c>docker-php-ext-install</c> compiles finds its headers.</summary>
internal sealed class PhpHeadersRule : DockerfileRule
{
    // What speaks of a package that brings the headers, that package on Debian, and on Alpine. Packages that bring others along count.
    private static readonly Dictionary<string, (Regex Speaks, string Debian, string Alpine)> Needed = new[]
    {
        ("gd", "libpng|libgd|freetype|magick|cairo|gtk", "libpng-dev", "libpng-dev"),
        ("zip", "libzip", "libzip-dev", "libzip-dev"),
        ("intl", "icu|libxml2|libxslt|magick", "libicu-dev", "icu-dev"),
        ("pgsql", "libpq|postgres", "libpq-dev", "libpq-dev"),
        ("pdo_pgsql", "libpq|postgres", "libpq-dev", "libpq-dev"),
        ("soap", "libxml|libxslt|magick|icu|c-client", "libxml2-dev", "libxml2-dev"),
        ("xsl", "xslt", "libxslt1-dev", "libxslt-dev"),
        ("bz2", "bz2|bzip2", "libbz2-dev", "bzip2-dev"),
        ("gmp", "gmp", "libgmp-dev", "gmp-dev"),
        ("ldap", "ldap", "libldap-dev", "openldap-dev"),
        ("tidy", "tidy", "libtidy-dev", "tidyhtml-dev"),
        ("mbstring", "onig", "libonig-dev", "oniguruma-dev"),
    }.ToDictionary(it => it.Item1, it => (new Regex(it.Item2, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant), it.Item3, it.Item4), StringComparer.Ordinal);

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        foreach (var step in StageSteps.Of(subject, dockerfile))
        {
            if (step is not { Program: "docker-php-ext-install", Image.Repository: "php", IsNeeded: true, Memory.IsOpaque: false }
                || step.Memory.Text.Contains("install-php-extensions", StringComparison.Ordinal))
                continue;

            // Names that a variable gives are not asked.
            var packages = PackagesOf(step).ToList();
            var missing = step.Words.Skip(1).Where(name => !(name == "mbstring" && BringsOnig(step.Image.Tag))).Where(name => Needed.TryGetValue(name, out var it) && !it.Speaks.IsMatch(packages.Count == 0 ? "" : string.Join('\n', packages))).ToList();
            if (missing.Count == 0)
                continue;

            var isAlpine = ImageSystems.Of(step.Image) == ImageSystem.Alpine;
            var wanted = missing.Select(name => isAlpine ? Needed[name].Alpine : Needed[name].Debian).Distinct(StringComparer.Ordinal);
            yield return About(
                subject, "VC240", Certainty.Likely, step.Run.Instruction.Instruction,
                $"'{Shown.Safe(step.Command.ToString(), 80)}' compiles {TreeFolders.Enumerate(missing, 6)}, whose headers {step.Run.Stage.BaseImage} has not, and nothing before installs them",
                isAlpine ? $"RUN apk add --no-cache {string.Join(' ', wanted)} before it" : $"RUN apt-get update && apt-get install -y {string.Join(' ', wanted)} before it");
        }
    }

    // PHP had a copy of oniguruma of its own before 7.4.
    private static bool BringsOnig(string tag) => tag.StartsWith('5') || tag.StartsWith("7.0", StringComparison.Ordinal) || tag.StartsWith("7.1", StringComparison.Ordinal)
        || tag.StartsWith("7.2", StringComparison.Ordinal) || tag.StartsWith("7.3", StringComparison.Ordinal);

    // The extensions' own names are no packages.
    private static IEnumerable<string> PackagesOf(StageStep step) =>
        step.Memory.Text.Split('\n').Where(line => !line.StartsWith("docker-php-ext", StringComparison.Ordinal));
}
