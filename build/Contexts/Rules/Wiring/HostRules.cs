using System.Globalization;
using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC501 to VC504: the hosts and ports of the connection strings in <c>environment</c> are those of services that can be seen from there.
/// None is certain: a service may start without its database, or never look at the variable.</summary>
internal sealed class HostRules : IRolloutRule
{
    private const string Gateway = "host.docker.internal";

    public IEnumerable<Finding> Check(Rollout rollout) =>
        rollout.Services
            .Where(service => service.NetworkMode is not "none")
            .SelectMany(service => DataAddress.Of(service)
                .Select(address => Check(rollout, service, address))
                .OfType<Finding>()
                .DistinctBy(finding => (finding.Rule, finding.Message)));

    private static Finding? Check(Rollout rollout, Service client, DataAddress address)
    {
        if (NamedServices.IsLoopback(address.Host))
            return address.IsData ? Loopback(rollout, client, address) : null;
        if (NamedServices.Find(rollout, address.Host) is { } server)
            return server.Name == client.Name ? null : Seen(rollout, client, server, address);
        if (client.ExtraHosts.Any(entry => entry.StartsWith(address.Host + ":", StringComparison.OrdinalIgnoreCase)))
            return null;
        if (address.Host.Equals(Gateway, StringComparison.OrdinalIgnoreCase))
            return NoGateway(rollout, client, address);
        if (NamedServices.IsElsewhere(address.Host) || client.NetworkMode == "host" || rollout.Services.Any(service => service.Hostname == address.Host))
            return null;

        return Unknown(rollout, client, address);
    }

    private static Finding? Seen(Rollout rollout, Service client, Service server, DataAddress address)
    {
        if (PhaseOf(rollout, server) > PhaseOf(rollout, client) && address.IsData)
        {
            return About(rollout, client, address, "VC701", FailureClass.DependencyOrder, Certainty.Likely,
                $"points to '{server.Name}', which is deployed in phase {PhaseOf(rollout, server)}; '{client.Name}' is in phase {PhaseOf(rollout, client)}",
                $"move '{server.Name}' to phase {PhaseOf(rollout, client)} or an earlier one");
        }

        if (client.NetworkMode == "host" || server.NetworkMode is not null)
            return AcrossModes(rollout, client, server, address);

        if (!NamedServices.CanSee(rollout, client, server, address.Host))
        {
            var network = server.Networks.Count > 0 ? server.Networks[0].Network : "default";
            return About(rollout, client, address, "VC503", address.IsData ? FailureClass.DatabaseUnreachable : FailureClass.Unhealthy, Certainty.Likely,
                $"points to '{server.Name}', and the two share no network on which it is called '{address.Host}'",
                $"networks: [{string.Join(", ", client.Networks.Select(it => it.Network).Append(network).Distinct())}]")
                with
            {
                Evidence = [Joined(client), Joined(server)],
            };
        }

        return WrongPort(rollout, client, server, address);
    }

    // Names of services are known to the engine's networks only.
    private static Finding? AcrossModes(Rollout rollout, Service client, Service server, DataAddress address)
    {
        if (client.NetworkMode == server.NetworkMode || client.NetworkMode is not (null or "host") || server.NetworkMode is not (null or "host"))
            return null;

        var port = server.Ports.FirstOrDefault(port => port.HostPort is not null)?.HostPort;
        return About(rollout, client, address, "VC503", address.IsData ? FailureClass.DatabaseUnreachable : FailureClass.Unhealthy, Certainty.Likely,
            client.NetworkMode == "host"
                ? $"points to '{server.Name}', and '{client.Name}' has network_mode: host, where the names of services do not resolve"
                : $"points to '{server.Name}', which has network_mode: host and is on no network under that name",
            client.NetworkMode == "host"
                ? $"host 127.0.0.1 in {address.Variable}, with port {port?.ToString(CultureInfo.InvariantCulture) ?? "<published port>"}"
                : $"host {Gateway} in {address.Variable}, with extra_hosts: [\"{Gateway}:host-gateway\"]");
    }

    private static Finding? WrongPort(Rollout rollout, Service client, Service server, DataAddress address)
    {
        if (address.Port is not { } port || server.Ports.Any(it => it.ContainerPort == port) || server.Expose.Any(it => Exposes(it, port)))
            return null;

        if (server.Ports.FirstOrDefault(it => it.HostPort == port) is { } published)
        {
            return About(rollout, client, address, "VC504", address.IsData ? FailureClass.DatabaseUnreachable : FailureClass.Unhealthy, Certainty.Likely,
                $"points to port {port} of '{server.Name}', which is its port on the host; in its container it is {published.ContainerPort}, and services meet there",
                $"port {published.ContainerPort} in {address.Variable}");
        }

        var known = KnownImage.Find(server.Build is null ? server.Image : null);
        return known is not null && known.Kind == address.Kind && known.Port != port && server.Command is null && server.Entrypoint is null
            && !server.Environment.Keys.Any(name => name.EndsWith("PORT", StringComparison.Ordinal))
                ? About(rollout, client, address, "VC504", FailureClass.DatabaseUnreachable, Certainty.Likely,
                    $"points to port {port} of '{server.Name}', and the image '{server.Image}' listens on {known.Port}", $"port {known.Port} in {address.Variable}")
                : null;
    }

    private static Finding? Loopback(Rollout rollout, Service client, DataAddress address)
    {
        // On the host's network it is the host; and a database's own image talks to itself.
        if (client.NetworkMode == "host" || KnownImage.Find(client.Image) is { IsDatabase: true })
            return null;

        var candidates = rollout.Services
            .Where(service => address.Kind is not null && KnownImage.Find(service.Image)?.Kind == address.Kind)
            .Select(service => service.Name)
            .ToList();
        return About(rollout, client, address, "VC502", FailureClass.DatabaseUnreachable, Certainty.Likely,
            $"points to '{address.Host}', which in a container is the container itself",
            candidates is [var only]
                ? $"host {only} in {address.Variable}"
                : $"the name of the database's service in {address.Variable}; for one on the host itself: {Gateway}, with extra_hosts: [\"{Gateway}:host-gateway\"]");
    }

    private static Finding NoGateway(Rollout rollout, Service client, DataAddress address) => About(
        rollout, client, address, "VC501", address.IsData ? FailureClass.DatabaseUnreachable : FailureClass.Unhealthy, Certainty.Likely,
        $"points to '{Gateway}', which an engine on Linux knows only when it is told", $"extra_hosts: [\"{Gateway}:host-gateway\"]");

    private static Finding? Unknown(Rollout rollout, Service client, DataAddress address)
    {
        var near = NearestName.Of(address.Host, NamedServices.All(rollout));
        // On a network that others made, a container of theirs may be called so.
        var isClosed = client.Networks.All(network => rollout.Networks.GetValueOrDefault(network.Network) is { External: false });
        if (near is null && (!isClosed || !address.IsData))
            return null;

        return About(rollout, client, address, "VC501", address.IsData ? FailureClass.DatabaseUnreachable : FailureClass.Unhealthy,
            isClosed && address.IsData ? Certainty.Likely : Certainty.Hint,
            $"points to '{address.Host}', which is no service of the file" + (isClosed ? " and no name on its networks" : ""),
            near is not null ? $"host {near} in {address.Variable}" : "the name of a service of the file, or a full host name or address");
    }

    private static Finding About(
        Rollout rollout, Service client, DataAddress address, string rule, FailureClass failure, Certainty certainty, string message, string suggestion) =>
        Findings.About(client, $"environment/{address.Variable}", rule, failure, certainty, $"{address.Variable} of '{client.Name}' {message}", suggestion)
            .At(ComposeText.OfVariable(rollout, client.Name, address.Variable));

    private static string Joined(Service service) => $"{service.Name} joins {string.Join(", ", service.Networks.Select(network => network.Network))}";

    private static bool Exposes(string entry, int port) => entry.Split('/')[0] == port.ToString(CultureInfo.InvariantCulture)
        || entry.Contains('-', StringComparison.Ordinal);

    private static int PhaseOf(Rollout rollout, Service service) =>
        rollout.Phases.FirstOrDefault(phase => phase.Services.Contains(service.Name))?.Number ?? 0;
}
