namespace Nuke.Common.Execution;

/// <summary>The build itself is written wrongly: it refers to what is not there, or in a circle.</summary>
internal sealed class InvalidBuildException(string message) : Exception(message);
