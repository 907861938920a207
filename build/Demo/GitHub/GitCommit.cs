using System.Globalization;
using System.Text;

namespace PhasedRollout.Demo.GitHub;

/// <summary>Who, and when (ISO 8601, UTC, whole seconds, as GitHub writes it).</summary>
internal sealed record GitSignature(string Name, string Email, string Date);

/// <summary>The fields of a commit object (gitformat: header lines, an empty line, the message).</summary>
internal sealed record GitCommit(string Tree, IReadOnlyList<string> Parents, GitSignature Author, GitSignature Committer, string Message)
{
    /// <summary>Reads the bytes of a commit object.</summary>
    public static GitCommit Parse(byte[] content)
    {
        var text = Encoding.UTF8.GetString(content);
        var body = text.IndexOf("\n\n", StringComparison.Ordinal);
        var headers = text[..body].Split('\n').Select(line => line.Split(' ', 2)).ToLookup(parts => parts[0], parts => parts[^1]);
        return new GitCommit(
            headers["tree"].Single(),
            [.. headers["parent"]],
            Signature(headers["author"].Single()),
            Signature(headers["committer"].Single()),
            text[(body + 2)..].TrimEnd('\n'));
    }

    private static GitSignature Signature(string line)
    {
        var (open, close) = (line.IndexOf('<', StringComparison.Ordinal), line.LastIndexOf('>'));
        var seconds = long.Parse(line[(close + 2)..].Split(' ')[0], CultureInfo.InvariantCulture);
        var date = DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return new GitSignature(line[..open].TrimEnd(), line[(open + 1)..close], date);
    }
}
