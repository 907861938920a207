using System.Text.RegularExpressions;
using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Rules.Copying;

/// <summary>A path that an instruction takes from the build context.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Written">The path, variables expanded.</param>
internal sealed partial record CopySource(Instruction Instruction, string Written)
{
    /// <summary>The path from the context, as builders clean it: what climbs above the context's root stays in it.</summary>
    public string Path { get; } = GoPath.Clean("/" + Written)[1..];

    /// <summary>True when the path climbs above the context.</summary>
    public bool Climbs
    {
        get
        {
            var depth = 0;
            return Written.Split('/', StringSplitOptions.RemoveEmptyEntries).Any(part => (depth += part switch { "." => 0, ".." => -1, _ => 1 }) < 0);
        }
    }

    /// <summary>True when it may match several files, or none.</summary>
    public bool HasWildcard => GoPathPattern.HasWildcard(Written);

    /// <summary>True for an address that COPY and ADD do not look up in the context.</summary>
    public bool IsRemote =>
        Written.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || Written.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        || Written.StartsWith("git://", StringComparison.Ordinal) || Written.StartsWith("ssh://", StringComparison.Ordinal)
        || Ssh().IsMatch(Written) || Written.StartsWith("github.com/", StringComparison.Ordinal);

    /// <summary>The sources of COPY and ADD and of the bind mounts of RUN that stand in the context. What depends on unknown values is left out, and
    /// so is a backslash, which means one thing to one builder and another to the next.</summary>
    public static IEnumerable<CopySource> Of(EvaluatedInstruction it)
    {
        var instruction = it.Instruction;
        // A flag that this code does not know may mean anything.
        if (instruction.Keyword is "COPY" or "ADD" && instruction.Flag("from") is null && !InstructionFlags.Check(instruction).Any())
        {
            foreach (var word in it.Arguments.SkipLast(1))
                if (word is { Length: > 0 } && !word.Contains('\\', StringComparison.Ordinal) && !(instruction.Heredocs.Count > 0 && HeredocWord.Of(word) is not null))
                    yield return new CopySource(instruction, word);
        }

        foreach (var mount in it.Mounts)
            if (mount is { Type: "bind", From: null, Source: { Length: > 0 } source } && source.IndexOfAny(['$', '\\', '*', '?', '[']) < 0)
                yield return new CopySource(instruction, source);
    }

    // git@host:path, with any user.
    [GeneratedRegex("^[A-Za-z0-9_-]+@[A-Za-z0-9.-]+:")]
    private static partial Regex Ssh();
}
