using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC100 to VC107: the context is a folder of a commit of a repository that we may read.</summary>
internal static class ContextRules
{
    private const string Key = "build/context";
    private const int ShownChildren = 12;

    /// <summary>VC100: GitHub did not let us look.</summary>
    public static Finding NotLookedUp(Service service, WorldRefusedException refused) =>
        Findings.About(service, Key, "VC100", refused.Failure, Certainty.Certain, refused.Message, refused.Remedy) with
        {
            Evidence = [.. refused.Evidence.Select(line => Shown.Safe(line))],
        };

    /// <summary>VC100: the context is there, and GitHub did not let us read all that the rules look at.</summary>
    public static Finding NotRead(Service service, WorldRefusedException refused) => NotLookedUp(service, refused) with { Certainty = Certainty.Likely };

    /// <summary>VC101: no builder takes the URL.</summary>
    public static Finding Malformed(Service service, MalformedContext context) => About(
        service, "VC101", Certainty.Certain, $"'{ContextUrl.WithoutPassword(context.Text)}' is no build context: {context.Reason}", context.Suggestion);

    /// <summary>VC101: it may be right, but it is not on GitHub.</summary>
    public static Finding Elsewhere(Service service, OtherContext context) => About(
        service, "VC101", Certainty.Likely,
        $"'{ContextUrl.WithoutPassword(context.Text)}' is {context.Kind} and cannot be looked up from here: whether it exists is unknown, "
            + "and what is unknown is not deployed unless that is accepted",
        ComposeText.HasVariable(context.Text)
            ? "set the variable in the environment or in the file of --env-file"
            : "a folder of a repository on GitHub: https://github.com/<owner>/<repository>.git#<branch>:<folder>");

    /// <summary>VC101: git did not reach it; that says nothing about whoever builds.</summary>
    public static Finding OutOfReach(Service service, GitContext context, WorldRefusedException refused)
    {
        var finding = About(
            service, "VC101", Certainty.Likely,
            $"'{ContextUrl.WithoutPassword(context.Text)}' cannot be looked up from here: whether it exists is unknown, and what is unknown is not deployed unless that is accepted",
            refused.Remedy);
        return finding with { Evidence = [Shown.Safe(refused.Message)] };
    }

    /// <summary>VC102: there is no such repository, or it is hidden from us.</summary>
    public static Finding NoRepository(Service service, RepositoryContext context, InvisibleRepository answer) => context switch
    {
        FolderContext => About(
            service, "VC105", Certainty.Certain, $"the folder '{context.Repository}' does not exist on this machine",
            "a folder that exists, from where the compose file is; or one of a repository: https://github.com/<owner>/<repository>.git#<branch>:<folder>"),
        GitContext => About(
            service, "VC102", Certainty.Certain, $"git finds no repository at '{ContextUrl.WithoutPassword(context.Text.Split('#', '?')[0])}'",
            "check host and path"),
        _ => NotVisible(service, context, answer),
    };

    private static Finding NotVisible(Service service, RepositoryContext context, InvisibleRepository answer) => answer.TokenGiven
        ? About(
            service, "VC102", Certainty.Certain,
            $"repository '{context.Repository}' does not exist, or the given token may not read it (GitHub answers 404 to both)",
            "check owner and name; if the repository is private, the token needs read access to its contents "
                + "(fine-grained: choose the repository; organisation: authorise single sign-on)")
        : About(
            service, "VC102", Certainty.Certain,
            $"repository '{context.Repository}' does not exist, or it is private: without a token GitHub answers 404 to both",
            "check owner and name; for a private repository give a token that may read its contents (GITHUB_TOKEN)");

    /// <summary>VC103: the ref is no branch, tag or commit.</summary>
    public static Finding NoRef(Service service, RepositoryContext context, UnknownRef answer) =>
        context.Ref is null || context.Ref == answer.DefaultBranch
            ? About(
                service, "VC103", Certainty.Certain,
                $"repository '{context.Repository}' has no commit on its default branch '{answer.DefaultBranch}': it is empty",
                $"push a commit to '{answer.DefaultBranch}', or name another branch")
            : About(
                service, "VC103", Certainty.Certain,
                $"repository '{context.Repository}' has no branch, tag or commit '{context.Ref}'; its default branch is '{answer.DefaultBranch}'",
                $"context: {ContextUrl.With(context, answer.DefaultBranch, context.Path)}");

    /// <summary>VC104: builders fetch a commit by its full id only
    /// (BuildKit, <c>util/gitutil</c>: a ref of 40 hexadecimal digits is a commit, every other text a branch or tag).</summary>
    public static Finding? ShortCommit(Service service, RepositoryContext context, ResolvedRef resolved) =>
        context.Ref is { Length: >= 4 and < 40 } reference
            && reference.All(char.IsAsciiHexDigit)
            && resolved.Commit.StartsWith(reference, StringComparison.OrdinalIgnoreCase)
            ? About(
                service, "VC104", Certainty.Certain,
                $"'{reference}' is a shortened commit id; builders fetch a commit by its full 40 digits only",
                $"context: {ContextUrl.With(context, resolved.Commit, context.Path)}")
            : null;

    /// <summary>VC105, VC106, VC107: what stands in the way of the folder; null when it is there.</summary>
    /// <param name="service">The service.</param>
    /// <param name="context">Its context.</param>
    /// <param name="tree">The tree of the commit.</param>
    /// <param name="nearest">Finds what was probably meant.</param>
    /// <param name="readBlob">Reads a blob by its id.</param>
    public static async Task<Finding?> CheckFolderAsync(
        Service service, RepositoryContext context, RepositoryTree tree, Func<NearestPaths> nearest, Func<string, Task<byte[]>> readBlob)
    {
        if (tree.Find(context.Path) is { Kind: TreeEntryKind.Directory })
            return null;

        var at = $"'{context.Repository}' at {Short(tree.Commit)}";
        if (Obstacle(tree, context.Path) is { } obstacle)
            return await BlockedByAsync(service, context, tree, obstacle, at, readBlob);

        if (!tree.IsKnownMissing(context.Path))
        {
            return About(
                service, "VC107", Certainty.Likely,
                $"GitHub gives the tree of {at} only in part, and the part with '{context.Path}' could not be read: whether it exists is unknown",
                "run again; or use a smaller repository for the contexts");
        }

        var near = nearest().Of(context.Path, service.Build!.Dockerfile);
        var missing = About(
            service, "VC105", Certainty.Certain,
            $"'{context.Path}' does not exist in {at}" + (near.Count > 0 ? $"; nearest: {string.Join(", ", near.Select(path => $"'{path}'"))}" : ""),
            near.Count > 0
                ? $"context: {ContextUrl.With(context, context.Ref, near[0])}"
                : $"the path of a folder of {context.Repository} that holds '{service.Build!.Dockerfile}', or push '{context.Path}' first");
        return missing with { Evidence = [Holds(tree, context.Path)] };
    }

    private static async Task<Finding> BlockedByAsync(
        Service service, RepositoryContext context, RepositoryTree tree, TreeEntry obstacle, string at, Func<string, Task<byte[]>> readBlob)
    {
        var parent = obstacle.Path[..Math.Max(obstacle.Path.LastIndexOf('/'), 0)];
        var rest = context.Path[obstacle.Path.Length..];
        switch (obstacle.Kind)
        {
            case TreeEntryKind.Submodule:
                return About(
                    service, "VC106", Certainty.Certain,
                    $"'{obstacle.Path}' in {at} is a submodule: its files are in another repository, at commit {Short(obstacle.Id)}",
                    $"context: https://github.com/<owner>/<repository of the submodule>.git#{obstacle.Id}{(rest.Length > 0 ? ":" + rest.Trim('/') : "")}");
            case TreeEntryKind.Symlink:
                var target = await LinkResolver.FindAsync(tree, "", context.Path, readBlob);
                return About(
                    service, "VC106", Certainty.Certain,
                    $"'{obstacle.Path}' in {at} is a symbolic link, not a folder" + (target.Via is null ? "" : $" ({target.Via})"),
                    target is { Answer: Whereabouts.Found, Entry.Kind: TreeEntryKind.Directory }
                        ? $"context: {ContextUrl.With(context, context.Ref, target.Path)}"
                        : "the path of a folder");
            default:
                return About(
                    service, "VC106", Certainty.Certain,
                    $"'{obstacle.Path}' in {at} is a file, not a folder",
                    $"context: {ContextUrl.With(context, context.Ref, parent)}"
                        + (rest.Length == 0 ? $" with dockerfile: {obstacle.Path[(parent.Length == 0 ? 0 : parent.Length + 1)..]}" : ""));
        }
    }

    // The first thing on the way that is no folder.
    private static TreeEntry? Obstacle(RepositoryTree tree, string path)
    {
        for (var end = path.IndexOf('/'); ; end = path.IndexOf('/', end + 1))
        {
            var entry = tree.Find(end < 0 ? path : path[..end]);
            if (entry is null)
                return null;

            if (entry.Kind != TreeEntryKind.Directory)
                return entry;

            if (end < 0)
                return null;
        }
    }

    private static string Holds(RepositoryTree tree, string path)
    {
        var folder = path;
        do
            folder = folder[..Math.Max(folder.LastIndexOf('/'), 0)];
        while (tree.Find(folder) is null);

        var names = TreeFolders.Children(tree, folder).Select(entry => TreeFolders.NameOf(entry.Path) + (entry.Kind == TreeEntryKind.Directory ? "/" : ""));
        return Shown.Safe($"{(folder.Length == 0 ? "the repository's root" : $"'{folder}'")} holds: {TreeFolders.Enumerate(names, ShownChildren)}", 1000);
    }

    private static Finding About(Service service, string rule, Certainty certainty, string message, string suggestion) =>
        Findings.About(service, Key, rule, FailureClass.BuildContextNotFound, certainty, message, suggestion);

    private static string Short(string commit) => commit[..12];
}
