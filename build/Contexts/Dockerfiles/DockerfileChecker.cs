using System.Globalization;
using PhasedRollout.Compose;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>What a builder asks of each instruction by itself (BuildKit, <c>instructions/parse.go</c>).</summary>
internal static class DockerfileChecker
{
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(1);

    private static readonly string[] Keywords =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL",
        "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    /// <summary>Everything that is wrong with <paramref name="instructions"/>, in their order.</summary>
    public static IEnumerable<DockerfileProblem> Check(IReadOnlyList<Instruction> instructions)
    {
        var (hasStage, wasUnknown) = (false, false);
        foreach (var instruction in instructions)
        {
            // What follows a line that is none is most often the rest of the same text; a builder stops at the first.
            var isUnknown = !Keywords.Contains(instruction.Keyword, StringComparer.Ordinal);
            if (isUnknown && wasUnknown)
                continue;

            wasUnknown = isUnknown;
            foreach (var problem in Check(instruction))
                yield return problem;

            hasStage |= instruction.Keyword == "FROM";
            if (!hasStage && instruction.Keyword != "ARG" && !isUnknown)
                yield return Refused(instruction, $"{instruction.Keyword} stands before the first FROM", "start with FROM; only ARG may stand before it");
        }

        if (!hasStage && instructions.All(instruction => instruction.Keyword == "ARG"))
            yield return Refused(instructions[^1], "the file has no FROM, so there is nothing to build", "FROM <image>");
    }

    private static IEnumerable<DockerfileProblem> Check(Instruction instruction)
    {
        if (!Keywords.Contains(instruction.Keyword, StringComparer.Ordinal))
            return [Unknown(instruction)];

        return [.. OfArguments(instruction), .. InstructionFlags.Check(instruction)];
    }

    private static DockerfileProblem Unknown(Instruction instruction)
    {
        var keyword = Shown.Safe(instruction.Written, 40);
        return Refused(
            instruction, keyword.Length == 0 ? "a line continuation continues nothing" : $"'{keyword}' is no instruction",
            NearestName.Suggest(instruction.Keyword, Keywords, keyword.Length == 0 ? "remove it" : "if it continues the line above, that line must end in a backslash"));
    }

    private static IEnumerable<DockerfileProblem> OfArguments(Instruction instruction)
    {
        var keyword = instruction.Keyword;
        var count = instruction.Arguments.Count;
        switch (keyword)
        {
            case "FROM":
                return From(instruction);
            case "ADD" or "COPY":
                return Copy(instruction);
            case "ENV" or "LABEL":
                return Pairs(instruction);
            case "ARG" when instruction.Pairs.Count == 0:
                return [Refused(instruction, "ARG has no name", "ARG <name>[=<default>]")];
            case "ARG":
                return Pairs(instruction);
            case "MAINTAINER" or "WORKDIR" or "USER" or "STOPSIGNAL" when count != 1:
                return [Refused(instruction, $"{keyword} has no value", $"{keyword} <value>")];
            case "EXPOSE" or "VOLUME" or "HEALTHCHECK" when count == 0:
                return [Refused(instruction, $"{keyword} has no argument", $"{keyword} <value>")];
            case "SHELL" when count == 0 || !instruction.IsJson:
                return [Refused(instruction, "SHELL is no JSON array", "SHELL [\"/bin/sh\", \"-c\"]")];
            case "VOLUME" when instruction.Arguments.Any(string.IsNullOrWhiteSpace):
                return [Refused(instruction, "VOLUME names an empty path", "VOLUME [\"/path\"]")];
            case "HEALTHCHECK":
                return Healthcheck(instruction);
            case "ONBUILD":
                return OnBuild(instruction);
            default:
                return [];
        }
    }

    private static IEnumerable<DockerfileProblem> From(Instruction instruction)
    {
        var words = instruction.Arguments;
        if (words.Count != 1 && !(words.Count == 3 && words[1].Equals("as", StringComparison.OrdinalIgnoreCase)))
            yield return Refused(instruction, "FROM takes an image, or an image, AS and a name", "FROM <image> AS <name>");
        else if (words.Count == 3 && !IsStageName(words[2]))
            yield return Refused(instruction, $"'{Shown.Safe(words[2], 60)}' is no stage name", "a letter, then letters, digits, '-', '_' or '.'");
    }

    private static bool IsStageName(string name) =>
        char.IsAsciiLetter(name[0]) && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.');

    private static IEnumerable<DockerfileProblem> Copy(Instruction instruction)
    {
        if (instruction.Arguments.Count < 2)
            yield return Refused(instruction, $"{instruction.Keyword} has no destination", $"{instruction.Keyword} <source> <destination>");
        else if (HeredocWord.Of(instruction.Arguments[^1]) is not null)
            yield return Refused(instruction, $"{instruction.Keyword} has a heredoc as its destination", $"{instruction.Keyword} <<EOF /path");
    }

    private static IEnumerable<DockerfileProblem> Pairs(Instruction instruction)
    {
        // No name and no value: what the parser of pairs has said already.
        if (instruction.Pairs.Count == 0 && instruction.Text.Length == 0)
            yield return Refused(instruction, $"{instruction.Keyword} has no argument", $"{instruction.Keyword} <name>=<value>");
        else if (instruction.Pairs.Any(pair => pair.Name.Length == 0))
            yield return Refused(instruction, $"a name in {instruction.Keyword} is empty", $"{instruction.Keyword} <name>=<value>");
    }

    private static IEnumerable<DockerfileProblem> OnBuild(Instruction instruction)
    {
        var trigger = instruction.Trigger?.Keyword;
        if (trigger is null)
            yield return Refused(instruction, "ONBUILD has no instruction", "ONBUILD <instruction>");
        else if (trigger is "ONBUILD" or "MAINTAINER" or "FROM")
            yield return Refused(instruction, $"{trigger} is not allowed in ONBUILD", "another instruction");
    }

    private static IEnumerable<DockerfileProblem> Healthcheck(Instruction instruction)
    {
        switch (instruction.Arguments[0].ToUpperInvariant())
        {
            case "NONE" when instruction.Arguments.Count > 1:
                yield return Refused(instruction, "HEALTHCHECK NONE takes no arguments", "HEALTHCHECK NONE");
                yield break;
            case "NONE":
                yield break;
            case "CMD" when instruction.Arguments.Count == 1:
                yield return Refused(instruction, "HEALTHCHECK CMD has no command", "HEALTHCHECK CMD curl -f http://localhost:8080/ || exit 1");
                break;
            case "CMD":
                break;
            case var kind:
                yield return Refused(instruction, $"HEALTHCHECK knows CMD and NONE, not '{Shown.Safe(kind, 60)}'", "HEALTHCHECK [options] CMD <command>");
                break;
        }

        foreach (var flag in instruction.Flags.Where(flag => flag.Value is { Length: > 0 } && flag.Name != "retries"))
            if (flag.Name is "interval" or "timeout" or "start-period" or "start-interval" && !IsInterval(flag.Value!))
                yield return Refused(instruction, $"--{flag.Name}={Shown.Safe(flag.Value!, 60)} is no duration of a millisecond or more", $"--{flag.Name}=30s");

        if (instruction.Flag("retries") is { Length: > 0 } text && !(int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retries) && retries >= 0))
            yield return Refused(instruction, $"--retries={Shown.Safe(text, 60)} is no number of 1 or more", "--retries=3");
    }

    private static bool IsInterval(string text) => GoDuration.Parse(text) is { } duration && (duration == TimeSpan.Zero || duration >= ShortestInterval);

    private static DockerfileProblem Refused(Instruction instruction, string message, string remedy) =>
        new(instruction.Line, ProblemKind.Refused, message, remedy);
}
