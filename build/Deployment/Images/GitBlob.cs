using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Deployment.Images;

/// <summary>Ids of git blobs: the hash of <c>blob &lt;length&gt;\0</c> and the bytes.</summary>
internal static class GitBlob
{
    private const int Sha1Digits = 40;

    /// <summary>Copies <paramref name="length"/> bytes and works out their id on the way; an id has 40 <paramref name="digits"/> in a repository
    /// of SHA-1 ids, 64 in one of SHA-256 ids.</summary>
    public static async Task<string> CopyAsync(Stream input, long length, Stream output, int digits, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(digits == Sha1Digits ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes("blob " + length.ToString(CultureInfo.InvariantCulture) + "\0"));

        var buffer = new byte[81920];
        int read;
        while ((read = await input.ReadAsync(buffer, cancellationToken)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await output.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
