using System.Globalization;

namespace PhasedRollout.Diagnosis;

/// <summary>What an exit code says by itself: those of the shell (126, 127) and 128 with the number of a signal (signal(7)).</summary>
internal static class ExitCodes
{
    /// <summary>What it means, as the end of a sentence; null when only the program knows.</summary>
    public static string? Meaning(long code) => code switch
    {
        125 => "the engine could not run it",
        126 => "its command is not executable",
        127 => "its command is not in the image",
        _ => Signal(code) switch
        {
            "SIGKILL" => "somebody or the kernel killed it (SIGKILL)",
            "SIGTERM" => "somebody stopped it (SIGTERM)",
            "SIGINT" => "somebody interrupted it (SIGINT)",
            "SIGSEGV" => "it crashed (segmentation fault, SIGSEGV)",
            "SIGABRT" => "it gave up by itself (abort, SIGABRT)",
            "SIGILL" => "its program uses instructions that the processor does not have (SIGILL)",
            { } other => $"it was ended by {other}",
            null => null,
        },
    };

    /// <summary>The sub-cause that it shows, or null.</summary>
    public static string? SubCause(long code) => code switch
    {
        126 => "permission-denied",
        127 => "command-not-found",
        132 => "wrong-architecture",
        134 or 139 => "crash",
        130 or 137 or 143 => "killed",
        _ => null,
    };

    /// <summary>For people: <c>137 (SIGKILL)</c>.</summary>
    public static string Told(long code) =>
        string.Create(CultureInfo.InvariantCulture, $"{code}{(Signal(code) is { } signal ? $" ({signal})" : "")}");

    private static string? Signal(long code) => code switch
    {
        129 => "SIGHUP",
        130 => "SIGINT",
        131 => "SIGQUIT",
        132 => "SIGILL",
        134 => "SIGABRT",
        135 => "SIGBUS",
        136 => "SIGFPE",
        137 => "SIGKILL",
        139 => "SIGSEGV",
        141 => "SIGPIPE",
        143 => "SIGTERM",
        _ => null,
    };
}
