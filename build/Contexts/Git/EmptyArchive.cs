using System.IO.Compression;

namespace PhasedRollout.Contexts.Git;

/// <summary>An archive without files: whoever opens it reads every file by its id instead.</summary>
internal static class EmptyArchive
{
    /// <summary>Two empty blocks, which is how a tar archive ends, gzipped.</summary>
    public static Stream Open()
    {
        var archive = new MemoryStream();
        using (var zip = new GZipStream(archive, CompressionMode.Compress, leaveOpen: true))
            zip.Write(new byte[1024]);

        archive.Position = 0;
        return archive;
    }
}
