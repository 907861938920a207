using System.Text.RegularExpressions;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Phases;

/// <summary>Reads generated phase files back, so that a deployment can go on from what an earlier run verified.</summary>
public static partial class PhaseComposeReader
{
    private const string Again = "run ./build.sh GeneratePhaseComposes again, or do not skip it";

    /// <summary>The phases of <paramref name="rollout"/> with the sources that the files in <paramref name="directory"/> say were verified.
    /// The files must be exactly what that rollout gives with those sources: whatever was changed since, there or in the compose file,
    /// is named.</summary>
    /// <exception cref="InvalidInputException">A file is missing, is not ours, or does not belong to this compose file as it is now.</exception>
    /// <exception cref="WorldRefusedException">A file cannot be read.</exception>
    public static IReadOnlyList<Phase> Read(string directory, Rollout rollout)
    {
        ArgumentNullException.ThrowIfNull(rollout);

        var problems = new List<Problem>();
        var files = rollout.Phases.Select(phase => ReadFile(PhaseComposes.PathOf(directory, phase.Number), rollout, problems)).ToList();
        ThrowIfAny(problems);

        // The last file holds every service; the others must agree with it.
        var last = files[^1]!;
        var sources = rollout.Services.ToDictionary(
            service => service.Name, service => SourceOf(service, last, problems), StringComparer.Ordinal);
        ThrowIfAny(problems);

        var phases = PhasePlanner.Arrange(rollout, sources);
        for (var i = 0; i < files.Count; i++)
            Compare(files[i]!, PhaseComposes.Render(rollout, phases, i + 1, directory), rollout, problems);
        ThrowIfAny(problems);
        return phases;
    }

    private static PhaseText? ReadFile(string path, Rollout rollout, List<Problem> problems)
    {
        var text = ReadText(path);
        if (text is null)
        {
            problems.Add(new Problem(path, "is not there", Again));
            return null;
        }

        if (!PhaseHeader.IsAbove(text))
        {
            problems.Add(new Problem(path, "was not written by GeneratePhaseComposes", Again));
            return null;
        }

        var root = Parse(text, path, problems);
        if (root?["name"].Text() is { } project && project != rollout.Project)
            problems.Add(new Problem(path, $"belongs to project '{project}', not to '{rollout.Project}'", Again));
        return root is null ? null : new PhaseText(path, text, root);
    }

    private static string? ReadText(string path)
    {
        try
        {
            return File.Exists(path) ? File.ReadAllText(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new WorldRefusedException(
                FailureClass.Unknown, $"{path} cannot be read: {exception.Message}", "Make the file readable.", inner: exception);
        }
    }

    private static ComposeMapping? Parse(string text, string path, List<Problem> problems)
    {
        try
        {
            return ComposeReader.Parse(text, path).Root;
        }
        catch (InvalidInputException exception)
        {
            problems.AddRange(exception.Problems.Select(problem => problem with { Remedy = Again }));
            return null;
        }
    }

    private static PinnedSource SourceOf(Service service, PhaseText file, List<Problem> problems)
    {
        var pin = file.Service(service.Name)?[PhaseDocument.PinKey] as ComposeMapping;
        switch (service)
        {
            case { Build: null, Image: { } image }:
                if (pin?["digest"] is null)
                    return new PinnedImage(image);
                if (pin["digest"].Text() is { } digest && Digest().IsMatch(digest))
                    return new PinnedImage(image, digest);

                problems.Add(Stale(file, service, $"{PhaseDocument.PinKey} is not what was generated"));
                break;
            case { Build.Reference: RepositoryContext context } when pin is not null && pin["commit"] is not null:
                if (pin["ref"].Text() is { } reference && pin["commit"].Text() is { } commit && pin["tree"].Text() is { } tree
                    && pin["dockerfile"].Text() is { } dockerfile && ObjectId().IsMatch(commit) && ObjectId().IsMatch(tree))
                {
                    if (context.Ref is { } asked && asked != reference)
                        problems.Add(Stale(file, service, $"was verified at '{reference}'; the compose file now says '{asked}'"));
                    return new PinnedBuild(context, reference, commit, tree, dockerfile);
                }

                problems.Add(Stale(file, service, $"{PhaseDocument.PinKey} is not what was generated"));
                break;
            case { Build: { } build } when pin is not null:
                return new UnverifiedBuild(build.Reference);
            default:
                problems.Add(Stale(file, service, "is not in the file as the compose file has it now"));
                break;
        }

        return new UnverifiedBuild(new OtherContext("", ""));
    }

    private static void Compare(PhaseText file, string expectedText, Rollout rollout, List<Problem> problems)
    {
        if (file.Text == expectedText)
            return;

        var expected = new PhaseText(file.Path, expectedText, ComposeReader.Parse(expectedText, file.Path).Root);
        var before = problems.Count;
        foreach (var name in expected.ServiceNames.Union(file.ServiceNames))
        {
            var keys = DifferentKeys(file.Service(name), expected.Service(name));
            if (keys.Count > 0)
                problems.Add(new Problem(
                    $"{file.Path}: services/{name}", $"differs from the compose file in {string.Join(", ", keys)}", Again));
        }

        if (problems.Count == before)
            problems.Add(new Problem(file.Path, $"is not what {rollout.Source.Paths[0]} gives now", Again));
    }

    private static IReadOnlyList<string> DifferentKeys(ComposeMapping? actual, ComposeMapping? expected)
    {
        if (actual is null || expected is null)
            return ["the service itself"];

        return [.. actual.Entries.Concat(expected.Entries).Select(entry => entry.Key).Distinct()
            .Where(key => Write(actual[key]) != Write(expected[key]))];
    }

    private static string Write(ComposeNode? node) =>
        node is null ? "" : ComposeWriter.Write(ComposeEdits.Mapping(("value", node)));

    private static Problem Stale(PhaseText file, Service service, string what) =>
        new($"{file.Path}: services/{service.Name}", what, Again);

    private static void ThrowIfAny(List<Problem> problems)
    {
        if (problems.Count > 0)
            throw new InvalidInputException(problems);
    }

    // SHA-1, as GitHub's API answers it.
    [GeneratedRegex(@"^[0-9a-f]{40}\z")]
    private static partial Regex ObjectId();

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z")]
    private static partial Regex Digest();

    private sealed record PhaseText(string Path, string Text, ComposeMapping Root)
    {
        public IEnumerable<string> ServiceNames => (Root["services"] as ComposeMapping)?.Entries.Select(entry => entry.Key) ?? [];

        public ComposeMapping? Service(string name) => (Root["services"] as ComposeMapping)?[name] as ComposeMapping;
    }
}
