using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads values out of a document: interpolates them, and collects what is wrong, what is unset and what is secret on the way.</summary>
internal sealed class FieldReader(VariableSet variables)
{
    private readonly HashSet<string> secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, UnsetVariable> unset = [];

    /// <summary>The values of the variables.</summary>
    public VariableSet Variables => variables;

    /// <summary>What is wrong.</summary>
    public List<Problem> Problems { get; } = [];

    /// <summary>The variables without a value, in the order of their first use.</summary>
    public IReadOnlyList<UnsetVariable> Unset => [.. unset.Values];

    /// <summary>The secret values.</summary>
    public IReadOnlyList<string> Secrets => [.. secrets];

    /// <summary>Adds a problem.</summary>
    public void Wrong(string where, string what, string remedy, ComposeNode? node) => Problems.Add(new Problem(where, what, remedy, node?.Location));

    /// <summary>Notes a value that must never be seen; words such as <c>true</c> and short numbers are none.</summary>
    public void Secret(string? value)
    {
        if (value is { Length: >= 4 } && ValueFormats.Boolean(value) is null && !(value.Length < 6 && value.All(char.IsAsciiDigit)))
            secrets.Add(value);
    }

    /// <summary>Notes a variable that has no value that could be used.</summary>
    public void NoteUnset(string name, string where, string? message, SourceLocation location) =>
        unset.TryAdd(name, new UnsetVariable(name, where, message, location));

    /// <summary>The text of a scalar, interpolated; null for null and for what is no scalar.</summary>
    public InterpolatedText? Interpolated(ComposeNode? node, string where)
    {
        if (node is not ComposeScalar { Value: { } value } scalar)
            return null;

        try
        {
            var result = ComposeInterpolation.Apply(value, variables);
            foreach (var missing in result.Missing)
                NoteUnset(missing.Name, where, missing.Message, scalar.Location);
            foreach (var name in result.Used.Where(SecretNames.Contains))
                Secret(variables[name]);

            return result;
        }
        catch (FormatException malformed)
        {
            var message = malformed.Message.Split("; ", 2);
            Wrong(where, message[0], message.Length > 1 ? message[1] : "write it with fewer nested variables", scalar);
            return null;
        }
    }

    /// <summary>The text of a scalar, interpolated as far as its variables have values.</summary>
    public string? Text(ComposeNode? node, string where) => Interpolated(node, where)?.Text;

    /// <summary>A value of some type; null when it is absent, needs an unset variable or is wrong, which is then noted.</summary>
    public T? Value<T>(ComposeNode? node, string where, Func<string, T?> parse, string expected)
        where T : struct
    {
        if (Interpolated(node, where) is not { IsComplete: true } text)
            return null;

        if (parse(text.Text) is { } value)
            return value;

        Wrong(where, $"'{text.Text}' is not {expected}", $"write {expected}", node);
        return null;
    }

    /// <summary>A truth value.</summary>
    public bool? Flag(ComposeNode? node, string where) => Value(node, where, ValueFormats.Boolean, "true or false");

    /// <summary>A duration.</summary>
    public TimeSpan? Duration(ComposeNode? node, string where) => Value(node, where, ValueFormats.Duration, "a duration such as 30s or 1m30s");

    /// <summary>A number of bytes.</summary>
    public long? Bytes(ComposeNode? node, string where) => Value(node, where, ValueFormats.Bytes, "a size such as 512m or 2g");

    /// <summary>The items of a list, or a single text as a list of one.</summary>
    public IReadOnlyList<string> Texts(ComposeNode? node, string where) => node switch
    {
        ComposeSequence list => [.. list.Items.Select((item, index) => Text(item, FormattableString.Invariant($"{where}/{index}"))).OfType<string>()],
        ComposeScalar => Text(node, where) is { } text ? [text] : [],
        _ => [],
    };

    /// <summary>A mapping, or a list of <c>NAME=value</c>; a name without a value has null.</summary>
    public IReadOnlyList<NamedValue> Pairs(ComposeNode? node, string where)
    {
        if (node is ComposeMapping mapping)
        {
            return [.. mapping.Entries.Select(entry => (entry, text: Interpolated(entry.Value, $"{where}/{entry.Key}")))
                .Select(pair => new NamedValue(pair.entry.Key, pair.text?.Text, pair.text?.IsComplete ?? true, pair.entry.KeyLocation))];
        }

        if (node is not ComposeSequence list)
            return [];

        return [.. list.Items.Select((item, index) => (item, text: Interpolated(item, FormattableString.Invariant($"{where}/{index}"))))
            .Where(pair => pair.text is not null)
            .Select(pair => (pair.item, pair.text, parts: pair.text!.Text.Split('=', 2)))
            .Select(pair => new NamedValue(pair.parts[0], pair.parts.Length > 1 ? pair.parts[1] : null, pair.text!.IsComplete, pair.item.Location))];
    }

    /// <summary>A mapping, or a list of <c>NAME=value</c>, of texts; a name without a value is empty.</summary>
    public IReadOnlyDictionary<string, string> Labels(ComposeNode? node, string where)
    {
        var labels = new Dictionary<string, string>();
        foreach (var pair in Pairs(node, where))
            labels[pair.Name] = pair.Value ?? "";

        return labels;
    }

    /// <summary>A command: a text split into words, or the list as it stands; null when absent or null.</summary>
    public IReadOnlyList<string>? Command(ComposeNode? node, string where)
    {
        if (node is ComposeSequence)
            return Texts(node, where);
        if (Text(node, where) is not { } text)
            return null;
        if (ValueFormats.ShellWords(text) is { } words)
            return words;

        Wrong(where, "a quote in the command is not closed", "close it, or write the command as a list", node);
        return null;
    }
}

/// <summary>A name with its value.</summary>
/// <param name="Name">The name.</param>
/// <param name="Value">The value, interpolated as far as its variables have values; null when there is none.</param>
/// <param name="IsComplete">True when every variable in it had a value.</param>
/// <param name="Location">Where the name stands.</param>
internal sealed record NamedValue(string Name, string? Value, bool IsComplete, SourceLocation Location);
