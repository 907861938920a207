using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Health.Docker;

/// <summary>Resolves a name as a container does: by its <c>/etc/hosts</c>, then by the name servers of its <c>/etc/resolv.conf</c>. To be called from inside its network.</summary>
/// <param name="root">Where its file system begins, such as <c>/proc/4711/root</c>.</param>
internal sealed class ContainerResolver(string root)
{
    private const int DnsPort = 53;
    private const int PatienceMilliseconds = 2000;
    private const int LongestAnswer = 1232;

    /// <summary>The first address of <paramref name="host"/>; null when no name server knows it.</summary>
    /// <exception cref="IOException">No name server answers.</exception>
    public IPAddress? Resolve(string host)
    {
        if (IPAddress.TryParse(host, out var literal))
            return literal;

        if (Lines("etc/hosts").Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(words => words.Skip(1).Contains(host, StringComparer.OrdinalIgnoreCase)) is { } entry && IPAddress.TryParse(entry[0], out var listed))
            return listed;

        var servers = Lines("etc/resolv.conf").Where(line => line.StartsWith("nameserver ", StringComparison.Ordinal)).Select(line => line[11..].Trim()).ToList();
        foreach (var server in servers)
            if (IPAddress.TryParse(server, out var address) && Ask(address, host) is { } answer)
                return answer.Address;

        throw new IOException(servers.Count == 0 ? "its resolv.conf names no name server" : $"no name server of it answers ({string.Join(", ", servers)})");
    }

    // RFC 1035: one question for an A record.
    internal static byte[] Question(ushort id, string host)
    {
        var message = new List<byte> { (byte)(id >> 8), (byte)id, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
        foreach (var label in host.TrimEnd('.').Split('.'))
        {
            var bytes = Encoding.ASCII.GetBytes(label);
            message.Add((byte)Math.Min(bytes.Length, 63));
            message.AddRange(bytes.Take(63));
        }

        return [.. message, 0, 0, 1, 0, 1];
    }

    /// <summary>The address in an answer to question <paramref name="id"/>; null when it is no answer to it, or the server could not answer.</summary>
    internal static DnsAnswer? Read(ReadOnlySpan<byte> message, ushort id)
    {
        if (message.Length < 12 || BinaryPrimitives.ReadUInt16BigEndian(message) != id)
            return null;

        var code = message[3] & 0x0F;
        if (code is not (0 or 3)) // NOERROR, NXDOMAIN; a server that failed or refused has said nothing of the name
            return null;

        var position = SkipName(message, 12) + 4;
        for (var left = BinaryPrimitives.ReadUInt16BigEndian(message[6..]); left > 0; left--)
        {
            position = SkipName(message, position);
            if (position + 10 > message.Length)
                break;

            var kind = BinaryPrimitives.ReadUInt16BigEndian(message[position..]);
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[(position + 8)..]);
            position += 10;
            if (kind == 1 && length == 4 && position + 4 <= message.Length)
                return new DnsAnswer(new IPAddress(message.Slice(position, 4)));

            position += length;
        }

        return new DnsAnswer(null);
    }

    private static int SkipName(ReadOnlySpan<byte> message, int position)
    {
        while (position < message.Length && message[position] != 0)
        {
            if (message[position] >= 0xC0)
                return position + 2;
            position += message[position] + 1;
        }

        return position + 1;
    }

    private static DnsAnswer? Ask(IPAddress server, string host)
    {
        var id = (ushort)RandomNumberGenerator.GetInt32(ushort.MaxValue);
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = PatienceMilliseconds };
        try
        {
            socket.Connect(server, DnsPort);
            socket.Send(Question(id, host));
            Span<byte> answer = stackalloc byte[LongestAnswer];
            return Read(answer[..socket.Receive(answer)], id);
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private List<string> Lines(string file)
    {
        try
        {
            return [.. File.ReadLines(Path.Combine(root, file)).Take(500).Select(line => line.Trim()).Where(line => !line.StartsWith('#'))];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}

/// <summary>What a name server said.</summary>
/// <param name="Address">The address; null when there is none of that name.</param>
internal sealed record DnsAnswer(IPAddress? Address);
