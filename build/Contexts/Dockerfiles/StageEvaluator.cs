using System.Collections.Immutable;
using System.Globalization;

namespace PhasedRollout.Contexts.Dockerfiles;

/// <summary>Goes through the instructions of one stage.</summary>
internal sealed class StageEvaluator
{
    /// <summary>Nobody has as many; each of them runs in every stage built from theirs.</summary>
    private const int MostTriggers = 100;

    private readonly Dictionary<string, Variable> globals;
    private readonly BuildInputs inputs;
    private readonly ExpansionBudget budget;
    private readonly Func<string, int?> indexOf;
    private readonly WordExpander expander;
    private readonly Dictionary<string, Variable> arguments = new(StringComparer.Ordinal);
    private readonly List<BuildArgument> declared = [];
    private readonly List<EvaluatedInstruction> evaluated = [];
    private readonly List<DockerfileProblem> problems;
    private readonly List<int> sources = [];
    private readonly List<Instruction> triggers = [];
    private ImmutableDictionary<string, string?> environment;
    private ImmutableList<ExposedPort> ports;
    private ImmutableList<string?> volumes;
    private bool hasUnknownName;
    private bool hasCommand;
    private Stage stage;

    public StageEvaluator(
        Stage start, Dictionary<string, Variable> globals, BuildInputs inputs, char escape, ExpansionBudget budget, Func<string, int?> indexOf)
    {
        this.globals = globals;
        this.inputs = inputs;
        this.budget = budget;
        this.indexOf = indexOf;
        expander = new WordExpander(Find, escape);
        problems = [.. start.Problems];
        stage = start.IsReplaced ? start : Inherit(start);
        environment = stage.Environment as ImmutableDictionary<string, string?> ?? ImmutableDictionary.Create<string, string?>(StringComparer.Ordinal);
        ports = stage.ExposedPorts as ImmutableList<ExposedPort> ?? [];
        volumes = stage.Volumes as ImmutableList<string?> ?? [];
    }

    /// <summary>The stage after <paramref name="instructions"/>.</summary>
    public Stage Run(IReadOnlyList<Instruction> instructions)
    {
        foreach (var instruction in (stage.Parent?.Triggers ?? []).Take(MostTriggers).Concat(instructions))
        {
            // A named context stands in for the whole stage: nothing of it is run.
            if (inputs.NamedContexts.Count > 0 && stage is { IsReplaced: true, Name: { } name } && inputs.NamedContexts.Contains(name))
                break;

            evaluated.Add(Evaluate(instruction));
        }

        return stage with
        {
            Instructions = evaluated,
            Arguments = declared,
            Environment = environment,
            ExposedPorts = ports,
            Volumes = volumes,
            Problems = problems,
            Sources = sources,
            Triggers = triggers,
        };
    }

    private static Stage Inherit(Stage start)
    {
        if (start.Parent is { } parent)
            return start with
            {
                Environment = parent.Environment,
                WorkingDirectory = parent.WorkingDirectory,
                User = parent.User,
                ExposedPorts = parent.ExposedPorts,
                HasUnknownPorts = parent.HasUnknownPorts,
                Volumes = parent.Volumes,
                Entrypoint = parent.Entrypoint,
                Command = parent.Command,
                Healthcheck = parent.Healthcheck,
                Shell = parent.Shell,
            };

        return start.IsFromScratch
            ? start with
            {
                WorkingDirectory = "/",
                User = "",
                Entrypoint = ImageCommand.None,
                Command = ImageCommand.None,
                Healthcheck = ImageHealthcheck.None,
                Shell = ["/bin/sh", "-c"],
            }
            : start;
    }

    private EvaluatedInstruction Evaluate(Instruction instruction)
    {
        IReadOnlyList<string?> words = instruction.Keyword is "ADD" or "COPY" or "STOPSIGNAL" or "USER" or "VOLUME" or "WORKDIR"
            ? [.. instruction.Arguments.Select(word => IsHeredoc(instruction, word) ? word : Expand(instruction, word).Text)]
            : [.. instruction.Arguments];
        var before = new EvaluatedInstruction(instruction, words, stage.WorkingDirectory, stage.Shell);
        if (instruction.Flag("from") is { } from && instruction.Keyword == "COPY" && indexOf(from) is { } source)
            sources.Add(source);

        switch (instruction.Keyword)
        {
            case "ARG":
                foreach (var pair in instruction.Pairs)
                    Declare(instruction, pair);
                break;
            case "ENV":
                SetEnvironment(instruction);
                break;
            case "WORKDIR" when words is [var path]:
                stage = stage with { WorkingDirectory = Combine(stage.WorkingDirectory, path) };
                break;
            case "USER" when words is [var user]:
                stage = stage with { User = user };
                break;
            case "VOLUME":
                volumes = volumes.AddRange(words);
                break;
            case "EXPOSE":
                Expose(instruction);
                break;
            case "SHELL" when instruction.IsJson:
                stage = stage with { Shell = instruction.Arguments };
                break;
            case "CMD":
                hasCommand = true;
                stage = stage with { Command = new ImageCommand(instruction.Arguments, !instruction.IsJson, instruction.Line) };
                break;
            case "ENTRYPOINT":
                // An entry point of its own does not run the inherited command.
                stage = stage with
                {
                    Entrypoint = new ImageCommand(instruction.Arguments, !instruction.IsJson, instruction.Line),
                    Command = hasCommand ? stage.Command : ImageCommand.None,
                };
                break;
            case "HEALTHCHECK":
                stage = stage with { Healthcheck = Healthcheck(instruction) };
                break;
            case "ONBUILD" when instruction.Trigger is { } trigger:
                triggers.Add(trigger);
                break;
            case "RUN":
                return before with { Mounts = [.. Mounts(instruction)] };
        }

        return before;
    }

    private static bool IsHeredoc(Instruction instruction, string word) =>
        instruction.Heredocs.Count > 0 && HeredocWord.Of(word) is { } heredoc && instruction.Heredocs.Any(it => it.Name == heredoc.Name);

    private IEnumerable<RunMount> Mounts(Instruction instruction)
    {
        foreach (var mount in instruction.FlagValues("mount").Select(RunMount.Parse))
        {
            if (mount.From is { } from && indexOf(from) is { } source)
                sources.Add(source);
            yield return mount;
        }
    }

    private void Declare(Instruction instruction, NameValue pair)
    {
        var isPassed = inputs.Arguments.TryGetValue(pair.Name, out var passed);
        var isPredefined = PredefinedArguments.IsPlatform(pair.Name) || PredefinedArguments.IsProxy(pair.Name);
        var value = isPassed ? passed is null ? Variable.Unknown : Variable.Of(passed)
            : pair.Value is not null ? Expand(instruction, pair.Value).Text is { } text ? Variable.Of(text) : Variable.Unknown
            : globals.TryGetValue(pair.Name, out var global) ? global
            : isPredefined ? Variable.Unknown
            : Variable.Unset;
        declared.Add(new BuildArgument(
            pair.Name, instruction.Line, pair.Value is not null || (globals.TryGetValue(pair.Name, out var known) && known != Variable.Unset), isPassed, isPredefined));
        // Which of the two an instruction sees depends on the builder.
        arguments[pair.Name] = environment.ContainsKey(pair.Name) ? Variable.Unknown : value;
    }

    private void SetEnvironment(Instruction instruction)
    {
        // All of one ENV see what was before it.
        var values = instruction.Pairs.Select(pair => (Name: Expand(instruction, pair.Name).Text, Expand(instruction, pair.Value ?? "").Text)).ToList();
        foreach (var (name, text) in values)
        {
            if (name is null)
            {
                hasUnknownName = true;
                continue;
            }

            environment = environment.SetItem(name, text);
            arguments.Remove(name);
        }
    }

    private Variable Find(string name)
    {
        if (hasUnknownName)
            return Variable.Unknown;
        if (arguments.TryGetValue(name, out var argument) && argument != Variable.Unset)
            return argument;
        if (environment.TryGetValue(name, out var text))
            return text is null ? Variable.Unknown : Variable.Of(text);

        // The base image may set it; BuildKit sets PATH, and hands the arguments of a stage on to those built from it.
        return stage.IsFromScratch && stage.Parent is null && name != "PATH" ? Variable.Unset : Variable.Unknown;
    }

    private void Expose(Instruction instruction)
    {
        foreach (var word in instruction.Arguments)
        {
            var expansion = Expand(instruction, word);
            if (expansion.Text is null)
                stage = stage with { HasUnknownPorts = true };

            foreach (var spec in expansion.Words)
            {
                if (ParsePorts(spec, instruction.Line) is { } range)
                    ports = ports.Add(range);
                else
                    problems.Add(new DockerfileProblem(instruction.Line, ProblemKind.Refused, $"'{Shown.Safe(spec, 60)}' is no port", "EXPOSE 8080 or 8080/udp"));
            }
        }
    }

    // [[address:]host:]container[-end][/protocol]: of what stands in front of the container's port an image knows nothing.
    private static ExposedPort? ParsePorts(string spec, int line)
    {
        var slash = spec.IndexOf('/', StringComparison.Ordinal);
        var protocol = slash < 0 || slash + 1 == spec.Length ? "tcp" : spec[(slash + 1)..].ToLowerInvariant();
        var ends = (slash < 0 ? spec : spec[..slash]).Split(':')[^1].Split('-');
        return protocol is "tcp" or "udp" or "sctp" && ends.Length <= 2 && IsPort(ends[0], out var first) && IsPort(ends[^1], out var last) && first <= last
            ? new ExposedPort(first, last, protocol, line)
            : null;
    }

    private static bool IsPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535;

    private static ImageHealthcheck Healthcheck(Instruction instruction)
    {
        var kind = instruction.Arguments.FirstOrDefault("").ToUpperInvariant();
        if (kind != "CMD")
            return new ImageHealthcheck(["NONE"], instruction.Line);

        return new ImageHealthcheck([instruction.IsJson ? "CMD" : "CMD-SHELL", .. instruction.Arguments.Skip(1)], instruction.Line)
        {
            Interval = Duration("interval"),
            Timeout = Duration("timeout"),
            StartPeriod = Duration("start-period"),
            StartInterval = Duration("start-interval"),
            Retries = int.TryParse(instruction.Flag("retries"), NumberStyles.None, CultureInfo.InvariantCulture, out var retries) && retries > 0 ? retries : null,
        };

        // Zero means the engine's own.
        TimeSpan? Duration(string flag) => instruction.Flag(flag) is { } text && GoDuration.Parse(text) is { } duration && duration > TimeSpan.Zero ? duration : null;
    }

    private static string? Combine(string? folder, string? path)
    {
        if (path is null || path.Contains('\\', StringComparison.Ordinal) || (folder is null && !path.StartsWith('/')))
            return null;

        return GoPath.Clean(path.StartsWith('/') ? path : $"{folder}/{path}");
    }

    private Expansion Expand(Instruction instruction, string word)
    {
        var expansion = budget.Expand(expander, word);
        if (expansion.Error is { } error)
            problems.Add(new DockerfileProblem(
                instruction.Line, ProblemKind.Refused, $"{instruction.Keyword} cannot be expanded: {Shown.Safe(error)}", "correct the variable, or escape the dollar sign"));

        return expansion;
    }
}
