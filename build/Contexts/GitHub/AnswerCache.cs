using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>An answer as it was received.</summary>
/// <param name="ETag">Its ETag, or null.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record CachedAnswer(string? ETag, string ContentType, byte[] Body);

/// <summary>Answers of GitHub on disk: one file an address, a line of JSON about it and then its bytes. A file that is not
/// exactly what was written counts as absent. Nothing in here knows the token.</summary>
internal sealed class AnswerCache(string directory, IRunLog log)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The answer for <paramref name="key"/>, or null.</summary>
    public CachedAnswer? Read(string key)
    {
        try
        {
            return Parse(key, File.ReadAllBytes(PathOf(key)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            if (error is not (FileNotFoundException or DirectoryNotFoundException))
                log.Debug($"the cached answer for {key} cannot be used: {error.Message}");

            return null;
        }
    }

    /// <summary>Keeps <paramref name="answer"/>; a cache that cannot be written costs requests, not the run.</summary>
    public void Write(string key, CachedAnswer answer)
    {
        var header = new Header(key, answer.ETag, answer.ContentType, HashOf(answer.Body));
        var path = PathOf(key);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Prepare();
            using (var file = File.Create(temporary))
            {
                file.Write(JsonSerializer.SerializeToUtf8Bytes(header));
                file.WriteByte((byte)'\n');
                file.Write(answer.Body);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            log.Debug($"the answer for {key} was not cached: {error.Message}");
            Discard(temporary);
        }
    }

    /// <summary>Forgets the answer for <paramref name="key"/>.</summary>
    public void Remove(string key) => Discard(PathOf(key));

    private static CachedAnswer? Parse(string key, byte[] file)
    {
        var end = Array.IndexOf(file, (byte)'\n');
        if (end < 0 || JsonSerializer.Deserialize<Header>(file.AsSpan(0, end)) is not { } header)
            return null;

        var body = file[(end + 1)..];
        return header.Key == key && header.Sha256 == HashOf(body) ? new CachedAnswer(header.ETag, header.ContentType, body) : null;
    }

    private static string HashOf(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private static void Discard(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be deleted is overwritten or refused by its hash next time.
        }
    }

    private string PathOf(string key) => Path.Combine(directory, HashOf(Encoding.UTF8.GetBytes(key)) + ".answer");

    // Answers about private repositories are nobody else's business.
    private void Prepare()
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
            return;
        }

        Directory.CreateDirectory(directory, OwnerOnly);
        if (File.GetUnixFileMode(directory) != OwnerOnly)
            File.SetUnixFileMode(directory, OwnerOnly);
    }

    private sealed record Header(string Key, string? ETag, string ContentType, string Sha256);
}
