namespace Nuke.Common.ValueInjection;

/// <summary>The words after the command: target names, and switches with their values.</summary>
internal sealed class CommandLine
{
    private readonly List<string> targets = [];
    private readonly List<string> problems = [];
    private readonly Dictionary<Parameter, GivenValue> values = [];

    private CommandLine()
    {
    }

    /// <summary>Target names that stand without a switch.</summary>
    public IReadOnlyList<string> Targets => targets;

    /// <summary>What is wrong, one sentence each.</summary>
    public IReadOnlyList<string> Problems => problems;

    public IReadOnlyDictionary<Parameter, GivenValue> Values => values;

    /// <summary>
    /// Reads the words. <c>--name value</c> takes the next word (a list takes all words up to the next switch, a flag only
    /// <c>true</c> or <c>false</c>); <c>--name=value</c> takes exactly what follows, whatever it begins with. Case and inner dashes do not count.
    /// </summary>
    public static CommandLine Parse(IReadOnlyList<string> words, ParameterCatalog catalog)
    {
        var result = new CommandLine();
        for (var i = 0; i < words.Count;)
        {
            var word = words[i++];
            if (!IsSwitch(word))
            {
                result.targets.AddRange(word.Split('+', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
                continue;
            }

            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? word : word[..equals];
            var parameter = catalog.Find(name);
            if (parameter is null)
            {
                result.problems.Add(Unknown(name, catalog));
                while (equals < 0 && i < words.Count && !IsSwitch(words[i]))
                    i++;
                continue;
            }

            List<string> texts = equals < 0 ? [] : [word[(equals + 1)..]];
            while (equals < 0 && i < words.Count && !IsSwitch(words[i]) && Takes(parameter, texts, words[i]))
                texts.Add(words[i++]);
            result.Add(parameter, texts);
        }

        return result;
    }

    private static bool Takes(Parameter parameter, List<string> texts, string word) =>
        parameter.IsArray || (texts.Count == 0 && (!parameter.IsFlag || bool.TryParse(word, out _)));

    /// <summary>A dash before a digit begins a negative number: no switch is named so.</summary>
    private static bool IsSwitch(string word) => word.StartsWith('-') && word.Length > 1 && !char.IsDigit(word[1]);

    private void Add(Parameter parameter, List<string> texts)
    {
        if (parameter.IsArray && values.TryGetValue(parameter, out var before))
            texts.InsertRange(0, before.Texts);
        values[parameter] = new GivenValue(texts, ValueSource.CommandLine, parameter.Switch);
    }

    private static string Unknown(string name, ParameterCatalog catalog)
    {
        if (ParameterCatalog.NotYet.FirstOrDefault(later => Spelling.Same(later, name)) is { } later)
            return $"--{later}: not available yet";
        if (Spelling.Bare(name).Length == 0)
            return $"{name}: has no meaning here; targets stand without dashes, a value that begins with a dash is written --name=-value";
        var near = Nearest.To(name, catalog.All.Where(parameter => parameter.IsListed).Select(parameter => parameter.Dashed));
        return $"{name}: unknown parameter; {(near is null ? "--help lists those there are" : $"did you mean --{near}?")}";
    }
}
