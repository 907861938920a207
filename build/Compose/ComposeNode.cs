namespace PhasedRollout.Compose;

/// <summary>A node of a Compose document after anchors, merge keys and several files were merged; it knows where it was written.</summary>
/// <param name="Location">Where the node starts.</param>
public abstract record ComposeNode(SourceLocation Location);

/// <summary>A mapping; the order of its entries is that of the text.</summary>
/// <param name="Location">Where the mapping starts.</param>
/// <param name="Entries">The entries; keys are unique.</param>
public sealed record ComposeMapping(SourceLocation Location, IReadOnlyList<ComposeEntry> Entries) : ComposeNode(Location)
{
    /// <summary>The value under <paramref name="key"/>, or null when there is none.</summary>
    public ComposeNode? this[string key] => Entries.FirstOrDefault(entry => entry.Key == key)?.Value;
}

/// <summary>A key of a mapping with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="KeyLocation">Where the key stands.</param>
/// <param name="Value">The value.</param>
public sealed record ComposeEntry(string Key, SourceLocation KeyLocation, ComposeNode Value);

/// <summary>A sequence.</summary>
/// <param name="Location">Where the sequence starts.</param>
/// <param name="Items">The items in order.</param>
public sealed record ComposeSequence(SourceLocation Location, IReadOnlyList<ComposeNode> Items) : ComposeNode(Location);

/// <summary>A scalar.</summary>
/// <param name="Location">Where the scalar starts.</param>
/// <param name="Text">The text as written, with its <c>${VARIABLES}</c>; null for YAML's null.</param>
/// <param name="Quoted">True when the text stood in quotes or in a block, so that it is a string whatever it looks like.</param>
public sealed record ComposeScalar(SourceLocation Location, string? Text, bool Quoted) : ComposeNode(Location)
{
    /// <summary>What a YAML reader takes it for.</summary>
    public ScalarKind Kind => Quoted ? ScalarKind.Text : ScalarResolver.Resolve(Text).Kind;

    /// <summary>The text as Compose takes it where it wants a string (<c>True</c> is <c>true</c>, <c>0123</c> is <c>83</c>), not interpolated; null for null.</summary>
    public string? Value => Quoted ? Text : ScalarResolver.Resolve(Text).Value;
}

/// <summary>A Compose document: the merged tree of one or several files, not interpolated.</summary>
/// <param name="Paths">The files, in the order in which they were merged; never empty.</param>
/// <param name="Root">The document.</param>
public sealed record ComposeFile(IReadOnlyList<string> Paths, ComposeMapping Root)
{
    /// <summary>Where the files do not follow the Compose Specification; whoever reads the model says it together with what else is wrong.</summary>
    public IReadOnlyList<Problem> Problems { get; init; } = [];
}
