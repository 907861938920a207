using System.Text.RegularExpressions;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>Writes contexts as they can be pasted.</summary>
internal static partial class ContextUrl
{
    /// <summary>The context of <paramref name="context"/> with another ref or path.</summary>
    public static string With(RepositoryContext context, string? reference, string path)
    {
        var url = WithoutPassword(context.Text.Split('#', '?')[0]);
        return url + (reference, path) switch
        {
            (null, "") => "",
            (null, _) => $"#:{path}",
            (_, "") => $"#{reference}",
            _ => $"#{reference}:{path}",
        };
    }

    /// <summary><paramref name="url"/> without a user name and password; they are not for a report.</summary>
    public static string WithoutPassword(string url) => Credentials().Replace(url, "$1");

    [GeneratedRegex("^([A-Za-z][A-Za-z0-9+.-]*://)[^/@]*@", RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}
