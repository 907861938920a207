using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>VC406: a shell, a language or a package manager that a container starts is in its image.</summary>
internal sealed partial class StartedToolRule : ServiceRule
{
    /// <inheritdoc/>
    public override IEnumerable<Finding> Check(ServiceSubject subject)
    {
        if (subject.Dockerfile is not { Source.HasForeignSyntax: false } || subject.Image is not { IsReplaced: false } stage)
            yield break;

        if (NoArray(subject, stage) is { } written)
            yield return Findings.About(
                subject, "build/dockerfile", "VC406", Certainty.Likely,
                $"'{subject.Service.Name}' starts a shell with {Shown.Safe(written.Words[0], 80)}, which looks like a JSON array and is none: no program has such a name",
                $"[{string.Join(", ", Quoted().Matches(written.Words[0]).Select(word => $"\"{word.Groups["word"].Value}\""))}], with double quotes and commas") with
            {
                Evidence = [Findings.OfDockerfile(subject, written.Line, written.Words[0])],
            };

        if (!PackageInstalls.IsPublic(stage.BaseImage)
            || BaseImage.Of(stage.BaseImage) is not { } image || StartCommand.Of(subject) is not { IsSure: true } start || Program(start) is not { } program)
            yield break;

        // The exec form of one text: no program is called "npm start".
        if (program.Contains(' ', StringComparison.Ordinal))
            yield return Findings.About(
                subject, "build/dockerfile", "VC406", Certainty.Likely,
                $"'{subject.Service.Name}' starts a program called '{Shown.Safe(program, 80)}', which no image has: in the exec form each word stands alone",
                $"[{string.Join(", ", program.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => $"\"{word}\""))}], or the same without brackets") with
            {
                Evidence = [Shown.Safe(start.Evidence)],
            };

        if (ImagePrograms.Knows(program) && ImagePrograms.Has(image, program) == false && StageSteps.MemoryOf(stage) is { IsOpaque: false } memory && !ProgramSources.Speaks(memory.Text, program))
            yield return Findings.About(
                subject, "build/dockerfile", "VC406", Certainty.Likely,
                $"'{subject.Service.Name}' starts '{program}', which {stage.BaseImage} has not, and nothing in the Dockerfile installs it", ProgramSources.Remedy(program, ImageSystems.Of(image))) with
            {
                Evidence = [Shown.Safe(start.Evidence)],
            };
    }

    // A builder takes for a shell's text what is not JSON to the letter.
    private static ImageCommand? NoArray(ServiceSubject subject, Stage stage)
    {
        var started = subject.Service.Entrypoint is not null ? null
            : stage.Entrypoint is { IsShell: true } ? stage.Entrypoint
            : stage.Entrypoint is null or { Words.Count: 0 } && subject.Service.Command is null ? stage.Command
            : null;
        return started is { IsShell: true, Words: [var text] } && Array().IsMatch(text) ? started : null;
    }

    // No test of a shell: that has a blank behind its bracket, and no commas.
    [GeneratedRegex("""^\[(?!.*(?:&&|\|\||;))(?:['‘’“”]|\s*["'].*,).*\]\s*\z""", RegexOptions.Singleline)]
    private static partial Regex Array();

    [GeneratedRegex("""['"‘’“”](?<word>[^'"‘’“”]*)['"‘’“”]""")]
    private static partial Regex Quoted();

    // Only the first word: what a shell's text calls may come after something that brings it.
    private static string? Program(StartCommand start) =>
        start.Words.SkipWhile(word => word is "exec" or "tini" or "dumb-init" or "--").FirstOrDefault() is { } first && (first.Contains(' ', StringComparison.Ordinal) || !first.Contains('/', StringComparison.Ordinal) || first is "/bin/bash")
            ? first == "/bin/bash" ? "bash" : first
            : null;
}
