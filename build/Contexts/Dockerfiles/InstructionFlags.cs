using PhasedRollout.Compose;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>The flags that instructions take.</summary>
internal static class InstructionFlags
{
    private enum Kind
    {
        Text,
        Texts,
        Boolean,
    }

    private static readonly Dictionary<string, Dictionary<string, Kind>> Known = new(StringComparer.Ordinal)
    {
        ["ADD"] = Of("chown chmod checksum", "exclude", "link keep-git-dir unpack"),
        ["COPY"] = Of("chown chmod from", "exclude", "link parents"),
        ["FROM"] = Of("platform"),
        ["RUN"] = Of("network security", "mount device"),
        ["HEALTHCHECK"] = Of("interval timeout start-period start-interval retries"),
    };

    private static readonly Dictionary<string, Kind> None = [];

    /// <summary>What is wrong with the flags of <paramref name="instruction"/>.</summary>
    public static IEnumerable<DockerfileProblem> Check(Instruction instruction)
    {
        // Builders look at the flags of none of these.
        if (instruction.Keyword is "STOPSIGNAL" or "ARG" || instruction is { Keyword: "HEALTHCHECK", Arguments: [var kind, ..] } && kind.Equals("NONE", StringComparison.OrdinalIgnoreCase))
            yield break;

        var known = Known.GetValueOrDefault(instruction.Keyword, None);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flag in instruction.Flags)
        {
            var shown = Shown.Safe(flag.Name, 60);
            if (!known.TryGetValue(flag.Name, out var type))
            {
                // A frontend newer than this list may know it.
                yield return Problem(known.Count == 0 ? ProblemKind.Refused : ProblemKind.RefusedBySome, $"{instruction.Keyword} has no flag --{shown}",
                    NearestName.Of(flag.Name.Length > 60 ? "" : flag.Name, known.Keys) is { } near ? $"--{near}" : $"remove --{shown}");
                continue;
            }

            if (!seen.Add(flag.Name) && type != Kind.Texts)
                yield return Problem(ProblemKind.Refused, $"--{shown} stands twice", "give it once");
            if (type == Kind.Boolean ? flag.Value is { Length: 0 } : flag.Value is null)
                yield return Problem(ProblemKind.Refused, $"--{shown} has no value", $"--{shown}=<value>");
            else if (type == Kind.Boolean && flag.Value is { } text && !IsBoolean(text))
                yield return Problem(ProblemKind.Refused, $"--{shown} is true or false, not '{Shown.Safe(text, 60)}'", $"--{shown}=true");
        }

        DockerfileProblem Problem(ProblemKind kind, string message, string remedy) => new(instruction.Line, kind, message, remedy);
    }

    private static bool IsBoolean(string text) =>
        text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase);

    private static Dictionary<string, Kind> Of(string texts, string several = "", string booleans = "") => new(
        [
            .. Names(texts).Select(name => KeyValuePair.Create(name, Kind.Text)),
            .. Names(several).Select(name => KeyValuePair.Create(name, Kind.Texts)),
            .. Names(booleans).Select(name => KeyValuePair.Create(name, Kind.Boolean)),
        ],
        StringComparer.Ordinal);

    private static string[] Names(string names) => names.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
