using System.Text.Json;
using System.Text.Json.Serialization;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Packages;

/// <summary>Keeps answers of package indexes on disk for a day.</summary>
internal sealed class PackageCache(string directory, TimeProvider clock, IRunLog log)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromDays(1);

    private readonly AnswerCache files = new(directory, log);

    /// <summary>The answer to <paramref name="question"/> if it is not older than a day; null otherwise.</summary>
    public PackageAnswer? Read(string question)
    {
        try
        {
            if (files.Read(question) is not { } file || JsonSerializer.Deserialize(file.Body.Span, PackageJson.Default.PackageCacheEntry) is not { } entry)
                return null;

            var age = clock.GetUtcNow() - entry.At;
            return age < TimeSpan.Zero || age > Fresh ? null
                : entry.Versions is null ? new PackageUnknown(entry.IsWhole)
                : new PackageKnown(entry.Versions, entry.Yanked ?? [], entry.IsWhole);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps <paramref name="answer"/>; that an index did not answer is not kept.</summary>
    public void Write(string question, PackageAnswer answer)
    {
        var entry = answer switch
        {
            PackageKnown known => new PackageCacheEntry(clock.GetUtcNow(), known.Versions, known.Yanked, known.IsWhole),
            PackageUnknown unknown => new PackageCacheEntry(clock.GetUtcNow(), null, null, unknown.IsWhole),
            _ => null,
        };
        if (entry is not null)
            files.Write(question, new CachedAnswer(null, "application/json", JsonSerializer.SerializeToUtf8Bytes(entry, PackageJson.Default.PackageCacheEntry)));
    }
}

/// <summary>An answer as it is kept: versions are null when the index does not know the package.</summary>
internal sealed record PackageCacheEntry(DateTimeOffset At, IReadOnlyList<string>? Versions, IReadOnlyList<string>? Yanked, bool IsWhole);

/// <summary>What is kept of package indexes.</summary>
[JsonSerializable(typeof(PackageCacheEntry))]
internal sealed partial class PackageJson : JsonSerializerContext;
