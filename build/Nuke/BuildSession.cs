using Nuke.Common.IO;
using Nuke.Common.Output;
using Nuke.Common.ValueInjection;

namespace Nuke.Common;

/// <summary>What one run knows before and beside the build object; the static members of <see cref="NukeBuild"/> read it.</summary>
internal sealed class BuildSession
{
    public required Surroundings Surroundings { get; init; }

    public required AbsolutePath RootDirectory { get; init; }

    public required ParameterCatalog Parameters { get; init; }

    public required Host Host { get; set; }

    public required Verbosity Verbosity { get; set; }

    public required AbsolutePath AssemblyFile { get; init; }

    public SecretMask Secrets { get; init; } = new();

    public AbsolutePath TemporaryDirectory => RootDirectory / ".nuke" / "temp";

    /// <summary>For code that reads a static member outside a run, such as a test of the build class.</summary>
    public static BuildSession OutsideARun()
    {
        var surroundings = Surroundings.OfProcess();
        return new BuildSession
        {
            Surroundings = surroundings,
            RootDirectory = RootDirectorySearch.Upwards(surroundings.WorkingDirectory)
                ?? RootDirectorySearch.Upwards(AppContext.BaseDirectory)
                ?? AbsolutePath.Create(surroundings.WorkingDirectory),
            Parameters = ParameterCatalog.Create(typeof(NukeBuild)),
            Host = CI.Hosts.Detect(surroundings),
            Verbosity = Verbosity.Normal,
            AssemblyFile = AbsolutePath.Create(Path.Combine(AppContext.BaseDirectory, "_build.dll")),
        };
    }
}
