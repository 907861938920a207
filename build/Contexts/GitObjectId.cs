using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Contexts;

/// <summary>Names of git objects, computed as git does: SHA-1 over <c>type length\0content</c>
/// (https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).</summary>
public static class GitObjectId
{
    private const int Length = 40;

    /// <summary>True for 40 lowercase hexadecimal digits, the form in which GitHub names every object.</summary>
    public static bool IsFull(string? text) =>
        text is { Length: Length } && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f');

    /// <summary>The id of a blob with this content.</summary>
    public static string OfBlob(ReadOnlySpan<byte> content) => Of("blob", content);

    /// <summary>The id of a folder with these children; only the last segment of their paths counts.</summary>
    public static string OfTree(IEnumerable<TreeEntry> children)
    {
        using var content = new MemoryStream();
        // git sorts by bytes and as if the name of a folder ended in a slash.
        foreach (var (child, name) in children
            .Select(child => (Child: child, Name: child.Path[(child.Path.LastIndexOf('/') + 1)..]))
            .OrderBy(it => Encoding.UTF8.GetBytes(it.Child.Kind == TreeEntryKind.Directory ? it.Name + "/" : it.Name), ByteOrder.Instance))
        {
            content.Write(Encoding.UTF8.GetBytes($"{Mode(child.Kind)} {name}\0"));
            content.Write(Convert.FromHexString(child.Id));
        }

        return Of("tree", content.ToArray());
    }

    private static string Mode(TreeEntryKind kind) => kind switch
    {
        TreeEntryKind.Executable => "100755",
        TreeEntryKind.Symlink => "120000",
        TreeEntryKind.Directory => "40000",
        TreeEntryKind.Submodule => "160000",
        _ => "100644",
    };

    private static string Of(string type, ReadOnlySpan<byte> content)
    {
#pragma warning disable CA5350 // SHA-1 is how git names things; nothing here relies on it for secrecy.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{type} {content.Length}\0")));
        hash.AppendData(content);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private sealed class ByteOrder : IComparer<byte[]>
    {
        public static readonly ByteOrder Instance = new();

        public int Compare(byte[]? x, byte[]? y) => x.AsSpan().SequenceCompareTo(y);
    }
}
