namespace PhasedRollout.Rollouts;

/// <summary>Where a build context is.</summary>
/// <param name="Text">The context as written.</param>
public abstract record ContextReference(string Text);

/// <summary>A git context on GitHub, such as <c>https://github.com/org/repo.git#main:path</c>.</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Ref">The branch, tag or commit; null means the default branch.</param>
/// <param name="Path">The folder in the repository with forward slashes, without leading or trailing ones; empty for the root.</param>
public sealed record GitHubContext(string Text, RepositoryName Repository, string? Ref, string Path) : ContextReference(Text)
{
    /// <summary>The same folder at <paramref name="commit"/>, as a URL that BuildKit and the classic builder take.</summary>
    public string PinnedTo(string commit) =>
        $"{Text.Split('#', '?')[0]}#{commit}" + (Path.Length == 0 ? "" : $":{Path}");
}

/// <summary>A git context on another host, an archive, a folder on this machine: nobody can look it up on GitHub.</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Kind">What it is, for people: "a git repository on gitlab.com", "a folder on this machine".</param>
public sealed record OtherContext(string Text, string Kind) : ContextReference(Text);

/// <summary>A URL that no builder takes as a git context (VC101).</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Suggestion">The form that would be right.</param>
public sealed record MalformedContext(string Text, string Reason, string Suggestion) : ContextReference(Text);

/// <summary>A repository on GitHub.</summary>
/// <param name="Owner">A user or an organisation.</param>
/// <param name="Name">The repository's name, without <c>.git</c>.</param>
public sealed record RepositoryName(string Owner, string Name)
{
    /// <summary><c>owner/name</c>.</summary>
    public override string ToString() => $"{Owner}/{Name}";
}
