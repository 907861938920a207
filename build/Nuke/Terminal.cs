namespace Nuke.Common;

/// <summary>A person's terminal, or anything that is no known build server.</summary>
public sealed class Terminal : Host;
