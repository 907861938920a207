namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>A line that the engine's classic builder refuses and BuildKit takes.</summary>
/// <param name="Line">Its line, from 1.</param>
/// <param name="What">What stands there, such as <c>RUN --mount</c>.</param>
/// <param name="Instead">How to say it to every builder.</param>
public sealed record BuildKitNeed(int Line, string What, string Instead)
{
    /// <summary>The first API of an engine whose BuildKit knows it without a <c># syntax=</c> line.</summary>
    public Version Since { get; init; } = EngineApis.OfEngine2010;

    /// <summary>True when BuildKit asks its client for it: a secret or an ssh agent.</summary>
    public bool AsksClient { get; init; }

    /// <summary>True when the classic builder, which goes through the file up to the target, comes by it.</summary>
    public bool IsUpToTarget { get; init; } = true;

    /// <summary>True when BuildKit, which leaves out what the target does not need, does what it says.</summary>
    public bool IsBuilt { get; init; } = true;
}

/// <summary>The versions of the Engine API with which the Dockerfile language grew: each engine has a frontend of its own, which stays as it was.</summary>
internal static class EngineApis
{
    /// <summary>Docker Engine 20.10, docker/dockerfile 1.2.</summary>
    public static readonly Version OfEngine2010 = new(1, 41);

    /// <summary>Docker Engine 23.0, docker/dockerfile 1.4.</summary>
    public static readonly Version OfEngine23 = new(1, 42);

    /// <summary>Docker Engine 24.0, docker/dockerfile 1.5.</summary>
    public static readonly Version OfEngine24 = new(1, 43);

    /// <summary>Docker Engine 25.0, docker/dockerfile 1.6.</summary>
    public static readonly Version OfEngine25 = new(1, 44);

    /// <summary>Docker Engine 28.3 and newer, docker/dockerfile 1.17: a newer engine is not spoken to in a newer version.</summary>
    public static readonly Version OfEngine283 = new(1, 51);
}

/// <summary>Finds what only BuildKit builds (moby 20.10, <c>builder/dockerfile</c>: "the --mount option requires BuildKit", "Unknown flag: link",
/// "unknown instruction" for the first line of a heredoc; "When using COPY with more than one source file, the destination must be a directory and end
/// with a /", for "." too).</summary>
public static class BuildKitNeeds
{
    /// <summary>The lines of the whole file; empty when every builder can build them all.</summary>
    /// <param name="dockerfile">The file.</param>
    /// <param name="matches">How many entries of the context a pattern of COPY or ADD matches; null when that is not known.</param>
    public static IReadOnlyList<BuildKitNeed> Of(EvaluatedDockerfile dockerfile, Func<string, int>? matches = null) =>
    [
        .. from stage in dockerfile.Stages
           from evaluated in stage.Instructions
           from need in WithTrigger(evaluated.Instruction).Concat(ToNoFolder(evaluated, matches))
           group need with { IsUpToTarget = dockerfile.IsBuiltByClassicBuilder(stage), IsBuilt = dockerfile.IsNeeded(stage) } by (need.Line, need.What, need.AsksClient) into same
           orderby same.Key.Line
           select same.First() with { IsUpToTarget = same.Any(need => need.IsUpToTarget), IsBuilt = same.Any(need => need.IsBuilt) },
    ];

    // Several files to a target that has no slash at its end.
    private static IEnumerable<BuildKitNeed> ToNoFolder(EvaluatedInstruction it, Func<string, int>? matches)
    {
        if (it.Instruction is not { Keyword: "COPY" or "ADD", Heredocs.Count: 0 } copy || it.Arguments is not [.., { Length: > 0 } target] || target.EndsWith('/'))
            yield break;

        var isPattern = it.Arguments is [{ } only, _] && GoPathPattern.HasWildcard(only) && copy.Flag("from") is null && matches?.Invoke(only) > 1;
        if (it.Arguments.Count > 2 || isPattern)
            yield return new BuildKitNeed(copy.Line, $"{copy.Keyword} of several files to '{Shown.Safe(target, 60)}', which has no slash at its end", $"{target}/");
    }

    private static IEnumerable<BuildKitNeed> WithTrigger(Instruction instruction) =>
        // What a trigger asks for is asked for by another build.
        Of(instruction).Concat(instruction.Trigger is { } trigger ? Of(trigger).Select(need => need with { AsksClient = false }) : []);

    private static IEnumerable<BuildKitNeed> Of(Instruction instruction)
    {
        if (instruction.Heredocs.Count > 0)
        {
            yield return new BuildKitNeed(instruction.Line, $"{instruction.Keyword} with a heredoc", instruction.Keyword == "RUN"
                ? "join the commands with && and a backslash at each line's end, or copy a script and run it"
                : "copy a file of the repository")
            {
                Since = EngineApis.OfEngine23,
            };
        }

        foreach (var flag in instruction.Flags)
            if (Instead(instruction.Keyword, flag) is { } instead)
            {
                var asked = AskedOfClient(instruction.Keyword, flag);
                yield return new BuildKitNeed(instruction.Line, $"{instruction.Keyword} --{flag.Name}{(asked is null ? "" : $"=type={asked}")}", instead)
                {
                    Since = Since(instruction.Keyword, flag.Name),
                    AsksClient = asked is not null,
                };
            }
    }

    private static string? AskedOfClient(string keyword, InstructionFlag flag) =>
        (keyword, flag.Name) is ("RUN", "mount") && RunMount.Parse(flag.Value ?? "").Type is "secret" or "ssh" ? RunMount.Parse(flag.Value ?? "").Type : null;

    private static string? Instead(string keyword, InstructionFlag flag) => (keyword, flag.Name) switch
    {
        ("RUN", "mount") when flag.Value?.Contains("type=cache", StringComparison.Ordinal) == true => "leave it away: a cache only saves time",
        ("RUN", "mount") when AskedOfClient(keyword, flag) is not null =>
            "fetch what is private before the build, or take it from a pre-built image",
        ("RUN", "mount") => "COPY what is mounted",
        ("RUN", "network" or "security" or "device") => "leave it away",
        ("COPY" or "ADD", "link") => "leave it away: it only helps the cache",
        ("COPY" or "ADD", "chmod") => "RUN chmod in the next line, or commit the file with its mode",
        ("COPY" or "ADD", "parents" or "exclude") => "name each folder in a line of its own, or use .dockerignore",
        ("ADD", "checksum" or "keep-git-dir" or "unpack") => "RUN a download that checks what it got",
        _ => null,
    };

    // moby/buildkit, frontend/dockerfile/docs/reference.md, "Minimum Dockerfile version"; what 20.10 refuses was tried there.
    private static Version Since(string keyword, string flag) => (keyword, flag) switch
    {
        ("RUN", "network") or (_, "link") => EngineApis.OfEngine23,
        (_, "keep-git-dir") => EngineApis.OfEngine24,
        (_, "checksum") => EngineApis.OfEngine25,
        (_, "security" or "device" or "parents" or "exclude" or "unpack") => EngineApis.OfEngine283,
        _ => EngineApis.OfEngine2010,
    };
}
