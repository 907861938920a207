namespace Nuke.Common;

/// <summary>A step of the build: a property of this type, whose lambda says what the step is.</summary>
/// <param name="definition">The definition to describe the step with.</param>
/// <returns>The same definition.</returns>
public delegate ITargetDefinition Target(ITargetDefinition definition);
