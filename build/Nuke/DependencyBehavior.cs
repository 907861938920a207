namespace Nuke.Common;

/// <summary>What becomes of the dependencies and triggers of a target that is skipped.</summary>
public enum DependencyBehavior
{
    /// <summary>Those that no other target needs are skipped too.</summary>
    Skip,

    /// <summary>They run all the same.</summary>
    Execute,
}
