using System.Collections.Concurrent;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC219: the versions that a Dockerfile installs exist in their package index.</summary>
/// <param name="index">The indexes.</param>
public sealed class PackageRule(IPackageIndex index) : IServiceRule
{
    private const string Id = "VC219";

    // One file that is wrong in every line need not be told in every line.
    private const int MostFindings = 10;

    private readonly ConcurrentDictionary<PackageEcosystem, bool> silent = new();

    /// <inheritdoc/>
    public IEnumerable<string> Files(ServiceSubject subject)
    {
        ArgumentNullException.ThrowIfNull(subject);
        return Installs(subject).SelectMany(install => InstalledPackages.Wanted(install, subject.Tree!)).Distinct(StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> CheckAsync(ServiceSubject subject, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(subject);
        var pins =
            from install in Installs(subject)
            from pin in InstalledPackages.Read(install, subject)
            group install by pin into installs
            select (Pin: installs.Key, Install: installs.OrderByDescending(install => install.IsCertain).First());
        var findings = await Task.WhenAll(pins.Select(async it =>
            Judge(subject, it.Install, it.Pin, await index.FindAsync(it.Pin.Ecosystem, it.Pin.IndexName, it.Pin.Version, cancellationToken))));
        return [.. findings.OfType<Finding>().OrderBy(finding => finding.Certainty).Take(MostFindings)];
    }

    private static IReadOnlyList<PackageInstall> Installs(ServiceSubject subject) =>
        subject is { Dockerfile: { Source.HasForeignSyntax: false } dockerfile, Tree: { } tree, Context: { } context }
            ? [.. new PackageInstalls(dockerfile, tree, context.Reference.Path).Read()]
            : [];

    private Finding? Judge(ServiceSubject subject, PackageInstall install, PackagePin pin, PackageAnswer answer)
    {
        switch (answer)
        {
            case IndexUnreachable unreachable:
                // Once for the whole stack.
                return silent.TryAdd(pin.Ecosystem, true) ? Silence(pin, unreachable) : null;
            case PackageUnknown unknown when pin.Ecosystem == PackageEcosystem.Npm && pin.Name.StartsWith('@'):
                // A private package answers 404 as well.
                return About(Certainty.Likely, $"{IndexOf(pin)} shows no package '{pin.Name}': it does not exist, or it is private", "the name of a package that is there", unknown.IsWhole);
            case PackageUnknown unknown:
                return About(Certainty.Certain, $"{IndexOf(pin)} has no package '{pin.Name}'", "the name of a package that is there", unknown.IsWhole);
            case PackageKnown known when pin.IsMinimum ? known.Versions.Any(version => PackageVersions.IsAtLeast(version, pin.Version)) : Has(known, pin):
                return known.Yanked.Any(version => PackageVersions.Matches(pin.Ecosystem, pin.Version, version))
                    ? About(Certainty.Hint, $"{pin.Name} {pin.Version} was taken back by its author (yanked); an exact pin still gets it", Nearest(known, pin, withYanked: false), true)
                    : null;
            case PackageKnown known:
                return About(Certainty.Certain,
                    $"{IndexOf(pin)} has no version {pin.Version} of {pin.Name}" + (pin.IsMinimum ? ", nor a later one" : ""), Nearest(known, pin, withYanked: false), known.IsWhole);
            default:
                return null;
        }

        Finding About(Certainty certainty, string message, string suggestion, bool isWhole) =>
            Findings.About(subject, "build/context", Id, Lowered(certainty, install, pin, isWhole), message, suggestion) with
            {
                Evidence =
                [
                    Shown.Safe(FormattableString.Invariant($"{pin.File}:{pin.Line}: {pin.Name} {pin.Version}")),
                    Findings.OfDockerfile(subject, install.Line, $"RUN {install.Command}"),
                ],
            };
    }

    // Certain only when nothing but the public index decides, and that is what answered.
    private static Certainty Lowered(Certainty certainty, PackageInstall install, PackagePin pin, bool isWhole) =>
        certainty == Certainty.Certain && !(install.IsCertain && isWhole && !pin.IsConditional) ? Certainty.Likely : certainty;

    private static bool Has(PackageKnown known, PackagePin pin) => known.Versions.Any(version => PackageVersions.Matches(pin.Ecosystem, pin.Version, version));

    private static string Nearest(PackageKnown known, PackagePin pin, bool withYanked)
    {
        var near = PackageVersions.Nearest(pin.Version, withYanked ? known.Versions : known.Versions.Except(known.Yanked));
        return near is null ? "a package that has versions" : pin.Ecosystem switch
        {
            PackageEcosystem.PyPI => $"{pin.Name}=={near}",
            PackageEcosystem.Npm => $"\"{pin.Name}\": \"{near}\"",
            _ => $"<PackageReference Include=\"{pin.Name}\" Version=\"{near}\" />",
        } + " (the nearest that exists)";
    }

    private static Finding Silence(PackagePin pin, IndexUnreachable unreachable) => new(
        Id, FailureClass.BuildFailure, Certainty.Hint,
        $"unknown: {IndexOf(pin)} could not be asked whether pinned versions such as {Shown.Safe(pin.Name, 80)} {Shown.Safe(pin.Version, 40)} exist",
        "services",
        $"{ParameterOf(pin)} names a mirror that can be reached from here; --no-registries asks no index")
    {
        Evidence = [unreachable.Message],
    };

    private static string IndexOf(PackagePin pin) => pin.Ecosystem switch
    {
        PackageEcosystem.PyPI => "PyPI",
        PackageEcosystem.Npm => "the npm registry",
        _ => "NuGet",
    };

    private static string ParameterOf(PackagePin pin) => pin.Ecosystem switch
    {
        PackageEcosystem.PyPI => "--pypi-url",
        PackageEcosystem.Npm => "--npm-url",
        _ => "--nuget-url",
    };
}
