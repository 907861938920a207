using System.Globalization;

namespace PhasedRollout.Health.Docker;

/// <summary>The TCP ports on which something in a container listens, read from the kernel's tables of its network namespace.</summary>
internal static class ListeningPorts
{
    // The engine's own name server listens here in every container of a user-defined network: 127.0.0.11, little-endian.
    private const string EngineNameServer = "0B00007F";

    private static readonly string[] Tables = ["tcp", "tcp6"];

    /// <summary>The ports, ascending; null when this machine's process <paramref name="processId"/> is not the container's or cannot be read.</summary>
    public static IReadOnlyList<int>? Of(string containerId, long processId)
    {
        var process = string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}");
        try
        {
            // Behind a mounted socket the number belongs to a process of somewhere else.
            if (processId <= 0 || !File.ReadAllText($"{process}/cgroup").Contains(containerId, StringComparison.Ordinal))
                return null;

            return [.. Tables.Select(table => $"{process}/net/{table}").Where(File.Exists).SelectMany(File.ReadLines)
                .Select(Port).OfType<int>().Distinct().Order()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The port of a line of <c>/proc/net/tcp</c> (proc_net_tcp.txt of the kernel) in state 0A, LISTEN; null for any other line.</summary>
    internal static int? Port(string line)
    {
        var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > 3 && fields[3] == "0A" && fields[1].Split(':') is [var address, var port] && address != EngineNameServer
            ? int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture)
            : null;
    }
}
