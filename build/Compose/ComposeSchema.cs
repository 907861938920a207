namespace PhasedRollout.Compose;

/// <summary>Compares a document with the Compose Specification: every key must be one of it or start with <c>x-</c>, and hold what it may hold.</summary>
public static partial class ComposeSchema
{
    // A section that is written and left empty, as in "volumes:", is the same as none.
    private static readonly string[] Sections = ["configs", "include", "models", "networks", "secrets", "services", "volumes"];

    /// <summary>What in <paramref name="root"/> does not follow the specification, in the order of the text.</summary>
    public static IReadOnlyList<Problem> Check(ComposeMapping root)
    {
        var problems = new List<Problem>();
        var filled = root with
        {
            Entries = [.. root.Entries.Where(entry => !(Sections.Contains(entry.Key) && entry.Value is ComposeScalar { Text: null }))],
        };
        Check(filled, Document, "", problems);
        return problems;
    }

    private static void Check(ComposeNode node, Shape shape, string where, List<Problem> problems)
    {
        switch (node)
        {
            case ResetNode:
                break;
            case OverrideNode wrapped:
                Check(wrapped.Value, shape, where, problems);
                break;
            case var _ when shape.IsAnything:
                break;
            case ComposeMapping mapping when shape.Keys is not null:
                CheckKeys(mapping, shape, where, problems);
                break;
            case ComposeSequence list when shape.Items is not null:
                for (var i = 0; i < list.Items.Count; i++)
                    Check(list.Items[i], shape.Items, FormattableString.Invariant($"{where}/{i}"), problems);
                break;
            case ComposeScalar scalar when shape.Scalars.Contains(scalar.Kind):
                CheckWords(scalar, shape, where, problems);
                break;
            default:
                problems.Add(new Problem(where, $"{Given(node)} stands where {shape.Expected} is expected", Remedy(node, shape), node.Location));
                break;
        }
    }

    private static void CheckKeys(ComposeMapping mapping, Shape shape, string where, List<Problem> problems)
    {
        foreach (var entry in mapping.Entries)
        {
            var name = entry.Key.Length == 0 ? "''" : entry.Key;
            var below = where.Length == 0 ? name : $"{where}/{name}";
            if (shape.Keys!.TryGetValue(entry.Key, out var known))
                Check(entry.Value, known, below, problems);
            else if (entry.Key.StartsWith("x-", StringComparison.Ordinal) && !IsNames(where))
                continue;
            else if (shape.Others is null)
                Unknown(entry, shape, below, problems);
            else
                CheckNamed(entry, shape.Others, where, below, problems);
        }

        foreach (var missing in shape.Required.Where(key => mapping[key] is null))
            problems.Add(new Problem(where, $"'{missing}' is missing", $"add '{missing}:'", mapping.Location));
    }

    private static void CheckNamed(ComposeEntry entry, Shape shape, string where, string below, List<Problem> problems)
    {
        if (IsNames(where) && !entry.Key.All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-'))
        {
            problems.Add(new Problem(below, $"'{entry.Key}' is no name", "use letters, digits, '.', '_' and '-'", entry.KeyLocation));
            return;
        }

        Check(entry.Value, shape, below, problems);
    }

    private static void Unknown(ComposeEntry entry, Shape shape, string where, List<Problem> problems)
    {
        var known = shape.Keys!.Keys;
        var otherwise = shape.Keys.Count <= 12
            ? $"the keys here are {string.Join(", ", known)}"
            : "remove it; a key of your own starts with 'x-'";
        problems.Add(new Problem(where, $"unknown key '{entry.Key}'", NearestName.Suggest(entry.Key, known, otherwise), entry.KeyLocation));
    }

    private static void CheckWords(ComposeScalar scalar, Shape shape, string where, List<Problem> problems)
    {
        if (shape.Words.Count == 0 || scalar.Text is not { } text || text.Contains('$', StringComparison.Ordinal) || shape.Words.Contains(text))
            return;

        problems.Add(new Problem(where, $"'{text}' is not one of the words that may stand here",
            NearestName.Suggest(text, shape.Words, $"write {string.Join(" or ", shape.Words)}"), scalar.Location));
    }

    // Where every key is a name that the user chose, also one that starts with "x-".
    private static bool IsNames(string where) => where is "services" or "networks" or "volumes" or "configs" or "secrets" or "models";

    private static string Given(ComposeNode node) => node switch
    {
        ComposeMapping => "a mapping",
        ComposeSequence => "a list",
        ComposeScalar { Kind: ScalarKind.Null } => "nothing",
        ComposeScalar { Kind: ScalarKind.Boolean, Text: var text } => $"the truth value {text}",
        ComposeScalar { Kind: ScalarKind.Whole or ScalarKind.Number, Text: var text } => $"the number {text}",
        _ => "a text",
    };

    private static string Remedy(ComposeNode node, Shape shape) => node switch
    {
        ComposeScalar { Kind: not (ScalarKind.Null or ScalarKind.Text), Text: var text } when shape.Scalars.Contains(ScalarKind.Text) => $"put it in quotes: \"{text}\"",
        ComposeScalar { Kind: ScalarKind.Null } => "write a value, or remove the key",
        _ when shape.Keys is { Count: > 0 } keys => $"write a mapping with keys such as '{keys.Keys.First()}:' on lines of their own below it",
        _ when shape.Keys is not null => "write 'name: value' on lines of their own below it",
        _ when shape.Items is not null => "write a list: each item on a line of its own that starts with '- '",
        _ => $"write {shape.Expected}",
    };
}
