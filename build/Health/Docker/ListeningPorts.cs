using System.Globalization;

namespace PhasedRollout.Health.Docker;

/// <summary>The TCP ports on which something in a container listens, read from the kernel's tables of its network namespace.</summary>
internal static class ListeningPorts
{
    // The engine's own name server listens here in every container of a user-defined network: 127.0.0.11, little-endian.
    private const string EngineNameServer = "0B00007F";

    private static readonly string[] Tables = ["tcp", "tcp6"];

    private static readonly string[] Loopbacks = ["0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"];

    /// <summary>Those who listen; null when this machine's process <paramref name="processId"/> is not the container's or cannot be read.</summary>
    public static IReadOnlyList<Listener>? Of(string containerId, long processId)
    {
        try
        {
            if (!IsOf(containerId, processId))
                return null;

            var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
            return [.. Tables.Select(table => $"{process}/net/{table}").Where(File.Exists).SelectMany(File.ReadLines).Select(Parse).OfType<Listener>()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True when process <paramref name="processId"/> of this machine is one of the container. Behind a mounted socket the number belongs to a process of
    /// somewhere else.</summary>
    public static bool IsOf(string containerId, long processId)
    {
        try
        {
            return processId > 0
                && File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/cgroup")).Contains(containerId, StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Reads a line of <c>/proc/net/tcp</c> (proc_net_tcp.txt of the kernel) in state 0A, LISTEN; null for any other line.</summary>
    internal static Listener? Parse(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && fields[3] == "0A" && fields[1].Split(':') is [var address, var port] && address != EngineNameServer
            ? new Listener(int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture), Loopbacks.Contains(address))
            : null;
    }
}

/// <summary>A TCP socket that listens.</summary>
/// <param name="Port">Its port.</param>
/// <param name="IsLoopback">True when it listens on 127.0.0.1 or ::1 only.</param>
internal sealed record Listener(int Port, bool IsLoopback);
