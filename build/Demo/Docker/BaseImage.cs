using System.Formats.Tar;
using System.Text;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Docker;

/// <summary>Build contexts of the demo's own images, as tar streams.</summary>
internal static class BaseImage
{
    private const UnixFileMode Executable = (UnixFileMode)0b111_101_101;
    private const UnixFileMode Readable = (UnixFileMode)0b110_100_100;

    /// <summary>The image that all services start from: busybox for the shell, and this machine's own curl and psql with their libraries.</summary>
    public static async Task<MemoryStream> ContextAsync(string busybox, ProgramFiles programs, CancellationToken ct)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            await AddAsync(writer, "Dockerfile", """
                FROM scratch
                COPY root/ /
                RUN ["/bin/busybox", "--install", "-s", "/bin"]
                RUN mkdir -p -m 1777 /tmp
                ENV PATH=/usr/local/bin:/usr/bin:/bin

                """, ct);
            await AddAsync(writer, "root/etc/passwd", "root:x:0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n", ct);
            await AddAsync(writer, "root/etc/group", "root:x:0:\nnogroup:x:65534:\n", ct);
            await AddFileAsync(writer, "root/bin/busybox", busybox, ct);
            foreach (var (path, file) in programs.Files)
                await AddFileAsync(writer, $"root/{path}", file, ct);
        }

        tar.Position = 0;
        return tar;
    }

    /// <summary>A context of texts.</summary>
    public static async Task<MemoryStream> ContextAsync(IEnumerable<(string Path, string Content)> files, CancellationToken ct)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var (path, content) in files)
                await AddAsync(writer, path, content, ct);
        tar.Position = 0;
        return tar;
    }

    private static async Task AddAsync(TarWriter writer, string path, string content, CancellationToken ct)
    {
        var entry = new PaxTarEntry(TarEntryType.RegularFile, path)
        {
            Mode = Readable,
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            ModificationTime = DateTimeOffset.UnixEpoch,
        };
        await writer.WriteEntryAsync(entry, ct);
    }

    private static async Task AddFileAsync(TarWriter writer, string path, string file, CancellationToken ct)
    {
        await using var content = File.OpenRead(file);
        var entry = new PaxTarEntry(TarEntryType.RegularFile, path) { Mode = Executable, DataStream = content, ModificationTime = DateTimeOffset.UnixEpoch };
        await writer.WriteEntryAsync(entry, ct);
    }
}
