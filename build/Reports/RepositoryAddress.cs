using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Reports;

/// <summary>The address of a repository for a browser. It is made of a host, an owner, a name and a commit of ours, never taken over whole.</summary>
internal static partial class RepositoryAddress
{
    /// <summary><c>https://host/owner/name</c>; null when the context does not name a host that can stand there: other hosts have other pages.</summary>
    public static string? Of(RepositoryContext context)
    {
        var host = context is GitHubContext && Host().Match(context.Text) is { Success: true } match ? match.Groups[1].Value.ToLowerInvariant() : null;
        return host is null || !Part().IsMatch(context.Repository.Owner) || !Part().IsMatch(context.Repository.Name)
            ? null
            : $"https://{host}/{context.Repository}";
    }

    /// <summary>The context's folder at <paramref name="commit"/>, or null.</summary>
    public static string? Of(RepositoryContext context, string commit)
    {
        if (Of(context) is not { } repository || commit.Length != 40 || !commit.All(char.IsAsciiHexDigit))
            return null;

        return context.Path.Length == 0
            ? $"{repository}/commit/{commit}"
            : $"{repository}/tree/{commit}/{string.Join('/', context.Path.Split('/').Select(Uri.EscapeDataString))}";
    }

    // https://host/…, git@host:…, ssh://git@host/…, host/…; a port belongs to git's own address, not to the web's.
    [GeneratedRegex(@"^(?:[a-z+]{1,12}://)?(?:[^@/\s]{0,200}@)?([A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)[A-Za-z0-9.-]{1,200})[:/]")]
    private static partial Regex Host();

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,100}$")]
    private static partial Regex Part();
}
