using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>The verified bytes of a commit, as far as its contexts need them, on disk by their blob ids. Nothing enters whose id is not in the
/// verified tree, whatever the archive says of itself.</summary>
internal sealed class BlobSpool(IRepositorySource source, ArchiveCache archives, string folder, IRunLog log)
{
    // Files that no archive brings are held in memory while they are fetched.
    private const int AtOnce = 50;

    /// <summary>Opens a blob that was collected.</summary>
    public FileStream Open(string id) =>
        new(PathOf(id), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });

    /// <summary>Reads a small blob that was collected, as text.</summary>
    public Task<string> ReadTextAsync(string id, CancellationToken cancellationToken) =>
        File.ReadAllTextAsync(PathOf(id), Encoding.UTF8, cancellationToken);

    /// <summary>Collects every blob of the tree's folders and files at <paramref name="paths"/>.</summary>
    public async Task CollectAsync(
        RepositoryName repository, RepositoryTree tree, IReadOnlyCollection<string> paths, CancellationToken cancellationToken)
    {
        var wanted = paths
            .SelectMany(path => tree.Below(path).Append(tree.Find(path)))
            .OfType<TreeEntry>()
            .Where(entry => entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable or TreeEntryKind.Symlink)
            .DistinctBy(entry => entry.Path)
            .ToDictionary(entry => entry.Path, StringComparer.Ordinal);
        var missing = wanted.Values.Select(entry => entry.Id).Where(id => !File.Exists(PathOf(id))).ToHashSet(StringComparer.Ordinal);
        if (missing.Count == 0)
            return;

        await FromArchiveAsync(repository, tree.Commit, wanted, missing, cancellationToken);

        if (missing.Count > 0)
            log.Debug(FormattableString.Invariant($"{repository}: {missing.Count} files are not in the archive as they are in the tree; read one by one"));
        foreach (var some in missing.Chunk(AtOnce))
        {
            foreach (var (id, bytes) in await source.ReadBlobsAsync(repository, some, cancellationToken))
                await File.WriteAllBytesAsync(PathOf(id), bytes, cancellationToken);
        }
    }

    private string PathOf(string id) => Path.Combine(folder, id);

    private async Task FromArchiveAsync(
        RepositoryName repository, string commit, Dictionary<string, TreeEntry> wanted, HashSet<string> missing, CancellationToken cancellationToken)
    {
        var scratch = Path.Combine(folder, "incoming");
        try
        {
            await using var archive = await archives.OpenAsync(repository, commit, cancellationToken);
            await using var unzipped = new GZipStream(archive, CompressionMode.Decompress);
            await using var reader = new TarReader(unzipped);
            while (missing.Count > 0 && await reader.GetNextEntryAsync(copyData: false, cancellationToken) is { } entry)
            {
                if (BelowTopFolder(entry.Name) is not { } path || !wanted.TryGetValue(path, out var expected) || !missing.Contains(expected.Id))
                    continue;

                await using var content = Content(entry);
                if (content is null || (expected.Size is { } size && content.Length != size))
                    continue;

                string id;
                await using (var file = File.Create(scratch))
                    id = await GitBlob.CopyAsync(content, content.Length, file, expected.Id.Length, cancellationToken);
                if (id != expected.Id)
                    continue;

                File.Move(scratch, PathOf(id), overwrite: true);
                missing.Remove(id);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            // What the archive cannot give, the blobs can.
            archives.Forget(repository, commit);
            log.Warning($"the archive of {repository}@{commit[..12]} is damaged ({error.Message}); reading its files one by one");
        }
        finally
        {
            File.Delete(scratch);
        }
    }

    private static Stream? Content(TarEntry entry) => entry.EntryType switch
    {
        TarEntryType.RegularFile or TarEntryType.V7RegularFile => entry.DataStream ?? Stream.Null,
        TarEntryType.SymbolicLink => new MemoryStream(Encoding.UTF8.GetBytes(entry.LinkName)),
        _ => null,
    };

    private static string? BelowTopFolder(string name)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? null : name[(slash + 1)..];
    }
}
