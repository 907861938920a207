using System.Net;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>Which service of the stack a host name means, and whether it can be seen from another.</summary>
internal static class NamedServices
{
    /// <summary>The service that answers to <paramref name="host"/> on some network; null when none does.</summary>
    public static Service? Find(Rollout rollout, string host) =>
        rollout.Services.FirstOrDefault(service => NamesOf(rollout, service).Contains(host, StringComparer.OrdinalIgnoreCase))
        ?? rollout.Services.FirstOrDefault(service => service.Networks.Any(network => network.Aliases.Contains(host, StringComparer.OrdinalIgnoreCase)));

    /// <summary>True when <paramref name="client"/> resolves <paramref name="host"/> to <paramref name="server"/>: they share a network on which it is called so.</summary>
    public static bool CanSee(Rollout rollout, Service client, Service server, string host) => client.Name == server.Name || client.Networks.Any(mine =>
        server.Networks.FirstOrDefault(theirs => theirs.Network == mine.Network) is { } shared
        && (NamesOf(rollout, server).Contains(host, StringComparer.OrdinalIgnoreCase) || shared.Aliases.Contains(host, StringComparer.OrdinalIgnoreCase)));

    /// <summary>True for a host of a network of its own: an address, a name with a dot, or one that is not known here.</summary>
    public static bool IsElsewhere(string host) =>
        ComposeText.HasVariable(host) || host.Contains('.', StringComparison.Ordinal) || host.Contains(':', StringComparison.Ordinal) || IPAddress.TryParse(host, out _);

    /// <summary>True for the container itself.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Every name on every network, for suggestions.</summary>
    public static IEnumerable<string> All(Rollout rollout) => rollout.Services
        .SelectMany(service => NamesOf(rollout, service).Concat(service.Networks.SelectMany(network => network.Aliases)))
        .Distinct();

    /// <summary>The names that a service has on every network it joins.</summary>
    public static string[] NamesOf(Rollout rollout, Service service) => [service.Name, service.ContainerNameIn(rollout.Project)];
}
