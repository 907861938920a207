using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts;

/// <summary>What is worth knowing of a repository beside its commits. It is learned from answers to other questions, so much of it may be unknown.</summary>
public sealed record RepositoryTraits
{
    /// <summary>Nothing is known.</summary>
    public static readonly RepositoryTraits Unknown = new();

    /// <summary>The name it has now, when that is not the one that was asked for: it was renamed, or moved to another owner.</summary>
    public RepositoryName? CurrentName { get; init; }

    /// <summary>True when its owner has archived it: nothing in it changes any more.</summary>
    public bool? IsArchived { get; init; }

    /// <summary>Names that were asked for and are a branch and a tag at once, so that another builder may take the other one.</summary>
    public IReadOnlySet<string> BranchesAndTags { get; init; } = new HashSet<string>();

    /// <summary>For a folder in a work tree of git: in what it differs from what others get; null when it does not.</summary>
    public WorkTreeDifference? WorkTree { get; init; }

    /// <summary>These and those; where both know, <paramref name="newer"/> counts.</summary>
    public RepositoryTraits With(RepositoryTraits newer) => new()
    {
        CurrentName = newer.CurrentName ?? CurrentName,
        IsArchived = newer.IsArchived ?? IsArchived,
        WorkTree = newer.WorkTree ?? WorkTree,
        BranchesAndTags = BranchesAndTags.Union(newer.BranchesAndTags).ToHashSet(StringComparer.Ordinal),
    };

    /// <summary><paramref name="fullName"/> (<c>owner/name</c>), unless it is <paramref name="asked"/> in another letter case.</summary>
    public static RepositoryName? OtherName(RepositoryName asked, string? fullName) =>
        fullName?.Split('/') is [{ Length: > 0 } owner, { Length: > 0 } name] && !fullName.Equals(asked.ToString(), StringComparison.OrdinalIgnoreCase)
            ? new RepositoryName(owner, name)
            : null;
}

/// <summary>In what a folder on disk differs from what is committed and pushed.</summary>
/// <param name="Changed">Files that are changed, new or gone since the last commit, from the top of the work tree; the first of them.</param>
/// <param name="ChangedCount">How many there are.</param>
/// <param name="Unpushed">Commits of the branch that its upstream lacks.</param>
/// <param name="Upstream">The upstream, such as <c>origin/main</c>; null when the branch has none.</param>
public sealed record WorkTreeDifference(IReadOnlyList<string> Changed, int ChangedCount, int Unpushed, string? Upstream);
