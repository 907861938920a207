namespace PhasedRollout.Contexts.Git;

/// <summary>What <c>git ls-remote --symref</c> lists.</summary>
/// <param name="Commits">The full name of every ref to its commit; of an annotated tag, the commit that it names.</param>
/// <param name="DefaultBranch">The branch that HEAD names, without <c>refs/heads/</c>; null when the repository is empty or HEAD is detached.</param>
internal sealed record GitRefs(IReadOnlyDictionary<string, string> Commits, string? DefaultBranch)
{
    private const string Peeled = "^{}";
    private const string Heads = "refs/heads/";

    /// <summary>Reads the list; lines that are none of it are passed over.</summary>
    public static GitRefs Parse(string text)
    {
        var commits = new Dictionary<string, string>(StringComparer.Ordinal);
        string? branch = null;
        foreach (var line in text.Split('\n'))
        {
            if (line.Split('\t') is not [var value, var name])
                continue;

            if (value.StartsWith("ref: ", StringComparison.Ordinal))
            {
                if (name == "HEAD" && value[5..].StartsWith(Heads, StringComparison.Ordinal))
                    branch = value[(5 + Heads.Length)..];
            }
            else if (GitObjectId.IsFull(value))
            {
                // The line of the commit follows that of its tag.
                commits[name.EndsWith(Peeled, StringComparison.Ordinal) ? name[..^Peeled.Length] : name] = value;
            }
        }

        return new GitRefs(commits, branch);
    }

    /// <summary>The full name of the ref that <paramref name="reference"/> means, in git's order but for the branch, which comes before the tag;
    /// null when there is none.</summary>
    public string? Find(string? reference) => reference is null
        ? (Commits.ContainsKey("HEAD") ? "HEAD" : null)
        : Array.Find([reference, $"refs/{reference}", Heads + reference, $"refs/tags/{reference}"], Commits.ContainsKey);

    /// <summary>True when <paramref name="reference"/> is a branch and a tag.</summary>
    public bool IsBranchAndTag(string reference) => Commits.ContainsKey(Heads + reference) && Commits.ContainsKey($"refs/tags/{reference}");

    /// <summary>The patterns to ask for, to learn what <paramref name="reference"/> means.</summary>
    public static IEnumerable<string> Patterns(string? reference) => reference is null
        ? ["HEAD"]
        : ["HEAD", reference, $"refs/{reference}", Heads + reference, $"refs/tags/{reference}", $"refs/tags/{reference}{Peeled}"];

    /// <summary>False for a name that no ref can have (git-check-ref-format); it need not be asked for.</summary>
    public static bool CanBe(string reference) =>
        reference.Length > 0 && reference[0] is not ('-' or '/' or '.') && reference[^1] is not ('/' or '.')
        && !reference.Any(c => char.IsControl(c) || c is ' ' or '~' or '^' or ':' or '?' or '*' or '[' or '\\')
        && !reference.Contains("..", StringComparison.Ordinal) && !reference.Contains("@{", StringComparison.Ordinal)
        && !reference.Contains("//", StringComparison.Ordinal) && !reference.EndsWith(".lock", StringComparison.Ordinal);
}
