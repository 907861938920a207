using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Deployment.Locking;

/// <summary>A process of a machine, told from a later one with the same number by when it started.</summary>
/// <param name="Machine">Stands for the machine since its last start, and for the space that process ids are unique in (a container has its own).</param>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it started, as the kernel counts.</param>
public sealed record DeployerProcess(string Machine, int Id, string Start)
{
    /// <summary>As a label holds it: <c>machine/id/start</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Machine}/{Id}/{Start}");

    /// <summary>Reads <see cref="ToString"/>; null for anything else.</summary>
    public static DeployerProcess? Parse(string? text) =>
        text?.Split('/') is [{ Length: > 0 } machine, var id, { Length: > 0 } start] && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new DeployerProcess(machine, number, start)
            : null;
}

/// <summary>The processes of this machine.</summary>
public interface IDeployerProcesses
{
    /// <summary>This process; null where a process cannot be told from a later one with the same number.</summary>
    DeployerProcess? Current { get; }

    /// <summary>True when the process was one of this machine and has ended; false when it lives or cannot be seen from here.</summary>
    bool HasEnded(DeployerProcess process);
}

/// <summary>Processes as Linux shows them in <c>/proc</c> (<c>man 5 proc</c>). Elsewhere nothing is known of them.</summary>
public sealed class LinuxProcesses : IDeployerProcesses
{
    private readonly string? machine = Machine();

    /// <inheritdoc />
    public DeployerProcess? Current => machine is not null && Read(Environment.ProcessId) is { } found
        ? new DeployerProcess(machine, Environment.ProcessId, found.Start)
        : null;

    /// <inheritdoc />
    public bool HasEnded(DeployerProcess process) =>
        process.Machine == machine
        && (Read(process.Id) is { } found ? found.Start != process.Start || found.State is "Z" or "X" : !Exists(process.Id));

    private static string? Machine()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var space = new FileInfo("/proc/self/ns/pid").LinkTarget;
            return space is null ? null : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{boot} {space}")))[..16];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    // Where /proc hides the processes of other users (hidepid), the kernel still answers whether there is one.
    private static bool Exists(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static (string State, string Start)? Read(int id)
    {
        try
        {
            var line = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/stat"));
            // The second field is the program's name in brackets, and may hold anything; the state is field 3, the start field 22.
            var fields = line[(line.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return fields.Length > 19 ? (fields[0], fields[19]) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
