using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PhasedRollout.Deployment;

/// <summary>A range of IPv4 addresses, such as <c>172.17.0.0/16</c>.</summary>
/// <param name="First">Its first address, as a number.</param>
/// <param name="Length">The bits that all its addresses share, 0–32.</param>
public readonly record struct AddressRange(uint First, int Length)
{
    private const int Bits = 32;

    /// <summary>Reads <c>address/length</c>; null for anything else, also for IPv6. Bits behind the length are ignored, as the engine does.</summary>
    public static AddressRange? Parse(string? text)
    {
        var parts = (text ?? "").Split('/');
        return parts.Length == 2 && Number(parts[0]) is { } address
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= Bits
            ? Of(address, length)
            : null;
    }

    /// <summary>The range of <paramref name="length"/> bits around an address.</summary>
    public static AddressRange Of(uint address, int length) => new(length == 0 ? 0 : address & (uint.MaxValue << (Bits - length)), length);

    /// <summary>An IPv4 address as a number; null for anything else.</summary>
    public static uint? Number(string? text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork
            ? System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(address.GetAddressBytes())
            : null;

    /// <summary>True when both have an address in common.</summary>
    public bool Overlaps(AddressRange other) => Of(other.First, Math.Min(Length, other.Length)) == Of(First, Math.Min(Length, other.Length));

    /// <summary>True when an address is one of it.</summary>
    public bool Contains(uint address) => Of(address, Length).First == First;

    /// <summary>The ranges of <paramref name="length"/> bits that it is made of; none when it is smaller than one.</summary>
    public IEnumerable<AddressRange> Split(int length)
    {
        for (long i = 0; length >= Length && length <= Bits && i < 1L << (length - Length); i++)
            yield return new AddressRange((uint)(First + (i << (Bits - length))), length);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{First >> 24}.{(First >> 16) & 255}.{(First >> 8) & 255}.{First & 255}/{Length}");
}
