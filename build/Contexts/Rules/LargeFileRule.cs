using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC109: a file is a pointer of Git LFS (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md): three lines of text instead of its bytes.
/// Builders have no LFS.</summary>
internal sealed class LargeFileRule : ServiceRule
{
    private const int ShownFiles = 5;

    // version, oid sha256:<64 digits>, size <number>.
    private const int ShortestPointer = 120;
    private const int LongestPointer = 150;

    /// <inheritdoc/>
    public override IEnumerable<string> Files(ServiceSubject subject) =>
        subject.Tree is { } tree ? Attributes(subject).Where(path => tree.Find(path) is not null && MayHoldPointers(subject)) : [];

    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        if (subject.Service.Build?.DockerfileInline is null && subject.DockerfileBytes is { } dockerfile && IsPointer(dockerfile))
        {
            var finding = Findings.About(
                subject, "build/dockerfile", "VC109", Certainty.Certain,
                $"'{subject.DockerfileName}' is a pointer of Git LFS, not a Dockerfile: its first line is no instruction",
                $"git lfs untrack '{subject.DockerfileName}', then commit the file itself");
            yield return finding with { Evidence = [Findings.OfDockerfile(subject, 1, "version https://git-lfs.github.com/spec/v1")] };
        }

        var pointers = subject.Files.Where(file => file.Key != subject.Context?.DockerfilePath && IsPointer(file.Value)).Select(file => file.Key)
            .Concat(Tracked(subject)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (pointers.Count > 0)
        {
            yield return Findings.About(
                subject, "build/context", "VC109", Certainty.Likely,
                $"Git LFS keeps {TreeFolders.Enumerate(pointers.Select(path => $"'{path}'"), ShownFiles)} elsewhere; the image gets a pointer of three lines instead",
                "commit the files themselves, or fetch them in the Dockerfile");
        }
    }

    /// <summary>True for the bytes that Git LFS leaves in the place of a file.</summary>
    public static bool IsPointer(byte[] bytes) => bytes.AsSpan().StartsWith("version https://git-lfs.github.com/spec/v1\n"u8);

    private static IEnumerable<string> Attributes(ServiceSubject subject) => new[] { ".gitattributes", subject.InContext(".gitattributes") }.Distinct();

    // Files of the size of a pointer whose ending .gitattributes gives to LFS.
    private static IEnumerable<string> Tracked(ServiceSubject subject)
    {
        var endings = Attributes(subject).Select(subject.Text).OfType<string>()
            .SelectMany(text => text.Split('\n'))
            .Where(line => line.Contains("filter=lfs", StringComparison.Ordinal) && line.StartsWith("*.", StringComparison.Ordinal))
            .Select(line => line[1..].Split([' ', '\t', '\r'], 2)[0])
            .Where(ending => !ending.AsSpan().ContainsAny('*', '?', '['))
            .ToHashSet(StringComparer.Ordinal);
        return endings.Count == 0 ? [] : Candidates(subject)
            .Where(entry => endings.Any(ending => entry.Path.EndsWith(ending, StringComparison.Ordinal)))
            .Select(entry => entry.Path);
    }

    private static bool MayHoldPointers(ServiceSubject subject) => Candidates(subject).Any();

    private static IEnumerable<TreeEntry> Candidates(ServiceSubject subject) => subject is { Tree: { } tree, Context: { } context }
        ? tree.Below(context.Reference.Path).Where(entry => entry.Size is >= ShortestPointer and <= LongestPointer)
        : [];
}
