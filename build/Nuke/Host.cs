namespace Nuke.Common;

/// <summary>Where the build runs.</summary>
public abstract class Host
{
    /// <summary>The name that <c>--host</c> takes.</summary>
    public virtual string Name => GetType().Name;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
