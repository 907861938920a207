using PhasedRollout.Contexts.Packages;

namespace PhasedRollout.Tests.Contexts;

/// <summary>Package indexes in memory: <c>pypi django</c> has the versions <c>4.2.1 5.0 (5.1)</c>, the last one yanked; <c>none</c>
/// says that there is no such package, and of what was not put there nothing is said.</summary>
internal sealed class MemoryIndex(IReadOnlyDictionary<string, string> packages) : IPackageIndex
{
    public bool IsWhole { get; init; } = true;

    public Task<PackageAnswer> FindAsync(PackageEcosystem ecosystem, string name, string version, CancellationToken cancellationToken) =>
        Task.FromResult<PackageAnswer>(packages.GetValueOrDefault($"{ecosystem.ToString().ToLowerInvariant()} {name}") switch
        {
            null => new IndexUnreachable("no route to host"),
            "none" => new PackageUnknown(IsWhole),
            var versions => Known(versions.Split(' ', StringSplitOptions.RemoveEmptyEntries)),
        });

    private PackageKnown Known(IReadOnlyList<string> versions) => new PackageKnown(
        [.. versions.Select(version => version.Trim('(', ')'))],
        [.. versions.Where(version => version.StartsWith('(')).Select(version => version.Trim('(', ')'))],
        IsWhole);
}
