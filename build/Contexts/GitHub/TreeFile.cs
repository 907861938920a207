using System.Buffers;
using System.Text;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>A tree as it stands in the cache: a fraction of the size of GitHub's JSON, and read in a fraction of the time. Per entry: what it is,
/// its size plus one, its id in 20 bytes, how many bytes its path has in common with the one before, and the others.</summary>
internal static class TreeFile
{
    /// <summary>The media type under which it is kept.</summary>
    public const string ContentType = "application/x-phased-rollout-tree";

    private const int IdBytes = 20;

    /// <summary>The bytes of <paramref name="tree"/>.</summary>
    public static byte[] Write(TreeAnswer tree)
    {
        using var output = new MemoryStream(tree.Entries.Count * 48);
        output.WriteByte(tree.Truncated ? (byte)1 : (byte)0);
        WriteNumber(output, tree.Entries.Count);
        var before = Array.Empty<byte>();
        foreach (var entry in tree.Entries)
        {
            var path = Encoding.UTF8.GetBytes(entry.Path);
            var common = path.AsSpan().CommonPrefixLength(before);
            output.WriteByte((byte)entry.Kind);
            WriteNumber(output, entry.Size + 1 ?? 0);
            output.Write(Convert.FromHexString(entry.Id));
            WriteNumber(output, common);
            WriteNumber(output, path.Length - common);
            output.Write(path.AsSpan(common));
            before = path;
        }

        return output.ToArray();
    }

    /// <summary>The tree in <paramref name="bytes"/>; null when they are none.</summary>
    public static TreeAnswer? Read(ReadOnlySpan<byte> bytes)
    {
        var path = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            var truncated = bytes[0] == 1;
            bytes = bytes[1..];
            var entries = new TreeEntry[ReadNumber(ref bytes)];
            for (var i = 0; i < entries.Length; i++)
            {
                var kind = (TreeEntryKind)bytes[0];
                bytes = bytes[1..];
                var size = ReadNumber(ref bytes);
                var id = Convert.ToHexStringLower(bytes[..IdBytes]);
                bytes = bytes[IdBytes..];
                var common = (int)ReadNumber(ref bytes);
                var rest = (int)ReadNumber(ref bytes);
                bytes[..rest].CopyTo(path.AsSpan(common));
                bytes = bytes[rest..];
                entries[i] = new TreeEntry(Encoding.UTF8.GetString(path, 0, common + rest), kind, id, size == 0 ? null : size - 1);
            }

            return bytes.IsEmpty ? new TreeAnswer(entries, truncated) : null;
        }
        catch (Exception error) when (error is ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(path);
        }
    }

    private static void WriteNumber(MemoryStream output, long number)
    {
        for (; number >= 0x80; number >>= 7)
            output.WriteByte((byte)(number | 0x80));

        output.WriteByte((byte)number);
    }

    private static long ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        var number = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            number |= (long)(next & 0x7f) << shift;
            if (next < 0x80)
                return number;
        }

        throw new OverflowException();
    }
}
