using System.Globalization;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>What a build gives besides the Dockerfile.</summary>
public sealed record BuildInputs
{
    /// <summary>Nothing.</summary>
    public static BuildInputs None { get; } = new();

    /// <summary><c>args</c>; a null value means that one may be passed, and which is not known.</summary>
    public IReadOnlyDictionary<string, string?> Arguments { get; init; } = new Dictionary<string, string?>();

    /// <summary><c>target</c>, or null for the last stage.</summary>
    public string? Target { get; init; }

    /// <summary>The keys of <c>additional_contexts</c>: each stands in for the stage or image of its name.</summary>
    public IReadOnlyCollection<string> NamedContexts { get; init; } = [];
}

/// <summary>A Dockerfile as a build with certain arguments sees it. What depends on values that are not known here is unknown, never guessed.</summary>
public sealed record EvaluatedDockerfile
{
    /// <summary>The file.</summary>
    public required Dockerfile Source { get; init; }

    /// <summary>What the build gives.</summary>
    public required BuildInputs Inputs { get; init; }

    /// <summary>The ARGs before the first FROM.</summary>
    public required IReadOnlyList<BuildArgument> Arguments { get; init; }

    /// <summary>The stages in order.</summary>
    public required IReadOnlyList<Stage> Stages { get; init; }

    /// <summary>The stage that becomes the image; null when the file has no stage, or the target is none of them.</summary>
    public required Stage? Target { get; init; }

    /// <summary>The stages that BuildKit builds: the target and what it is built, copied and mounted from.</summary>
    public IReadOnlySet<int> Needed => needed.Value;

    private readonly Lazy<IReadOnlySet<int>> needed;

    private EvaluatedDockerfile() => needed = new Lazy<IReadOnlySet<int>>(FindNeeded);

    /// <summary>Evaluates <paramref name="file"/>.</summary>
    public static EvaluatedDockerfile Of(Dockerfile file, BuildInputs inputs)
    {
        var (arguments, stages) = new DockerfileEvaluator(file, inputs).Run();
        return new EvaluatedDockerfile
        {
            Source = file,
            Inputs = inputs,
            Arguments = arguments,
            Stages = stages,
            Target = inputs.Target is not { Length: > 0 } name ? stages is [.., var last] ? last : null : Find(stages, name),
        };
    }

    /// <summary>True when every builder builds <paramref name="stage"/>: BuildKit leaves out what the target does not need.</summary>
    public bool IsNeeded(Stage stage) => Needed.Contains(stage.Index);

    /// <summary>True when the classic builder, which goes through the file up to the target, builds <paramref name="stage"/>.</summary>
    public bool IsBuiltByClassicBuilder(Stage stage) => Target is not null && stage.Index <= Target.Index;

    /// <summary>The stage that a <c>--from</c> names by its name or index; null when it names none.</summary>
    public Stage? Find(string from) => int.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
        ? index >= 0 && index < Stages.Count ? Stages[index] : null
        : Find(Stages, from);

    private static Stage? Find(IReadOnlyList<Stage> stages, string name) =>
        stages.LastOrDefault(stage => string.Equals(stage.Name, name, StringComparison.OrdinalIgnoreCase));

    private HashSet<int> FindNeeded()
    {
        var found = new HashSet<int>();
        var open = new Stack<int>();
        if (Target is not null)
            open.Push(Target.Index);

        while (open.TryPop(out var index))
        {
            if (!found.Add(index))
                continue;

            if (Stages[index].Parent is { } parent)
                open.Push(parent.Index);
            foreach (var source in Stages[index].Sources.Where(source => source < Stages.Count))
                open.Push(source);
        }

        return found;
    }
}
