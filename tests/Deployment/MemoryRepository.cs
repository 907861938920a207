using System.Collections.Concurrent;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>A repository of one commit, with the ids that git would give. What its archive holds can be made to differ from its tree.</summary>
internal sealed class MemoryRepository : IRepositorySource
{
    private readonly Dictionary<string, (TreeEntryKind Kind, byte[] Content)> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, byte[]> blobs = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> blobsRead = [];
    private int archivesOpened;

    public MemoryRepository() => ArchiveEntries = () => files.Select(file => (file.Key, file.Value.Kind, file.Value.Content));

    /// <summary>What the archive holds, by paths below its top folder.</summary>
    public Func<IEnumerable<(string Path, TreeEntryKind Kind, byte[] Content)>> ArchiveEntries { get; set; }

    public int ArchivesOpened => archivesOpened;

    public IReadOnlyList<string> BlobsRead => [.. blobsRead];

    public string Commit => TreeId("")[..20] + "00000000000000000000";

    public IReadOnlyDictionary<RepositoryName, ApiUsage> Usage => new Dictionary<RepositoryName, ApiUsage>();

    public MemoryRepository With(string path, string content, TreeEntryKind kind = TreeEntryKind.File) => With(path, Encoding.UTF8.GetBytes(content), kind);

    public MemoryRepository With(string path, byte[] content, TreeEntryKind kind = TreeEntryKind.File)
    {
        files[path] = (kind, content);
        if (kind != TreeEntryKind.Submodule)
            blobs[Id("blob", content)] = content;
        return this;
    }

    public RepositoryTree Tree => new(Commit, TreeId(""), [.. Entries().OrderBy(entry => entry.Path, StringComparer.Ordinal)], Complete: true);

    public string TreeId(string folder)
    {
        using var content = new MemoryStream();
        foreach (var (name, mode, id) in Children(folder).OrderBy(child => child.Mode == "40000" ? child.Name + "/" : child.Name, StringComparer.Ordinal))
        {
            content.Write(Encoding.UTF8.GetBytes($"{mode} {name}\0"));
            content.Write(Convert.FromHexString(id));
        }

        return Id("tree", content.ToArray());
    }

    public Task<RefResolution> ResolveAsync(RepositoryName repository, string? reference, CancellationToken cancellationToken) =>
        Task.FromResult<RefResolution>(new ResolvedRef(Commit, reference ?? "main"));

    public Task<RepositoryTree> ReadTreeAsync(
        RepositoryName repository, string commit, IReadOnlyCollection<string> paths, CancellationToken cancellationToken) => Task.FromResult(Tree);

    public Task<byte[]> ReadBlobAsync(RepositoryName repository, string blob, CancellationToken cancellationToken)
    {
        blobsRead.Enqueue(blob);
        return Task.FromResult(blobs[blob]);
    }

    public Task<Stream> OpenArchiveAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref archivesOpened);
        var output = new MemoryStream();
        using (var zip = new GZipStream(output, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new TarWriter(zip, TarEntryFormat.Pax))
            foreach (var (path, kind, content) in ArchiveEntries())
                if (kind == TreeEntryKind.Symlink)
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "top-1/" + path) { LinkName = Encoding.UTF8.GetString(content) });
                else if (kind != TreeEntryKind.Submodule)
                    writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "top-1/" + path) { DataStream = new MemoryStream(content) });

        output.Position = 0;
        return Task.FromResult<Stream>(output);
    }

    public string BlobId(string path) => Id("blob", files[path].Content);

    private IEnumerable<TreeEntry> Entries()
    {
        foreach (var (path, (kind, content)) in files)
            yield return new TreeEntry(path, kind, kind == TreeEntryKind.Submodule ? new string('5', 40) : Id("blob", content), content.Length);
        foreach (var folder in files.Keys.SelectMany(Folders).Distinct(StringComparer.Ordinal))
            yield return new TreeEntry(folder, TreeEntryKind.Directory, TreeId(folder));
    }

    private static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            yield return path[..slash];
    }

    private IEnumerable<(string Name, string Mode, string Id)> Children(string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        return files.Where(file => file.Key.StartsWith(prefix, StringComparison.Ordinal))
            .GroupBy(file => file.Key[prefix.Length..].Split('/')[0])
            .Select(child => files.TryGetValue(prefix + child.Key, out var file)
                ? (child.Key, file.Kind switch
                {
                    TreeEntryKind.Executable => "100755",
                    TreeEntryKind.Symlink => "120000",
                    TreeEntryKind.Submodule => "160000",
                    _ => "100644",
                }, file.Kind == TreeEntryKind.Submodule ? new string('5', 40) : Id("blob", file.Content))
                : (child.Key, "40000", TreeId(prefix + child.Key)));
    }

#pragma warning disable CA5350 // git's own ids are SHA-1
    private static string Id(string type, byte[] content) => Convert.ToHexStringLower(SHA1.HashData(
        [.. Encoding.ASCII.GetBytes($"{type} {content.Length.ToString(CultureInfo.InvariantCulture)}\0"), .. content]));
#pragma warning restore CA5350
}
