using System.Buffers.Binary;
using System.Text;

namespace PhasedRollout.Health.Docker;

/// <summary>The first packet of a MySQL or MariaDB server (Protocol::HandshakeV10, or an ERR_Packet in its place).</summary>
internal static class MySqlGreeting
{
    private const int HeaderLength = 4;
    private const byte Error = 0xff;
    private const int LongestMessage = 200;

    /// <summary>What the server says when it refuses whoever asks: a host that is not let in or is blocked, too many connections; null when it greets,
    /// or is no MySQL.</summary>
    public static string? Refusal(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < HeaderLength + 4 || packet[HeaderLength] != Error)
            return null;

        var code = BinaryPrimitives.ReadUInt16LittleEndian(packet[(HeaderLength + 1)..]);
        var message = packet[(HeaderLength + 3)..];
        // Since 4.1 an SQL state of five signs may stand before the text.
        if (message is [(byte)'#', _, _, _, _, _, ..])
            message = message[6..];
        return FormattableString.Invariant($"{code}: {PlainText.Line(Encoding.UTF8.GetString(message), LongestMessage)}");
    }
}
