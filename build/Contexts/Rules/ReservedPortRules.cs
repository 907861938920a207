using System.Globalization;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules;

/// <summary>VC305: where Traefik or Dokploy run, ports 80, 443 and 3000 of the host are theirs.</summary>
internal sealed class ReservedPortRules : IRolloutRule
{
    // https://docs.dokploy.com/docs/core/installation: 80 and 443 for Traefik, 3000 for Dokploy's own pages.
    private const string Dokploy = "dokploy-network";

    public IEnumerable<Finding> Check(Rollout rollout)
    {
        var onDokploy = rollout.Networks.Values.Any(network => network.External && network.Name == Dokploy);
        var behindTraefik = rollout.Services.Any(service => service.Labels.Keys.Any(label => label.StartsWith("traefik.http.", StringComparison.Ordinal)))
            && rollout.Services.All(service => KnownImage.Find(service.Image)?.Kind != "traefik");
        if (!onDokploy && !behindTraefik)
            return [];

        return
            from service in rollout.Services
            where service.NetworkMode is null
            from port in service.Ports
            where port is { Protocol: "tcp", HostPort: 80 or 443 } || (onDokploy && port is { Protocol: "tcp", HostPort: 3000 })
            select Findings.About(
                service, "ports", "VC305", FailureClass.PortConflict, Certainty.Hint,
                string.Create(CultureInfo.InvariantCulture, $"'{service.Name}' publishes port {port.HostPort}, which {Holder(port.HostPort!.Value, onDokploy)} usually holds there"),
                string.Create(CultureInfo.InvariantCulture, $"another host port, such as \"80{port.HostPort % 100:00}:{port.ContainerPort}\"; or no port, and a route in Traefik"))
                .At(port.Location);
    }

    private static string Holder(int port, bool onDokploy) => port == 3000 ? "Dokploy itself" : onDokploy ? "Dokploy's Traefik" : "the Traefik that the labels speak to";
}
