using System.Linq.Expressions;
using Nuke.Common.CI;
using Nuke.Common.Execution;
using Nuke.Common.IO;

namespace Nuke.Common;

public abstract partial class NukeBuild
{
    private static BuildSession? session;

    /// <summary>The directory that holds <c>.nuke</c>.</summary>
    public static AbsolutePath RootDirectory => Session.RootDirectory;

    /// <summary><c>.nuke/temp</c>, where builds may leave what can be made again.</summary>
    public static AbsolutePath TemporaryDirectory => Session.TemporaryDirectory;

    /// <summary>The running assembly.</summary>
    public static AbsolutePath BuildAssemblyFile => Session.AssemblyFile;

    /// <summary>The directory of the running assembly.</summary>
    public static AbsolutePath BuildAssemblyDirectory => Session.AssemblyFile.Parent!;

    /// <summary>The project of the build, or null where the program stands without its sources.</summary>
    public static AbsolutePath? BuildProjectFile => Execution.BuildProject.Find(RootDirectory, BuildAssemblyFile);

    /// <summary>The directory of the project of the build, or null.</summary>
    public static AbsolutePath? BuildProjectDirectory => BuildProjectFile?.Parent;

    /// <summary>How much is logged.</summary>
    public static Verbosity Verbosity
    {
        get => Session.Verbosity;
        set => Session.Verbosity = value;
    }

    /// <summary>Where the build runs.</summary>
    public static Host Host
    {
        get => Session.Host;
        set => Session.Host = value;
    }

    /// <summary>Whether the host is no build server.</summary>
    public static bool IsLocalBuild => !IsServerBuild;

    /// <summary>Whether the host is a build server.</summary>
    public static bool IsServerBuild => Host is IBuildServer;

    internal static BuildSession Session
    {
        get => session ??= BuildSession.OutsideARun();
        set => session = value;
    }

    /// <summary>The entry point: reads the command line, runs the targets asked for, or the defaults, and gives the exit code.</summary>
    /// <param name="defaultTargetExpressions">What runs when no target is named.</param>
    protected static int Execute<T>(params Expression<Func<T, Target>>[] defaultTargetExpressions)
        where T : NukeBuild, new() =>
        BuildRun.Execute(static () => new T(), typeof(T), defaultTargetExpressions, Surroundings.OfProcess());
}
