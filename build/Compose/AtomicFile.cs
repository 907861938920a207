using System.Text;

namespace PhasedRollout.Compose;

/// <summary>Text files that are there whole or not at all, whenever the process is killed.</summary>
public static class AtomicFile
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Writes <paramref name="text"/> as UTF-8 beside <paramref name="path"/> and renames it over it; missing folders are made.
    /// A file that already has this content is not touched.</summary>
    /// <returns>True when the file changed.</returns>
    /// <exception cref="IOException">The file system says no.</exception>
    /// <exception cref="UnauthorizedAccessException">We may not write there.</exception>
    public static async Task<bool> WriteAsync(string path, string text, CancellationToken cancellationToken)
    {
        var full = Path.GetFullPath(path);
        var bytes = Encoding.GetBytes(text);
        if (File.Exists(full) && (await File.ReadAllBytesAsync(full, cancellationToken)).AsSpan().SequenceEqual(bytes))
            return false;

        var directory = Path.GetDirectoryName(full)!;
        Directory.CreateDirectory(directory);

        // In the same folder, since a rename is atomic only within a file system.
        var temporary = Path.Combine(directory, $".{Path.GetFileName(full)}.{Guid.NewGuid():N}.tmp");
        try
        {
            await using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                await stream.WriteAsync(bytes, cancellationToken);
                // Else a power cut after the rename can leave an empty file under the final name.
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, full, overwrite: true);
            return true;
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }
}
