namespace PhasedRollout.Rollouts;

/// <summary>Where a build context is.</summary>
/// <param name="Text">The context as written.</param>
public abstract record ContextReference(string Text);

/// <summary>A folder of a repository whose files can be looked up.</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Repository">The repository.</param>
/// <param name="Ref">The branch, tag or commit; null means the default branch.</param>
/// <param name="Path">The folder in the repository with forward slashes, without leading or trailing ones; empty for the root.</param>
public abstract record RepositoryContext(string Text, RepositoryName Repository, string? Ref, string Path) : ContextReference(Text)
{
    /// <summary>The same folder at <paramref name="commit"/>, as a URL that BuildKit and the classic builder take.</summary>
    public virtual string PinnedTo(string commit) =>
        $"{Text.Split('#', '?')[0]}#{commit}" + (Path.Length == 0 ? "" : $":{Path}");
}

/// <summary>A git context on GitHub, such as <c>https://github.com/org/repo.git#main:path</c>.</summary>
/// <inheritdoc cref="RepositoryContext"/>
public sealed record GitHubContext(string Text, RepositoryName Repository, string? Ref, string Path) : RepositoryContext(Text, Repository, Ref, Path);

/// <summary>A git context on another host, such as <c>https://gitlab.com/group/repo.git#main:path</c>.</summary>
/// <inheritdoc cref="RepositoryContext"/>
public sealed record GitContext(string Text, RepositoryName Repository, string? Ref, string Path) : RepositoryContext(Text, Repository, Ref, Path);

/// <summary>A folder on this machine. It is a repository of its own: its only commit is what it holds now, named by its tree.</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Repository">The folder.</param>
public sealed record FolderContext(string Text, RepositoryName Repository) : RepositoryContext(Text, Repository, null, "")
{
    /// <summary>As written: a folder has no older states.</summary>
    public override string PinnedTo(string commit) => Text;
}

/// <summary>An archive, an image, a git context that nobody can look up.</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Kind">What it is, for people: "an archive on example.com", "an image".</param>
public sealed record OtherContext(string Text, string Kind) : ContextReference(Text);

/// <summary>A URL that no builder takes as a git context (VC101).</summary>
/// <param name="Text">The context as written.</param>
/// <param name="Reason">Why not.</param>
/// <param name="Suggestion">The form that would be right.</param>
public sealed record MalformedContext(string Text, string Reason, string Suggestion) : ContextReference(Text);

/// <summary>A repository.</summary>
/// <param name="Owner">On GitHub a user or an organisation; elsewhere the host and the groups.</param>
/// <param name="Name">The repository's name, without <c>.git</c>.</param>
public sealed record RepositoryName(string Owner, string Name)
{
    /// <summary>The address that git takes for a repository on another host; null for one on GitHub and for a folder.</summary>
    public string? Address { get; init; }

    /// <summary>The full path of a folder on this machine; else null.</summary>
    public string? Folder { get; init; }

    /// <summary>True for a repository on GitHub.</summary>
    public bool IsOnGitHub => Address is null && Folder is null;

    /// <summary>The folder at <paramref name="path"/>, which is absolute.</summary>
    public static RepositoryName OfFolder(string path) => new(System.IO.Path.GetDirectoryName(path) ?? "", System.IO.Path.GetFileName(path)) { Folder = path };

    /// <summary><c>owner/name</c>; the path of a folder.</summary>
    public override string ToString() => Folder ?? $"{Owner}/{Name}";
}
