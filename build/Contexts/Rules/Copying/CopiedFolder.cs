using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>A folder of the image that comes with what is copied: of the context, or of another stage, into which nobody sees.</summary>
internal static class CopiedFolder
{
    /// <summary>True when a COPY or ADD of <paramref name="stage"/>, or of those below it, brings the folder <paramref name="path"/>, or may do so.</summary>
    public static bool MayBring(ServiceSubject subject, Stage stage, string path)
    {
        var files = ContextFiles.Of(subject);
        for (var part = stage; part is not null; part = part.Parent)
            if (part.Instructions.Any(it => it.Instruction.Keyword is "COPY" or "ADD" && MayBring(it, files, path)))
                return true;

        return false;
    }

    private static bool MayBring(EvaluatedInstruction it, ContextFiles? files, string path)
    {
        if (it.Arguments is not [.., { } written] || (!written.StartsWith('/') && it.WorkingDirectory is null))
            return true;

        var target = GoPath.Clean(written.StartsWith('/') ? written : $"{it.WorkingDirectory}/{written}");
        var below = target == "/" ? path[1..] : path.StartsWith($"{target}/", StringComparison.Ordinal) ? path[(target.Length + 1)..] : null;
        if (below is null)
            return false;

        // What a single file is called says nothing of folders; a wildcard, an archive and another stage may bring any.
        var sources = CopySource.Of(it).ToList();
        return files is null || sources.Count != it.Arguments.Count - 1
            || sources.Any(source => source.HasWildcard || source.IsRemote || it.Instruction.Keyword == "ADD"
                || files.Find(source.Path.Length == 0 ? below : $"{source.Path}/{below}") is { Kind: not (TreeEntryKind.File or TreeEntryKind.Executable) });
    }
}
