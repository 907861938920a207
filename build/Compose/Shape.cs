namespace PhasedRollout.Compose;

/// <summary>What may stand under a key: scalars of some kinds, a list, a mapping, or one of several.</summary>
internal sealed record Shape
{
    private Shape()
    {
    }

    /// <summary>The kinds of scalar that may stand there.</summary>
    public IReadOnlyList<ScalarKind> Scalars { get; private init; } = [];

    /// <summary>What a list holds; null when there may be no list.</summary>
    public Shape? Items { get; private init; }

    /// <summary>The known keys of a mapping; null when there may be no mapping.</summary>
    public IReadOnlyDictionary<string, Shape>? Keys { get; private init; }

    /// <summary>What stands under keys whose names are free; null when only the known ones are allowed.</summary>
    public Shape? Others { get; private init; }

    /// <summary>The keys that must be there.</summary>
    public IReadOnlyList<string> Required { get; private init; } = [];

    /// <summary>The only texts that are allowed; empty for any.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>True when anything may stand there.</summary>
    public bool IsAnything { get; private init; }

    /// <summary>Anything.</summary>
    public static Shape Anything { get; } = new() { IsAnything = true };

    /// <summary>A scalar of one of these kinds.</summary>
    public static Shape Scalar(params ScalarKind[] kinds) => new() { Scalars = kinds };

    /// <summary>One of a few words.</summary>
    public static Shape OneOf(params string[] words) => new() { Scalars = [ScalarKind.Text], Words = words };

    /// <summary>A list.</summary>
    public static Shape List(Shape items) => new() { Items = items };

    /// <summary>A mapping with known keys.</summary>
    public static Shape Mapping(params (string Key, Shape Shape)[] keys) => new() { Keys = keys.ToDictionary(pair => pair.Key, pair => pair.Shape) };

    /// <summary>A mapping whose keys are names that the user chooses.</summary>
    public static Shape Named(Shape values) => new() { Keys = new Dictionary<string, Shape>(), Others = values };

    /// <summary>This, or <paramref name="other"/>.</summary>
    public Shape Or(Shape other) => new()
    {
        Scalars = [.. Scalars.Union(other.Scalars)],
        Items = Items ?? other.Items,
        Keys = Keys ?? other.Keys,
        Others = Others ?? other.Others,
        Required = [.. Required.Union(other.Required)],
        Words = [.. Words.Union(other.Words)],
    };

    /// <summary>This, with <paramref name="keys"/> that must be there.</summary>
    public Shape Needing(params string[] keys) => this with { Required = keys };

    /// <summary>What is expected, in words.</summary>
    public string Expected
    {
        get
        {
            var parts = new List<string>();
            if (Words.Count > 0)
                parts.Add(string.Join(", ", Words));
            else if (Scalars.Contains(ScalarKind.Boolean))
                parts.Add(Scalars.Contains(ScalarKind.Number) ? "a text, a number, true or false" : "true or false");
            else if (Scalars.Contains(ScalarKind.Number) || Scalars.Contains(ScalarKind.Whole))
                parts.Add(Items is null && Keys is null ? "a number" : "a text");
            else if (Scalars.Contains(ScalarKind.Text))
                parts.Add("a text");

            if (Items is not null)
                parts.Add("a list");
            if (Keys is not null)
                parts.Add("a mapping");

            return string.Join(" or ", parts);
        }
    }
}
