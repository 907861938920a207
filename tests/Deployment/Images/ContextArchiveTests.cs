using System.Formats.Tar;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment.Images;

namespace PhasedRollout.Tests.Deployment.Images;

public sealed class ContextArchiveTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("context-archive-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_same_tree_gives_the_same_bytes()
    {
        var repository = new MemoryRepository().With("web/b", "2").With("web/a/x", "1", TreeEntryKind.Executable).With("web/Dockerfile", "FROM scratch");

        (await WriteAsync(repository)).ShouldBe(await WriteAsync(repository));
    }

    [Fact]
    public async Task Entries_are_sorted_and_belong_to_nobody_and_no_time()
    {
        var repository = new MemoryRepository().With("web/b", "2").With("web/a/x", "1", TreeEntryKind.Executable)
            .With("web/Dockerfile", "FROM scratch").With("web/l", "b", TreeEntryKind.Symlink).With("elsewhere", "no");

        var entries = Read(await WriteAsync(repository));
        entries.Select(entry => $"{entry.EntryType} {entry.Name} {Convert.ToString((int)entry.Mode, 8)} {entry.LinkName}".TrimEnd()).ShouldBe(
            ["RegularFile Dockerfile 644", "Directory a/ 755", "RegularFile a/x 755", "RegularFile b 644", "SymbolicLink l 755 b"]);
        entries.ShouldAllBe(entry => entry.Uid == 0 && entry.Gid == 0 && entry.ModificationTime == DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task The_ignore_file_of_a_Dockerfile_goes_before_the_general_one()
    {
        var repository = new MemoryRepository().With("web/a", "1").With("web/b", "2").With("web/Dockerfile", "FROM scratch")
            .With("web/.dockerignore", "a").With("web/Dockerfile.dockerignore", "b\n.dockerignore\nDockerfile");

        Read(await WriteAsync(repository)).Select(entry => entry.Name).ShouldBe([".dockerignore", "Dockerfile", "Dockerfile.dockerignore", "a"]);
    }

    [Fact]
    public async Task An_archive_that_lies_is_not_believed()
    {
        var repository = new MemoryRepository().With("web/a", "true").With("web/Dockerfile", "FROM scratch");
        repository.ArchiveEntries = () => [("web/a", TreeEntryKind.File, "lied"u8.ToArray()), ("web/z", TreeEntryKind.File, "new"u8.ToArray())];

        var entries = Read(await WriteAsync(repository));
        entries.Select(entry => entry.Name).ShouldBe(["Dockerfile", "a"]);
        using var reader = new StreamReader(entries[1].DataStream!);
        (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldBe("true");
        repository.BlobsRead.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("a", "b", false)]
    [InlineData("a/b", "../c", false)]
    [InlineData("a", "../c", true)]
    [InlineData("a/b/c", "../../../etc", true)]
    [InlineData("a/b", "x/../../../y", true)]
    [InlineData("a", "/usr/bin/python3", false)]
    [InlineData("a", "", true)]
    public void A_link_that_climbs_out_of_the_context_is_seen(string path, string target, bool leaves) =>
        ContextArchive.LeavesContext(path, target).ShouldBe(leaves);

    private async Task<byte[]> WriteAsync(MemoryRepository repository)
    {
        var spool = new BlobSpool(repository, new ArchiveCache(repository, Path.Combine(folder, "archives"), TimeProvider.System), folder, new RecordingLog());
        await spool.CollectAsync(Stacks.Repository, repository.Tree, ["web"], TestContext.Current.CancellationToken);
        using var output = new MemoryStream();
        var archive = new ContextArchive(spool, new RecordingLog());
        var dockerfile = new ContextDockerfile("Dockerfile", null);
        var ignore = await archive.ReadIgnoreFileAsync("web", repository.Tree, "web", dockerfile, TestContext.Current.CancellationToken);
        await archive.WriteAsync("web", repository.Tree, "web", dockerfile, ignore, output, TestContext.Current.CancellationToken);
        return output.ToArray();
    }

    private static List<TarEntry> Read(byte[] archive)
    {
        using var reader = new TarReader(new MemoryStream(archive));
        var entries = new List<TarEntry>();
        while (reader.GetNextEntry(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }
}
