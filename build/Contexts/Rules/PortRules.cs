using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC302: one host port for two services of the same file.</summary>
internal sealed class PortRules : IRolloutRule
{
    /// <summary>One finding for every port that clashes with one further up in the file.</summary>
    public IEnumerable<Finding> Check(Rollout rollout)
    {
        // With network_mode the engine publishes nothing; of a range it takes one that is free.
        var published = (
            from service in rollout.Services
            where service.NetworkMode is null && !IsScaled(service)
            from port in service.Ports
            where port is { HostPort: not null, HostPortEnd: null }
            select (Service: service, Port: port)).ToList();

        var free = new FreePorts(published.Select(it => it.Port.HostPort!.Value));
        for (var later = 1; later < published.Count; later++)
        {
            var (service, port) = published[later];
            var holder = published.Take(later).FirstOrDefault(it => Clash(it.Port, port) && !IsSame(it, published[later])
                && !EndsBefore(rollout, it.Service, service, []) && !EndsBefore(rollout, service, it.Service, []));
            if (holder.Service is not null)
                yield return Report(service, port, holder.Service, holder.Port, free.Next(port.HostPort!.Value));
        }
    }

    // There may be none of it; how many there shall be is no question of this rule.
    private static bool IsScaled(Service service) => service.UndeployableKeys.Any(key =>
        key.Path.EndsWith("/scale", StringComparison.Ordinal) || key.Path.EndsWith("/replicas", StringComparison.Ordinal));

    private static Finding Report(Service service, PortMapping port, Service holder, PortMapping held, int free)
    {
        var other = holder.Name == service.Name ? "another port of this service" : $"'{holder.Name}'";
        var finding = Findings.About(
            service, "ports", "VC302", FailureClass.PortConflict, Certainty.Certain,
            $"'{service.Name}' publishes {Text(port)} on a host port that {other} publishes already ({Text(held)}, {Place(held, holder)}): "
                + "only the first of the two can start",
            string.Create(CultureInfo.InvariantCulture, $"another host port, such as \"{free}:{port.ContainerPort}{Suffix(port)}\""));
        return finding with
        {
            File = port.Location?.File ?? finding.File,
            Line = port.Location?.Line ?? finding.Line,
            Evidence = [$"{Place(held, holder)}: {holder.Name} publishes {Text(held)}", $"{Place(port, service)}: {service.Name} publishes {Text(port)}"],
        };
    }

    // A migration that another one waits for has given its port back by then.
    private static bool EndsBefore(Rollout rollout, Service first, Service second, HashSet<string> seen) => seen.Add(second.Name) && second.DependsOn.Any(dependency =>
        dependency.Service == first.Name ? dependency.Condition == DependencyCondition.CompletedSuccessfully
        : rollout.Services.FirstOrDefault(service => service.Name == dependency.Service) is { } between && EndsBefore(rollout, first, between, seen));

    // The same line twice is one mapping to Compose.
    private static bool IsSame((Service Service, PortMapping Port) one, (Service Service, PortMapping Port) other) =>
        one.Service.Name == other.Service.Name && one.Port with { Location = null } == other.Port with { Location = null };

    private static bool Clash(PortMapping one, PortMapping other) =>
        one.HostPort == other.HostPort
        && string.Equals(one.Protocol, other.Protocol, StringComparison.OrdinalIgnoreCase)
        && AddressesOf(one.HostAddress).Any(mine => AddressesOf(other.HostAddress).Any(theirs => Overlap(mine, theirs)));

    // Without an address the engine listens on every one of both families; 0.0.0.0 and :: are those of one family.
    private static IPAddress[] AddressesOf(string? host) =>
        string.IsNullOrEmpty(host) ? [IPAddress.Any, IPAddress.IPv6Any]
        : IPAddress.TryParse(host.Trim('[', ']'), out var address) ? [address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address]
        : [];

    private static bool Overlap(IPAddress one, IPAddress other) =>
        one.AddressFamily == other.AddressFamily && (one.Equals(other) || IsAny(one) || IsAny(other));

    private static bool IsAny(IPAddress address) =>
        address.Equals(address.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any);

    private static string Text(PortMapping port) => string.Create(
        CultureInfo.InvariantCulture, $"{(port.HostAddress is { Length: > 0 } host ? host + ":" : "")}{port.HostPort}:{port.ContainerPort}{Suffix(port)}");

    private static string Suffix(PortMapping port) => port.Protocol == "tcp" ? "" : $"/{port.Protocol}";

    private static string Place(PortMapping port, Service service)
    {
        var location = port.Location ?? service.Locations.GetValueOrDefault("ports", service.Location);
        return string.Create(CultureInfo.InvariantCulture, $"{location.File}:{location.Line}");
    }

    private sealed class FreePorts(IEnumerable<int> taken)
    {
        private const int Last = 65535;
        private readonly HashSet<int> taken = [.. taken];

        public int Next(int port) =>
            Enumerable.Range(port, Last - port + 1).Concat(Enumerable.Range(1024, Last - 1023)).First(taken.Add);
    }
}
