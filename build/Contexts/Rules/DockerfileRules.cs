using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>What became of a Dockerfile.</summary>
/// <param name="Found">True, false, or null when it could not be determined.</param>
/// <param name="Path">Its path from the repository's root, when it was found.</param>
/// <param name="Finding">What is wrong, when something is.</param>
internal sealed record DockerfileCheck(bool? Found, string? Path = null, Finding? Finding = null);

/// <summary>VC201: the Dockerfile is where the compose file says.</summary>
internal static class DockerfileRules
{
    private const string Key = "build/dockerfile";
    private const int ShownChildren = 12;
    private const int DeepestProposal = 3;

    /// <summary>Looks the Dockerfile of <paramref name="service"/> up in the folder of <paramref name="context"/>, which exists.</summary>
    /// <param name="service">The service.</param>
    /// <param name="context">Its context.</param>
    /// <param name="tree">The tree of the commit.</param>
    /// <param name="taken">The Dockerfiles of other services, as paths from the repository's root: none of them is meant.</param>
    /// <param name="readBlob">Reads a blob by its id.</param>
    public static async Task<DockerfileCheck> CheckAsync(
        Service service, RepositoryContext context, RepositoryTree tree, IReadOnlySet<string> taken, Func<string, Task<byte[]>> readBlob)
    {
        var wanted = service.Build!.Dockerfile;
        var at = await LinkResolver.FindAsync(tree, context.Path, wanted, readBlob);
        // Builders take "dockerfile" where there is no "Dockerfile", and clean a path before they follow it.
        if (at is { Answer: not Whereabouts.Found, Via: null } && !ComposeText.HasVariable(wanted))
            foreach (var other in Others(wanted))
                if (await LinkResolver.FindAsync(tree, context.Path, other, readBlob) is { Answer: Whereabouts.Found } found && TreeFolders.IsFile(found.Entry!))
                    return new DockerfileCheck(true, found.Path);

        var folder = context.Path.Length == 0 ? "the repository's root" : $"'{context.Path}'";
        return at.Answer switch
        {
            Whereabouts.Found when at.Entry!.Kind != TreeEntryKind.Directory => new DockerfileCheck(true, at.Path),
            not Whereabouts.Found when ComposeText.HasVariable(wanted) => new DockerfileCheck(null, Finding: About(
                service, Certainty.Likely, "VC201", $"'{wanted}' holds a variable that has no value: whether the Dockerfile exists is unknown",
                "set the variable in the environment or in the file of --env-file")),
            Whereabouts.Undetermined => new DockerfileCheck(null, Finding: About(
                service, Certainty.Likely, "VC107",
                $"GitHub gives the tree of '{context.Repository}' only in part, and the part with '{at.Path}' could not be read: "
                    + "whether the Dockerfile exists is unknown",
                "run again; or use a smaller repository for the contexts")),
            Whereabouts.Outside when context is FolderContext => new DockerfileCheck(null, Finding: About(
                service, Certainty.Likely, "VC201",
                $"'{wanted}' leads out of the folder '{context.Text}'; this build looks at nothing outside of it, so whether it exists is unknown",
                "put the Dockerfile into the folder, or move the context up to a folder that holds both")),
            Whereabouts.Outside when at.Via is null => Missing(
                $"'{wanted}' leads out of the context {folder}; a builder sees nothing outside of it", AsParent(context, wanted)),
            Whereabouts.Outside => Missing(
                $"'{wanted}' is a symbolic link that leads out of the context {folder} ({at.Via}); a builder sees nothing outside of it",
                "put the file itself there, or move the context up to a folder that holds both"),
            Whereabouts.Loop => Missing($"'{wanted}' is a symbolic link that leads in a circle ({at.Via})", "put the file itself there"),
            Whereabouts.Submodule => Missing(
                $"'{wanted}' in {folder} lies in the submodule '{at.Path}': GitHub's archive of the commit holds none of its files",
                "a Dockerfile of this repository, or a context in the submodule's own repository"),
            Whereabouts.Found => Missing($"'{wanted}' in {folder} is a folder, not a file", Propose(context, tree, taken, wanted)),
            _ when at.Via is not null => Missing(
                $"'{wanted}' in {folder} is a symbolic link to a file that does not exist ({at.Via})", Propose(context, tree, taken, wanted)),
            _ => Missing($"{folder} exists in '{context.Repository}' at {tree.Commit[..12]}, but holds no '{wanted}'", Propose(context, tree, taken, wanted)),
        };

        DockerfileCheck Missing(string message, string suggestion) => new(
            false,
            Finding: About(service, Certainty.Certain, "VC201", message, suggestion) with
            {
                Evidence = [Holds(tree, context.Path, folder)],
            });
    }

    private static IEnumerable<string> Others(string wanted)
    {
        var clean = GoPath.Clean(wanted);
        if (clean.StartsWith("..", StringComparison.Ordinal) || clean.StartsWith('/'))
            yield break;

        yield return clean;
        if (TreeFolders.NameOf(clean) == "Dockerfile")
            yield return clean[..^"Dockerfile".Length] + "dockerfile";
    }

    /// <summary>The Dockerfiles of the services beside <paramref name="service"/> in the repository of <paramref name="context"/>, as paths from its root.</summary>
    public static IReadOnlySet<string> OfOthers(Rollout rollout, Service service, RepositoryContext context) => (
        from other in rollout.Services
        where other.Name != service.Name && other.Build is { DockerfileInline: null }
        let of = other.Build!.Reference as RepositoryContext
        where of is not null && of.Repository == context.Repository
        select GoPath.Clean($"/{of!.Path}/{other.Build!.Dockerfile}")[1..]).ToHashSet(StringComparer.Ordinal);

    // What comes nearest first: another spelling, another name, a folder further down, the folder above.
    private static string Propose(RepositoryContext context, RepositoryTree tree, IReadOnlySet<string> taken, string wanted)
    {
        var name = TreeFolders.NameOf(wanted);
        var all = tree.Below(context.Path).Where(entry => entry.Kind is TreeEntryKind.File or TreeEntryKind.Executable).ToList();
        var files = all.Where(entry => !taken.Contains(entry.Path)).Select(entry => Relative(context.Path, entry.Path)).ToList();
        var proposal =
            all.Select(entry => Relative(context.Path, entry.Path)).FirstOrDefault(file => file.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? files.Where(file => !file.Contains('/') && LooksLikeDockerfile(file)).OrderBy(Rank).ThenBy(file => file, StringComparer.Ordinal).FirstOrDefault()
            ?? files
                .Where(file => file.Count(c => c == '/') is > 0 and <= DeepestProposal
                    && (TreeFolders.NameOf(file).Equals(name, StringComparison.OrdinalIgnoreCase) || LooksLikeDockerfile(TreeFolders.NameOf(file))))
                .OrderBy(file => file.Count(c => c == '/')).ThenBy(file => Rank(TreeFolders.NameOf(file))).ThenBy(file => file, StringComparer.Ordinal)
                .FirstOrDefault();
        if (proposal is not null)
            return $"dockerfile: {proposal}";

        for (var folder = context.Path; folder.Length > 0;)
        {
            folder = TreeFolders.ParentOf(folder);
            if (tree.Find(Join(folder, name)) is { } above && TreeFolders.IsFile(above) && !taken.Contains(above.Path))
                return $"context: {ContextUrl.With(context, context.Ref, folder)} (a '{name}' is there)";
        }

        return $"push '{Join(context.Path, wanted)}' to '{context.Ref ?? "the default branch"}', or write dockerfile_inline, or image instead of build";
    }

    private static bool LooksLikeDockerfile(string name) =>
        name.Equals("Dockerfile", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Containerfile", StringComparison.OrdinalIgnoreCase)
        || (name.StartsWith("Dockerfile.", StringComparison.OrdinalIgnoreCase) && !name.EndsWith(".dockerignore", StringComparison.OrdinalIgnoreCase))
        || name.StartsWith("Dockerfile-", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith(".Dockerfile", StringComparison.OrdinalIgnoreCase);

    private static int Rank(string name) => name.ToUpperInvariant() switch
    {
        "DOCKERFILE" => 0,
        "CONTAINERFILE" => 1,
        "DOCKERFILE.PROD" or "DOCKERFILE.PRODUCTION" => 2,
        _ => 3,
    };

    // "../docker/api.Dockerfile" from "services/api" is "docker/api.Dockerfile" from "services".
    private static string AsParent(RepositoryContext context, string wanted)
    {
        var folder = context.Path;
        var inside = new List<string>();
        foreach (var segment in wanted.Split('/', StringSplitOptions.RemoveEmptyEntries).Where(segment => segment != "."))
        {
            if (segment != "..")
                inside.Add(segment);
            else if (inside.Count > 0)
                inside.RemoveAt(inside.Count - 1);
            else if (folder.Length == 0)
                return "the path of a file in the repository";
            else
                folder = TreeFolders.ParentOf(folder);
        }

        return $"context: {ContextUrl.With(context, context.Ref, folder)} with dockerfile: {string.Join('/', inside)}";
    }

    private static string Holds(RepositoryTree tree, string path, string folder)
    {
        var names = TreeFolders.Children(tree, path).Select(entry => TreeFolders.NameOf(entry.Path) + (entry.Kind == TreeEntryKind.Directory ? "/" : ""));
        return Shown.Safe($"{folder} holds: {TreeFolders.Enumerate(names, ShownChildren)}", 1000);
    }

    private static Finding About(Service service, Certainty certainty, string rule, string message, string suggestion) =>
        Findings.About(service, Key, rule, FailureClass.DockerfileMissing, certainty, message, suggestion);

    private static string Relative(string folder, string path) => folder.Length == 0 ? path : path[(folder.Length + 1)..];

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
