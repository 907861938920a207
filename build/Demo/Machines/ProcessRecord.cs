using System.Globalization;

namespace PhasedRollout.Demo.Machines;

/// <summary>A process beyond doubt: its id, and when it began, so that another one with the same id is never taken for it.</summary>
/// <param name="Name">What we call it.</param>
/// <param name="Pid">Its process id.</param>
/// <param name="StartTicks">When it started, in the kernel's clock ticks since boot (proc(5), stat field 22).</param>
/// <param name="Boot">The boot those ticks count from.</param>
internal sealed record ProcessRecord(string Name, int Pid, long StartTicks, string Boot)
{
    /// <summary>Identifies a running process.</summary>
    public static ProcessRecord? Of(string name, int pid) =>
        StartTicksOf(pid) is { } ticks ? new ProcessRecord(name, pid, ticks, CurrentBoot()) : null;

    /// <summary>It still runs.</summary>
    public bool IsRunning => Boot == CurrentBoot() && StartTicksOf(Pid) == StartTicks;

    private static string CurrentBoot() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static long? StartTicksOf(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // The name in field 2 may hold spaces and parentheses; what follows the last one begins with field 3.
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
    }
}
