using System.Globalization;

namespace PhasedRollout.Contexts.Rules.Serving;

/// <summary>Reads ports and addresses as servers do.</summary>
internal static class Ports
{
    /// <summary>A port; null when <paramref name="text"/> is none.</summary>
    public static int? Parse(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535 ? port : null;

    /// <summary><c>host:port</c>, <c>:port</c>, <c>[::]:port</c>; the host is null when it is left out, the port when it is none.</summary>
    public static (string? Host, int? Port) Address(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
            return (text.Trim('[', ']'), null);

        var host = text[..colon].Trim('[', ']');
        return (host.Length == 0 ? null : host, Parse(text[(colon + 1)..]));
    }
}
