namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A line that the engine's classic builder refuses and BuildKit takes.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="What">What stands there, such as <c>RUN --mount</c>.</param>
/// <param name="Instead">How to say it to every builder.</param>
public sealed record BuildKitNeed(int Line, string What, string Instead);

/// <summary>Finds what only BuildKit builds (moby 20.10, <c>builder/dockerfile</c>: "the --mount option requires BuildKit", "Unknown flag: link",
/// "unknown instruction" for the first line of a heredoc).</summary>
public static class BuildKitNeeds
{
    /// <summary>The lines up to the target, which is as far as the classic builder goes; empty when it can build them all.</summary>
    public static IReadOnlyList<BuildKitNeed> Of(EvaluatedDockerfile dockerfile)
    {
        var stages = dockerfile.Stages.Where(dockerfile.IsBuiltByClassicBuilder).ToList();
        var instructions = stages.SelectMany(stage => stage.Instructions).Select(evaluated => evaluated.Instruction).SelectMany(WithTrigger);
        return [.. instructions.SelectMany(Of).DistinctBy(need => (need.Line, need.What)).OrderBy(need => need.Line)];
    }

    private static IEnumerable<Instruction> WithTrigger(Instruction instruction) =>
        instruction.Trigger is { } trigger ? [instruction, trigger] : [instruction];

    private static IEnumerable<BuildKitNeed> Of(Instruction instruction)
    {
        if (instruction.Heredocs.Count > 0)
        {
            yield return new BuildKitNeed(instruction.Line, $"{instruction.Keyword} with a heredoc", instruction.Keyword == "RUN"
                ? "join the commands with && and a backslash at each line's end, or copy a script and run it"
                : "copy a file of the repository");
        }

        foreach (var flag in instruction.Flags)
            if (Instead(instruction.Keyword, flag) is { } instead)
                yield return new BuildKitNeed(instruction.Line, $"{instruction.Keyword} --{flag.Name}", instead);
    }

    private static string? Instead(string keyword, InstructionFlag flag) => (keyword, flag.Name) switch
    {
        ("RUN", "mount") when flag.Value?.Contains("type=cache", StringComparison.Ordinal) == true => "leave it away: a cache only saves time",
        ("RUN", "mount") when flag.Value is { } value && (value.Contains("type=secret", StringComparison.Ordinal) || value.Contains("type=ssh", StringComparison.Ordinal)) =>
            "fetch what is private before the build, or take it from a pre-built image",
        ("RUN", "mount") => "COPY what is mounted",
        ("RUN", "network" or "security" or "device") => "leave it away",
        ("COPY" or "ADD", "link") => "leave it away: it only helps the cache",
        ("COPY" or "ADD", "chmod") => "RUN chmod in the next line, or commit the file with its mode",
        ("COPY" or "ADD", "parents" or "exclude") => "name each folder in a line of its own, or use .dockerignore",
        ("ADD", "checksum" or "keep-git-dir" or "unpack") => "RUN a download that checks what it got",
        _ => null,
    };
}
