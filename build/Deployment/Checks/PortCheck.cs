using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Checks;

/// <summary>Are the host's ports free, or held by what this rollout replaces?</summary>
internal sealed class PortCheck(ITargetObserver target)
{
    public async Task<IReadOnlyList<Finding>> CheckAsync(Rollout rollout, ObservedState observed, bool isLocal, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        foreach (var service in rollout.Services)
            foreach (var port in service.Ports.Where(port => port.HostPort is not null))
                findings.AddRange(await CheckAsync(rollout, service, port, observed, isLocal, cancellationToken));

        return findings;
    }

    // Of a range one free port is enough.
    private async Task<IReadOnlyList<Finding>> CheckAsync(
        Rollout rollout, Service service, PortMapping port, ObservedState observed, bool isLocal, CancellationToken cancellationToken)
    {
        IReadOnlyList<Finding> findings = [];
        for (var number = port.HostPort!.Value; number <= (port.HostPortEnd ?? port.HostPort.Value); number++)
        {
            findings = await CheckOneAsync(rollout, service, port with { HostPort = number, HostPortEnd = null }, observed, isLocal, cancellationToken);
            if (findings.Count == 0)
                return [];
        }

        return port.HostPortEnd is not { } last ? findings
            : [.. findings.Select(finding => finding with
            {
                Message = FormattableString.Invariant($"no host port from {port.HostPort} to {last} is free; {finding.Message}"),
            })];
    }

    private async Task<IReadOnlyList<Finding>> CheckOneAsync(
        Rollout rollout, Service service, PortMapping port, ObservedState observed, bool isLocal, CancellationToken cancellationToken)
    {
        if (FindContainer(observed, port) is { } container)
            return [.. HeldBy(rollout, service, port, container)];

        return await target.FindPortHolderAsync(port, cancellationToken) is { } holder
            ?
            [
                Taken(service, port, isLocal ? Certainty.Certain : Certainty.Likely, $"{holder}, listening on {holder.Address}",
                    "stop that process, or publish another host port",
                    holder.ProcessId is { } id ? FormattableString.Invariant($"ps -fp {id}") : FormattableString.Invariant($"ss -ltnp 'sport = :{port.HostPort}'")),
            ]
            : [];
    }

    private static DeployedContainer? FindContainer(ObservedState observed, PortMapping port) =>
        observed.Containers.FirstOrDefault(container => container.Ports.Any(held =>
            held.HostPort == port.HostPort && held.Protocol == port.Protocol && Overlap(held.HostAddress, port.HostAddress)));

    private static bool Overlap(string held, string? wanted) =>
        held is "" or "0.0.0.0" or "::" || wanted is null or "" or "0.0.0.0" or "::" || held == wanted;

    private static IEnumerable<Finding> HeldBy(Rollout rollout, Service service, PortMapping port, DeployedContainer container)
    {
        // A container that this rollout replaces gives its port up in time: it is one of the same service, or of one in the same phase or before.
        var owner = container.Project == rollout.Project && !container.IsOneOff
            ? rollout.Services.FirstOrDefault(candidate => candidate.Name == container.Service)
            : null;
        if (owner is not null && PhaseOf(rollout, owner) <= PhaseOf(rollout, service))
            yield break;

        var whose = container.Project == rollout.Project
            ? owner is null ? $"of service '{container.Service}', which is no longer in the file" : $"of service '{container.Service}', which is deployed in a later phase"
            : container.Project is { } project ? $"of service '{container.Service}' in project '{project}'" : $"(image {container.Image})";
        yield return Taken(service, port, Certainty.Certain, $"container '{container.Name}' {whose}",
            "stop that container, or publish another host port", $"docker stop {container.Name}");
    }

    private static int PhaseOf(Rollout rollout, Service service) =>
        rollout.Phases.FirstOrDefault(phase => phase.Services.Contains(service.Name))?.Number ?? 0;

    private static Finding Taken(Service service, PortMapping port, Certainty certainty, string holder, string remedy, string command) =>
        TextChecks.Located(
            new Finding(PreflightRules.Port, FailureClass.PortConflict, certainty,
                FormattableString.Invariant($"host port {port.HostPort}/{port.Protocol} is held by {holder}"),
                $"services/{service.Name}/ports", remedy)
            {
                Service = service.Name,
                Evidence = [FormattableString.Invariant($"{port.HostAddress ?? "0.0.0.0"}:{port.HostPort}/{port.Protocol}: {holder}")],
                NextCommand = command,
            },
            port.Location ?? service.Locations.GetValueOrDefault("ports") ?? service.Location);
}
