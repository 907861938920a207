using System.Globalization;
using PhasedRollout.Compose;

namespace PhasedRollout.Phases;

/// <summary>Changes to a Compose tree; what is not changed keeps its place.</summary>
internal static class ComposeEdits
{
    // A node that we make stands nowhere in the user's text.
    private static readonly SourceLocation Generated = new("", 0, 0);

    /// <summary>The mapping with <paramref name="value"/> under <paramref name="key"/>: in the place of the old value, or at the end.</summary>
    public static ComposeMapping With(this ComposeMapping mapping, string key, ComposeNode value) => mapping[key] is null
        ? mapping with { Entries = [.. mapping.Entries, new ComposeEntry(key, Generated, value)] }
        : mapping.Select(entry => entry.Key == key ? value : entry.Value);

    /// <summary>The entries that <paramref name="keep"/> says.</summary>
    public static ComposeMapping Where(this ComposeMapping mapping, Func<ComposeEntry, bool> keep) =>
        mapping with { Entries = [.. mapping.Entries.Where(keep)] };

    /// <summary>Every value replaced.</summary>
    public static ComposeMapping Select(this ComposeMapping mapping, Func<ComposeEntry, ComposeNode> value) =>
        mapping with { Entries = [.. mapping.Entries.Select(entry => entry with { Value = value(entry) })] };

    /// <summary>A mapping of these entries.</summary>
    public static ComposeMapping Mapping(params (string Key, ComposeNode Value)[] entries) =>
        new(Generated, [.. entries.Select(entry => new ComposeEntry(entry.Key, Generated, entry.Value))]);

    /// <summary>A list of these items.</summary>
    public static ComposeSequence List(IEnumerable<ComposeNode> items) => new(Generated, [.. items]);

    /// <summary>A text that holds no variables; Compose reads <c>$$</c> as a dollar.</summary>
    public static ComposeScalar Literal(string text) => new(Generated, text.Replace("$", "$$", StringComparison.Ordinal), Quoted: true);

    /// <summary>A whole number.</summary>
    public static ComposeScalar Number(int number) => new(Generated, number.ToString(CultureInfo.InvariantCulture), Quoted: false);

    /// <summary>The text of a scalar; null for anything else.</summary>
    public static string? Text(this ComposeNode? node) => (node as ComposeScalar)?.Text;
}
