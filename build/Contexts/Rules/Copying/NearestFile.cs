namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>What the author of a path that is not there most likely meant.</summary>
internal static class NearestFile
{
    /// <summary>A line that can be pasted.</summary>
    public static string Suggest(ServiceSubject subject, ContextFiles files, CopySource source)
    {
        var context = subject.Context!.Reference;
        // Written as if the context were the repository's root.
        if (context.Path.Length > 0 && files.FindInRepository(source.Path) is not null)
            return source.Path.StartsWith(context.Path + "/", StringComparison.Ordinal) && files.Find(source.Path[(context.Path.Length + 1)..]) is not null
                ? Line(source, source.Path[(context.Path.Length + 1)..])
                : $"context: {ContextUrl.With(context, context.Ref, "")} with dockerfile: {subject.Context.DockerfilePath} ('{source.Path}' is there)";

        var isFolder = source.Written.EndsWith('/');
        var near = files.Entries
            .Where(entry => entry.Kind != TreeEntryKind.Submodule && !(isFolder && entry.Kind != TreeEntryKind.Directory) && files.IsSent(entry.Path, entry))
            .Select(entry => (entry.Path, Distance: Distance(source.Path, entry.Path)))
            .Where(it => it.Distance < 1)
            .OrderBy(it => it.Distance).ThenBy(it => it.Path.Length).ThenBy(it => it.Path, StringComparer.Ordinal)
            .Select(it => it.Path)
            .FirstOrDefault();
        return near is not null ? Line(source, near) : $"push '{subject.InContext(source.Path)}' to '{context.Ref ?? "the default branch"}', or remove it from the Dockerfile";
    }

    private static string Line(CopySource source, string path) => source.Instruction.Keyword switch
    {
        "RUN" => $"source={path}",
        var keyword => $"{keyword} {path} {source.Instruction.Arguments[^1]}",
    };

    // Another letter case, the same name in another folder, a name nearly the same in the same folder; in this order.
    private static double Distance(string wanted, string path)
    {
        if (path.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            return 0.05;

        var (name, other) = (TreeFolders.NameOf(wanted), TreeFolders.NameOf(path));
        if (name.Equals(other, StringComparison.Ordinal))
            return 0.1 + (0.02 * Math.Min(20, path.Count(character => character == '/')));
        if (name.Equals(other, StringComparison.OrdinalIgnoreCase))
            return 0.55;

        return TreeFolders.ParentOf(wanted) == TreeFolders.ParentOf(path) && Words.Difference(name, other) is <= 0.34 and var difference ? 0.6 + difference : 1;
    }
}
