namespace Nuke.Common.CI;

/// <summary>A build server that is known by name only.</summary>
internal sealed class OtherBuildServer(string name) : Host, IBuildServer
{
    public override string Name => name;

    public string? Branch => null;

    public string? Commit => null;
}
