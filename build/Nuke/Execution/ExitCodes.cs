namespace Nuke.Common.Execution;

/// <summary>What the process gives back.</summary>
internal static class ExitCodes
{
    /// <summary>Done, or nothing to do.</summary>
    public const int Done = 0;

    /// <summary>A target failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, the environment or a parameter file is wrong.</summary>
    public const int WrongInput = 2;

    /// <summary>SIGINT: 128 + 2.</summary>
    public const int Interrupted = 130;

    /// <summary>SIGTERM: 128 + 15; also for a terminal that hung up.</summary>
    public const int Terminated = 143;
}
