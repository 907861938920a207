using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Building;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>VC111, VC204, VC205 and VC206: what COPY, ADD and bind mounts take from the context is there.</summary>
internal sealed class CopySourceRules : DockerfileRule
{
    private const int MostShown = 10;
    private const int MostLinks = 20;

    public override IEnumerable<string> Links(ServiceSubject subject) => subject.Dockerfile is { } dockerfile && ContextFiles.Of(subject) is { } files
        ? dockerfile.Stages.SelectMany(stage => stage.Instructions).SelectMany(CopySource.Of).Where(source => !source.IsRemote && !source.HasWildcard)
            .SelectMany(source => files.LinksTo(source.Path)).Distinct(StringComparer.Ordinal).Take(MostLinks)
        : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        ContextFiles.Of(subject) is { } files ? Check(subject, dockerfile, files).Take(MostShown) : [];

    private static IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile, ContextFiles files)
    {
        foreach (var stage in dockerfile.Stages.Where(stage => !stage.IsReplaced))
        {
            if (CertaintyIn(dockerfile, stage) is not { } certainty)
                continue;

            foreach (var it in stage.Instructions)
            {
                var sources = CopySource.Of(it).ToList();
                foreach (var source in sources.Where(source => !source.HasWildcard))
                    if (Literal(subject, files, source, it.Instruction.IsFlagSet("parents") ? AtMostLikely(certainty) : certainty) is { } finding)
                        yield return dockerfile.IsNeeded(stage) ? finding : finding with { Message = finding.Message + $". {LeftOut(stage)}" };

                // One of the builders is content with no file at all, the other wants one at least.
                if (sources.Count > 0 && sources.Count == it.Arguments.Count - 1 && sources.All(source => source.HasWildcard) && files.IsComplete
                    && !it.Instruction.IsFlagSet("parents") && Wildcards(subject, files, sources) is { } none)
                    yield return none;
            }
        }
    }

    private static string LeftOut(Stage stage) =>
        $"Nothing that is built needs {stage}: BuildKit leaves it out, the classic builder does not";

    private static Finding? Literal(ServiceSubject subject, ContextFiles files, CopySource source, Certainty certainty)
    {
        var instruction = source.Instruction;
        if (source.IsRemote)
            return instruction.Keyword == "COPY" && source.Written.StartsWith("http", StringComparison.OrdinalIgnoreCase)
                ? About(subject, "VC204", certainty, instruction, "COPY takes no URL", $"ADD {source.Written} {instruction.Arguments[^1]}")
                : null;

        var (presence, end, via) = files.Follow(source.Path);
        if (via is not null && presence is Presence.Missing or Presence.Ignored && !source.Climbs)
            return OfLink(subject, files, source, instruction.Keyword == "RUN" ? AtMostLikely(certainty) : certainty, presence, end, via!);

        if (source.Climbs)
            return About(
                subject, "VC111", presence == Presence.Missing ? certainty : AtMostLikely(certainty), instruction,
                $"'{source.Written}' leads out of the context: a builder sees nothing outside of it"
                    + (presence == Presence.Missing ? "" : $"; BuildKit takes '{source.Path}' of the context instead, the classic builder refuses it"),
                Outside(subject, files, source));

        return presence switch
        {
            Presence.Missing when source.Path == ".git" || source.Path.StartsWith(".git/", StringComparison.Ordinal) => About(
                subject, "VC206", KeepsGit(subject) ? AtMostLikely(certainty) : certainty, instruction,
                $"'{source.Written}' is git's own folder, which is no part of a commit and is not sent to the builder",
                "pass what the build needs of it as an argument, such as args: { GIT_COMMIT: <commit> }"),
            Presence.Missing => About(
                subject, "VC204", certainty, instruction,
                $"'{source.Written}' is not in the context {Folder(subject)} at {subject.Tree!.Commit[..12]}",
                NearestFile.Suggest(subject, files, source)),
            Presence.Ignored => About(
                subject, "VC205", certainty, instruction,
                $"'{source.Written}' is kept out of the context by '{subject.IgnoreFilePath}' ({files.Ignore.PatternFor(source.Path)})",
                $"a line '!{source.Path}' at the end of '{subject.IgnoreFilePath}'"),
            _ => null,
        };
    }

    private static Finding OfLink(
        ServiceSubject subject, ContextFiles files, CopySource source, Certainty certainty, Presence presence, string end, string via) => presence == Presence.Missing
        ? About(
            subject, "VC204", certainty, source.Instruction,
            $"'{source.Written}' is a symbolic link ({via}), and '{end}' is not in the context {Folder(subject)} at {subject.Tree!.Commit[..12]}: links never lead out of it",
            $"put the file itself at '{source.Path}', or move the context up to a folder that holds both")
        : About(
            subject, "VC205", certainty, source.Instruction,
            $"'{source.Written}' is a symbolic link ({via}), and '{end}' is kept out of the context by '{subject.IgnoreFilePath}' ({files.Ignore.PatternFor(end)})",
            $"a line '!{end}' at the end of '{subject.IgnoreFilePath}'");

    private static Finding? Wildcards(ServiceSubject subject, ContextFiles files, List<CopySource> sources)
    {
        var isIgnored = false;
        foreach (var source in sources)
        {
            // A malformed one matches nothing to a builder either; what it means to say is not for us to guess.
            if (source.Climbs || GoPathPattern.Parse(source.Path) is not { } pattern)
                return null;

            foreach (var entry in files.Entries.Where(entry => pattern.Matches(entry.Path)))
            {
                if (files.IsSent(entry.Path, entry))
                    return null;
                isIgnored = true;
            }
        }

        var instruction = sources[0].Instruction;
        var written = string.Join(' ', sources.Select(source => source.Written));
        return isIgnored
            ? About(
                subject, "VC205", Certainty.Likely, instruction, $"all that '{written}' matches is kept out of the context by '{subject.IgnoreFilePath}'",
                $"a line '!{sources[0].Path}' at the end of '{subject.IgnoreFilePath}'")
            : About(
                subject, "VC204", Certainty.Likely, instruction,
                $"'{written}' matches nothing in the context {Folder(subject)}: the classic builder refuses that, BuildKit copies nothing",
                NearestFile.Suggest(subject, files, sources[0]));
    }

    private static bool KeepsGit(ServiceSubject subject) => subject.Service.Build!.Arguments.ContainsKey("BUILDKIT_CONTEXT_KEEP_GIT_DIR");

    private static string Folder(ServiceSubject subject) => subject.Context!.Reference.Path is { Length: > 0 } folder ? $"'{folder}'" : "(the repository's root)";

    // The context that would hold both, when there is one.
    private static string Outside(ServiceSubject subject, ContextFiles files, CopySource source)
    {
        var context = subject.Context!.Reference;
        var wanted = GoPath.Clean($"{context.Path}/{source.Written}");
        if (wanted.StartsWith("..", StringComparison.Ordinal) || files.FindInRepository(wanted) is null)
            return "move the context up to a folder that holds the file, or the file into the context";

        var folder = context.Path;
        while (folder.Length > 0 && !wanted.StartsWith(folder + "/", StringComparison.Ordinal))
            folder = TreeFolders.ParentOf(folder);

        var below = folder.Length == 0 ? 0 : folder.Length + 1;
        return $"context: {ContextUrl.With(context, context.Ref, folder)} with dockerfile: {subject.Context.DockerfilePath[below..]}, and '{wanted[below..]}' in the Dockerfile";
    }
}
