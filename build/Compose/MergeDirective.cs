namespace PhasedRollout.Compose;

/// <summary>Compose's <c>!reset</c>: the key vanishes when files are merged. No document that left the reader holds one.</summary>
internal sealed record ResetNode(SourceLocation Location) : ComposeNode(Location);

/// <summary>Compose's <c>!override</c>: the value replaces that of the files before instead of being merged with it.
/// No document that left the reader holds one.</summary>
internal sealed record OverrideNode(ComposeNode Value) : ComposeNode(Value.Location);
