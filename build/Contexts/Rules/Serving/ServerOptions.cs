namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>The options of a command line: <c>--name value</c>, <c>--name=value</c>, <c>-n value</c>, <c>-nvalue</c>.</summary>
/// <param name="words">The words behind the program; a null word is not known.</param>
internal sealed class ServerOptions(IReadOnlyList<string?> words)
{
    /// <summary>True when a word is not known, so that it may be an option.</summary>
    public bool HasUnknown => words.Any(word => word is null);

    /// <summary>The words.</summary>
    public IReadOnlyList<string?> Words => words;

    /// <summary>The values of an option, in order; a null value is not known.</summary>
    public IReadOnlyList<string?> All(params string[] names)
    {
        var values = new List<string?>();
        for (var i = 0; i < words.Count; i++)
        {
            if (words[i] is not { } word)
                continue;

            foreach (var name in names)
            {
                if (word == name)
                    values.Add(i + 1 < words.Count ? words[i + 1] : null);
                else if (name.StartsWith("--", StringComparison.Ordinal) ? word.StartsWith(name + "=", StringComparison.Ordinal) : name.Length == 2 && word.StartsWith(name, StringComparison.Ordinal) && !word.StartsWith("--", StringComparison.Ordinal))
                    values.Add(word[name.Length..].TrimStart('='));
            }
        }

        return values;
    }

    /// <summary>True when the option is there.</summary>
    public bool Has(params string[] names) => All(names).Count > 0;

    /// <summary>The last value of an option: whether it is there, and what it is.</summary>
    public (bool IsSet, string? Value) Last(params string[] names) => All(names) is [.., var last] ? (true, last) : (false, null);
}
