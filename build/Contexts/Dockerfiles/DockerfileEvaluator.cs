using System.Globalization;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Goes through the stages of a file (BuildKit, <c>dockerfile2llb/convert.go</c>).</summary>
internal sealed class DockerfileEvaluator(Dockerfile file, BuildInputs inputs)
{
    private readonly Dictionary<string, Variable> globals = new(StringComparer.Ordinal);
    private readonly List<BuildArgument> arguments = [];
    private readonly List<Stage> stages = [];
    private readonly Dictionary<string, Stage> byName = new(StringComparer.Ordinal);
    private readonly ExpansionBudget budget = new();

    /// <summary>The ARGs before the first FROM, and the stages.</summary>
    public (IReadOnlyList<BuildArgument> Arguments, IReadOnlyList<Stage> Stages) Run()
    {
        var cuts = Enumerable.Range(0, file.Instructions.Count).Where(i => file.Instructions[i].Keyword == "FROM").ToList();
        foreach (var pair in file.Instructions.Take(cuts.FirstOrDefault(file.Instructions.Count)).Where(it => it.Keyword == "ARG").SelectMany(it => it.Pairs.Select(pair => (it.Line, pair))))
            Declare(pair.pair, pair.Line);

        var indexes = StageIndexes(cuts);
        for (var i = 0; i < cuts.Count; i++)
        {
            var end = i + 1 < cuts.Count ? cuts[i + 1] : file.Instructions.Count;
            var stage = new StageEvaluator(Start(file.Instructions[cuts[i]], i), globals, inputs, file.Escape, budget, from => IndexOf(indexes, cuts.Count, from))
                .Run([.. file.Instructions.Skip(cuts[i] + 1).Take(end - cuts[i] - 1)]);
            stages.Add(stage);
            if (stage.Name is not null)
                byName[stage.Name] = stage;
        }

        return (arguments, stages);
    }

    private void Declare(NameValue pair, int line)
    {
        var isPassed = inputs.Arguments.TryGetValue(pair.Name, out var passed);
        globals[pair.Name] = isPassed ? passed is null ? Variable.Unknown : Variable.Of(passed)
            : pair.Value is null ? PredefinedArguments.IsPlatform(pair.Name) ? Variable.Unknown : Variable.Unset
            : Expand(pair.Value) switch
            {
                // A builder takes a default that it cannot expand for empty.
                { Error: not null } => Variable.Unknown,
                { Text: { } text } => Variable.Of(text),
                _ => Variable.Unknown,
            };
        arguments.Add(new BuildArgument(pair.Name, line, pair.Value is not null, isPassed, PredefinedArguments.IsPlatform(pair.Name)));
    }

    private Stage Start(Instruction from, int index)
    {
        var name = from.Arguments.Count == 3 ? from.Arguments[2].ToLowerInvariant() : null;
        var expansion = from.Arguments.Count > 0 ? Expand(from.Arguments[0]) : null;
        var baseName = expansion?.Text;
        var parent = baseName is not null ? byName.GetValueOrDefault(baseName.ToLowerInvariant()) : null;
        var problems = new List<DockerfileProblem>();
        if (expansion?.Error is { } error)
            problems.Add(new DockerfileProblem(from.Line, ProblemKind.Refused, $"FROM cannot be expanded: {Shown.Safe(error)}", "a value for the variable"));
        else if (baseName is { Length: 0 })
            problems.Add(new DockerfileProblem(from.Line, ProblemKind.Refused, $"FROM {Shown.Safe(from.Arguments[0], 100)} names no image: it is empty", "a value for the variable"));

        var isReplaced = IsNamedContext(name) || (parent is null && IsNamedContext(baseName));
        return new Stage
        {
            Index = index,
            Name = name,
            From = from,
            BaseName = baseName,
            Parent = parent,
            IsReplaced = isReplaced,
            BaseImage = isReplaced ? null : parent is not null ? parent.BaseImage : baseName,
            UnsetInFrom = expansion?.Unset is { } unset ? [.. unset] : [],
            Problems = problems,
        };
    }

    private bool IsNamedContext(string? name) =>
        name is { Length: > 0 } && inputs.NamedContexts.Any(context => context.Equals(name, StringComparison.OrdinalIgnoreCase)
            || Tagged(context).Equals(Tagged(name), StringComparison.OrdinalIgnoreCase));

    private static string Tagged(string image) => image.LastIndexOf(':') > image.LastIndexOf('/') || image.Contains('@', StringComparison.Ordinal) ? image : image + ":latest";

    private Expansion Expand(string text) => budget.Expand(new WordExpander(
        name => globals.TryGetValue(name, out var value) ? value : PredefinedArguments.IsPlatform(name) ? Variable.Unknown : Variable.Unset,
        file.Escape), text);

    // Also stages further down are found by their names: BuildKit refuses them, but knows them.
    private Dictionary<string, int> StageIndexes(List<int> cuts)
    {
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < cuts.Count; i++)
            if (file.Instructions[cuts[i]].Arguments is [_, _, var name])
                indexes[name.ToLowerInvariant()] = i;

        return indexes;
    }

    private static int? IndexOf(Dictionary<string, int> indexes, int count, string from) =>
        int.TryParse(from, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index)
            ? index >= 0 && index < count ? index : null
            : indexes.TryGetValue(from.ToLowerInvariant(), out var found) ? found : null;
}

/// <summary>How much text expansions may make in all: a few lines that double a variable would fill the memory.</summary>
internal sealed class ExpansionBudget
{
    private int left = 8 * 1024 * 1024;

    /// <summary>Expands a word; once nothing is left, everything with a variable is unknown.</summary>
    public Expansion Expand(WordExpander expander, string word)
    {
        if (left <= 0 && word.Contains('$', StringComparison.Ordinal))
            return new Expansion(null, [], null, new HashSet<string>());

        var expansion = expander.Expand(word);
        left -= (expansion.Text?.Length ?? 0) + (word.Contains('$', StringComparison.Ordinal) ? 100 : 0);
        return expansion;
    }
}
