using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PhasedRollout.Demo.Machines;

/// <summary>Who listens on a TCP port of this machine.</summary>
internal static class PortHolder
{
    /// <summary>The port can be listened on at that address.</summary>
    public static bool IsFree(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            return true;
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    }

    /// <summary>Describes the listener: "process 123 (postgres -D …)", or what is known when its owner cannot be seen.</summary>
    public static string Describe(int port)
    {
        var inodes = ((string[])["/proc/net/tcp", "/proc/net/tcp6"]).Where(File.Exists)
            .SelectMany(file => File.ReadLines(file).Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields[3] == "0A" && PortOf(fields[1]) == port)
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        var holder = Directory.EnumerateDirectories("/proc").FirstOrDefault(folder => Holds(folder, inodes));
        if (holder is null)
            return "a process that cannot be seen from here";
        var command = File.ReadAllText(Path.Combine(holder, "cmdline")).Replace('\0', ' ').Trim();
        return $"process {Path.GetFileName(holder)} ({(command.Length > 120 ? command[..120] + "…" : command)})";
    }

    private static int PortOf(string address) =>
        int.Parse(address.AsSpan(address.IndexOf(':', StringComparison.Ordinal) + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static bool Holds(string folder, HashSet<string> inodes)
    {
        if (!Path.GetFileName(folder).All(char.IsAsciiDigit))
            return false;
        try
        {
            return new DirectoryInfo(Path.Combine(folder, "fd")).EnumerateFileSystemInfos()
                .Any(link => link.LinkTarget is { } target && inodes.Contains(target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
