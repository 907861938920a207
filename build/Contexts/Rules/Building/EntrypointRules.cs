using System.Text;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Rules.Programs;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Building;

/// <summary>VC214 and VC215: a script that the container starts with can be executed.</summary>
internal sealed class EntrypointRules : DockerfileRule
{
    protected override IEnumerable<string> Files(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        StartedScript.Find(subject, dockerfile) is { } script ? [script.RepositoryPath] : [];

    protected override IEnumerable<Finding> Check(ServiceSubject subject, EvaluatedDockerfile dockerfile)
    {
        if (StartedScript.Find(subject, dockerfile) is not { } script)
            yield break;

        var certainty = script.MayBeChanged || script.IsOnPath || dockerfile.Source.HasForeignSyntax ? Certainty.Likely : Certainty.Certain;
        if (script.Entry.Kind == TreeEntryKind.File && !script.ChangesMode)
            yield return About(
                subject, "VC214", certainty, script.Copy,
                $"the container starts '{script.Path}', a copy of '{script.RepositoryPath}', which is not executable in git (mode 100644): {(script.IsOnPath ? "executable file not found in $PATH" : "permission denied")}",
                $"git update-index --chmod=+x {script.RepositoryPath}, or COPY --chmod=755, or RUN chmod +x {script.Path}");

        if (!subject.Files.TryGetValue(script.RepositoryPath, out var bytes) || script.ChangesText)
            yield break;

        var end = Array.IndexOf(bytes, (byte)'\n');
        var first = bytes.AsSpan(0, end < 0 ? Math.Min(bytes.Length, 200) : end);
        if (first.StartsWith("#!"u8) && first.EndsWith("\r"u8))
            yield return About(
                subject, "VC215", NamesProgramLast(first) ? certainty : AtMostLikely(certainty), script.Copy,
                $"'{script.RepositoryPath}' has Windows line ends: its first line asks for a program whose name ends in a carriage return, and the container "
                    + $"ends with '{script.Path}: no such file or directory'",
                $"'{TreeFolders.NameOf(script.RepositoryPath)} text eol=lf' in .gitattributes, then git add --renormalize {script.RepositoryPath}");
        else if (bytes.AsSpan().StartsWith("\uFEFF#!"u8))
            yield return About(
                subject, "VC215", certainty, script.Copy,
                $"'{script.RepositoryPath}' starts with a byte order mark, so that its '#!' is not seen: exec format error", "save it as UTF-8 without a mark");
        else if (Interpreter(first) is { } interpreter && BaseImage.Of(dockerfile.Target!.BaseImage) is { } image && ImagePrograms.Has(image, interpreter) == false
            && StageSteps.MemoryOf(dockerfile.Target) is { IsOpaque: false } memory && !ProgramSources.Speaks(memory.Text, interpreter))
            // A package that is installed may bring it.
            yield return About(
                subject, "VC215", Certainty.Likely, script.Copy,
                $"'{script.RepositoryPath}' wants {interpreter} in its first line, which {dockerfile.Target.BaseImage} has not: '{script.Path}: no such file or directory'",
                interpreter == "bash" ? "#!/bin/sh as its first line where it needs no bash; or RUN apk add --no-cache bash" : ProgramSources.Remedy(interpreter, ImageSystems.Of(image)));
    }

    // The carriage return is part of the program's name. As the end of an option it is up to the program: perl does not mind it, env -S neither.
    private static bool NamesProgramLast(ReadOnlySpan<byte> first) =>
        Encoding.UTF8.GetString(first)[2..].Split((char[])[' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries)
            is [_] or ["/usr/bin/env" or "/bin/env", [not '-', ..]];

    // #!/bin/bash, #!/usr/bin/env bash
    private static string? Interpreter(ReadOnlySpan<byte> first) =>
        Encoding.UTF8.GetString(first) is ['#', '!', .. var rest] && rest.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries) is [var program, .. var words]
            ? TreeFolders.NameOf(program) == "env" ? words.FirstOrDefault(word => !word.StartsWith('-')) : TreeFolders.NameOf(program)
            : null;
}
