using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Docker;

/// <summary>What can be seen of the engine's host when that is this machine: who listens, and how much disk is free.</summary>
internal sealed class EngineHost(DockerEndpoint endpoint)
{
    private readonly Lazy<int?> process = new(() => EngineProcess(endpoint));

    /// <summary>True when the engine's process is one of this machine.</summary>
    public bool IsLocal => process.Value is not null;

    /// <summary>The process that holds a port; null when nobody does, or nobody can see it.</summary>
    public PortHolder? FindPortHolder(PortMapping port)
    {
        if (process.Value is not { } engine || port.HostPort is not { } number)
            return null;

        // The engine may live in a network namespace of its own: its view is the one that counts.
        foreach (var table in port.Protocol == "udp" ? new[] { "udp", "udp6" } : ["tcp", "tcp6"])
            foreach (var listener in Read($"/proc/{engine}/net/{table}").Select(Listener.Parse).OfType<Listener>())
                if (listener.Port == number && Overlap(listener.Address, port.HostAddress))
                {
                    var owner = FindProcess(listener.Inode);
                    return new PortHolder($"{listener.Address}:{number}", owner?.Id, owner?.Name);
                }

        return null;
    }

    /// <summary>The IPv4 routes of the engine's network; none when they cannot be seen.</summary>
    public IReadOnlyList<AddressRange> Routes() => process.Value is { } engine
        ? [.. Read($"/proc/{engine}/net/route").Select(Route).OfType<AddressRange>()]
        : [];

    /// <summary>The free bytes of the file system that holds <paramref name="folder"/>; null when it cannot be seen.</summary>
    public long? FreeDisk(string folder)
    {
        try
        {
            return IsLocal && Directory.Exists(folder) ? new DriveInfo(folder).AvailableFreeSpace : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The text of an ordinary file of this machine; null when it is none, is longer, or cannot be seen.</summary>
    public static string? ReadSmallFile(string path, int longest)
    {
        try
        {
            var file = new FileInfo(path);
            return file is { Exists: true, LinkTarget: null } && file.Length <= longest ? File.ReadAllText(path) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>True when a listener on one address keeps another from being bound.</summary>
    internal static bool Overlap(IPAddress held, string? wanted)
    {
        if (held.IsIPv4MappedToIPv6)
            held = held.MapToIPv4();
        return string.IsNullOrEmpty(wanted) || !IPAddress.TryParse(wanted, out var address)
            || IsAny(address) || IsAny(held) || held.Equals(address);
    }

    // Interface, destination and, seven columns on, mask: numbers in the processor's own byte order.
    internal static AddressRange? Route(string line)
    {
        var columns = line.Split('\t', StringSplitOptions.TrimEntries);
        return columns.Length > 7
            && uint.TryParse(columns[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var address)
            && uint.TryParse(columns[7], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var mask)
            ? AddressRange.Of(Network(address), System.Numerics.BitOperations.PopCount(mask))
            : null;

        static uint Network(uint number) => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(number) : number;
    }

    private static bool IsAny(IPAddress address) => address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any);

    private static IEnumerable<string> Read(string file)
    {
        try
        {
            return File.ReadAllLines(file).Skip(1);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static (int Id, string Name)? FindProcess(string inode)
    {
        var socket = $"socket:[{inode}]";
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && Holds(folder, socket))
                return (id, Read1(Path.Combine(folder, "comm")));

        return null;
    }

    private static bool Holds(string folder, string socket)
    {
        try
        {
            return Directory.EnumerateFileSystemEntries(Path.Combine(folder, "fd")).Any(file => LinkTarget(file) == socket);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that ended meanwhile.
            return false;
        }
    }

    private static string? LinkTarget(string file)
    {
        try
        {
            return new FileInfo(file).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Read1(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (IOException)
        {
            return "a process";
        }
    }

    // A socket tells who listens on it. Behind a forwarded socket that is ssh, in a container nobody we could see.
    private static int? EngineProcess(DockerEndpoint endpoint)
    {
        if (!OperatingSystem.IsLinux() || endpoint.Uri.Scheme != "unix")
            return null;

        const int SolSocket = 1;
        const int SoPeerCred = 17;
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(Uri.UnescapeDataString(endpoint.Uri.AbsolutePath)));
            Span<byte> credentials = stackalloc byte[12];
            socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
            var id = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            // Process 1 listens for an engine that systemd starts on the first connection.
            return id > 0 && Read1($"/proc/{id}/comm") is "dockerd" or "systemd" or "init" ? id : null;
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}

/// <summary>A line of <c>/proc/net/tcp</c> and its like (proc_net_tcp.rst of the Linux kernel).</summary>
/// <param name="Address">The address.</param>
/// <param name="Port">The port.</param>
/// <param name="Inode">The inode of the socket.</param>
internal sealed record Listener(IPAddress Address, int Port, string Inode)
{
    private const string Listening = "0A";
    private const string Unconnected = "07"; // what a bound UDP socket is

    /// <summary>Reads a line; null when it is not a listener.</summary>
    public static Listener? Parse(string line)
    {
        var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length < 10 || columns[3] is not (Listening or Unconnected) || columns[1].Split(':') is not [var address, var port])
            return null;

        var bytes = Convert.FromHexString(address);
        // Each four bytes are a number in the machine's own order.
        if (BitConverter.IsLittleEndian)
            for (var start = 0; start < bytes.Length; start += 4)
                Array.Reverse(bytes, start, 4);
        return new Listener(new IPAddress(bytes), int.Parse(port, NumberStyles.HexNumber, CultureInfo.InvariantCulture), columns[9]);
    }
}
