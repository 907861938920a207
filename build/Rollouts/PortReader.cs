using System.Net;
using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads <c>ports</c>: <c>[[address:]host:]container[/protocol]</c> with ranges, and the long form.</summary>
internal static class PortReader
{
    private const string Form = "write \"host:container\" in quotes, such as \"8000:8000\", with ports from 1 to 65535";

    /// <summary>The ports of a service, one entry a single port.</summary>
    public static IReadOnlyList<PortMapping> Read(FieldReader fields, ComposeNode? node, string where)
    {
        if (node is not ComposeSequence list)
            return [];

        var ports = new List<PortMapping>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var at = FormattableString.Invariant($"{where}/{i}");
            ports.AddRange(list.Items[i] is ComposeMapping mapping ? Long(fields, mapping, at) : Short(fields, list.Items[i], at));
        }

        return [.. ports.DistinctBy(port => port with { Location = null })];
    }

    private static List<PortMapping> Short(FieldReader fields, ComposeNode node, string where)
    {
        if (fields.Interpolated(node, where) is not { IsComplete: true } text)
            return [];

        var (address, protocol) = text.Text.Split('/') switch
        {
            [var head] => (head, "tcp"),
            [var head, var tail] => (head, tail.ToLowerInvariant()),
            _ => ("", ""),
        };
        var container = address[(address.LastIndexOf(':') + 1)..];
        var rest = address[..Math.Max(0, address.LastIndexOf(':'))];
        var host = rest[(rest.LastIndexOf(':') + 1)..];
        var ip = rest[..Math.Max(0, rest.LastIndexOf(':'))].Trim('[', ']');
        return Build(fields, node, where, text.Text, container, host, ip, protocol);
    }

    private static List<PortMapping> Long(FieldReader fields, ComposeMapping mapping, string where)
    {
        var target = fields.Interpolated(mapping["target"], $"{where}/target");
        var published = fields.Interpolated(mapping["published"], $"{where}/published");
        var ip = fields.Interpolated(mapping["host_ip"], $"{where}/host_ip");
        var protocol = fields.Interpolated(mapping["protocol"], $"{where}/protocol");
        if (target is null && mapping["target"] is null)
            fields.Wrong(where, "'target' is missing", "write the port in the container as 'target'", mapping);
        if (target is not { IsComplete: true } || published is { IsComplete: false } || ip is { IsComplete: false } || protocol is { IsComplete: false })
            return [];

        var (host, written) = (published?.Text ?? "", $"{published?.Text}:{target.Text}");
        return Build(fields, mapping, where, written, target.Text, host, ip?.Text ?? "", protocol?.Text.ToLowerInvariant() ?? "tcp");
    }

    private static List<PortMapping> Build(
        FieldReader fields, ComposeNode node, string where, string written, string container, string host, string ip, string protocol)
    {
        var containers = Range(container);
        var hosts = host.Length == 0 ? null : Range(host);
        if (containers is null || (host.Length > 0 && hosts is null))
        {
            fields.Wrong(where, $"'{written}' is no port mapping", Form, node);
            return [];
        }

        if (protocol is not ("tcp" or "udp" or "sctp"))
        {
            fields.Wrong(where, $"'{protocol}' is no protocol", "write tcp, udp or sctp", node);
            return [];
        }

        if (ip.Length > 0 && !IPAddress.TryParse(ip, out _))
        {
            fields.Wrong(where, $"'{ip}' is no address of the host", "write an IP address such as 127.0.0.1, or leave it out for all", node);
            return [];
        }

        if (hosts is not null && hosts.Count != containers.Count && containers.Count != 1)
        {
            fields.Wrong(where, $"'{written}' maps {hosts.Count} ports of the host to {containers.Count} of the container", "give two ranges of the same length", node);
            return [];
        }

        // A range of host ports for one container port: the first that is free is taken, as Compose does it.
        return hosts is [var first, .., var last] && containers is [var only]
            ? [new PortMapping(only, first, ip.Length == 0 ? null : ip, protocol) { HostPortEnd = last, Location = node.Location }]
            :
        [
            .. containers.Select((port, index) =>
                new PortMapping(port, hosts?[index], ip.Length == 0 ? null : ip, protocol) { Location = node.Location }),
        ];
    }

    private static List<int>? Range(string text)
    {
        var ends = text.Split('-');
        if (ends.Length > 2 || ValueFormats.Port(ends[0]) is not { } first || ValueFormats.Port(ends[^1]) is not { } last || last < first)
            return null;

        return [.. Enumerable.Range(first, last - first + 1)];
    }
}
