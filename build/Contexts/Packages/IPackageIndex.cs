namespace PhasedRollout.Contexts.Packages;

/// <summary>The public indexes of packages.</summary>
public interface IPackageIndex
{
    /// <summary>Asks an index for a package. Whatever it says, or that it says nothing, is an answer; each is asked for once.</summary>
    /// <param name="ecosystem">The index.</param>
    /// <param name="name">The package, as the index knows it.</param>
    /// <param name="version">The version that is wanted: an index that can be asked for a single version is.</param>
    /// <param name="cancellationToken">Stops asking.</param>
    Task<PackageAnswer> FindAsync(PackageEcosystem ecosystem, string name, string version, CancellationToken cancellationToken);
}

/// <summary>What an index says of a package.</summary>
public abstract record PackageAnswer;

/// <summary>It has the package.</summary>
/// <param name="Versions">Its versions; only the wanted one when the index was asked for that and has it.</param>
/// <param name="Yanked">Those of them that their author took back, and that an exact pin still gets.</param>
/// <param name="IsWhole">True when the index answers as the public one does, so that what it does not have is nowhere: a mirror may hold a part.</param>
public sealed record PackageKnown(IReadOnlyList<string> Versions, IReadOnlyList<string> Yanked, bool IsWhole) : PackageAnswer;

/// <summary>It has no such package.</summary>
/// <param name="IsWhole">True when the index answers as the public one does.</param>
public sealed record PackageUnknown(bool IsWhole) : PackageAnswer;

/// <summary>It could not be asked.</summary>
/// <param name="Message">Why.</param>
public sealed record IndexUnreachable(string Message) : PackageAnswer;

/// <summary>Where the indexes are.</summary>
/// <param name="PyPI">The root of a Simple Repository API (PEP 503, PEP 691).</param>
/// <param name="Npm">The root of an npm registry.</param>
/// <param name="NuGet">A NuGet V3 service index.</param>
public sealed record PackageIndexes(Uri PyPI, Uri Npm, Uri NuGet)
{
    /// <summary>The public ones.</summary>
    public static PackageIndexes Public { get; } = new(
        new Uri("https://pypi.org/simple/"), new Uri("https://registry.npmjs.org/"), new Uri("https://api.nuget.org/v3/index.json"));
}
