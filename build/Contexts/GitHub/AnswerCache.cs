using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.GitHub;

/// <summary>An answer as it was received.</summary>
/// <param name="ETag">Its ETag, or null.</param>
/// <param name="ContentType">Its media type.</param>
/// <param name="Body">Its bytes.</param>
internal sealed record CachedAnswer(string? ETag, string ContentType, ReadOnlyMemory<byte> Body);

/// <summary>Answers of GitHub on disk: one file an address, some lines about it and then its bytes. A file that is not
/// exactly what was written counts as absent. Nothing in here knows the token.</summary>
internal sealed class AnswerCache(string directory, IRunLog log)
{
    private const string Format = "phased-rollout answer 2";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>The answer for <paramref name="key"/>, or null.</summary>
    public CachedAnswer? Read(string key)
    {
        try
        {
            return Parse(key, File.ReadAllBytes(PathOf(key)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            if (error is not (FileNotFoundException or DirectoryNotFoundException))
                log.Debug($"the cached answer for {key} cannot be used: {error.Message}");

            return null;
        }
    }

    /// <summary>Keeps <paramref name="answer"/>; a cache that cannot be written costs requests, not the run.</summary>
    public void Write(string key, CachedAnswer answer)
    {
        var path = PathOf(key);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            Prepare();
            using (var file = File.Create(temporary))
            {
                file.Write(HeadOf(key, answer));
                file.Write(answer.Body.Span);
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
        // Lines: format, key, ETag, media type, hash of the bytes.
        var lines = new string[5];
        var rest = file.AsMemory();
        for (var i = 0; i < lines.Length; i++)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            if (end < 0)
                return null;

            lines[i] = Encoding.UTF8.GetString(rest.Span[..end]);
            rest = rest[(end + 1)..];
        }

        return lines[0] == Format && lines[1] == key && lines[4] == HashOf(rest.Span)
            ? new CachedAnswer(lines[2].Length == 0 ? null : lines[2], lines[3], rest)
            : null;
    }

    // What comes from the server stands on one line.
    private static byte[] HeadOf(string key, CachedAnswer answer) =>
        Encoding.UTF8.GetBytes($"{Format}\n{key}\n{OneLine(answer.ETag)}\n{OneLine(answer.ContentType)}\n{HashOf(answer.Body.Span)}\n");

    private static string OneLine(string? text) => text is null || text.Contains('\n', StringComparison.Ordinal) ? "" : text;

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
}
