using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Wiring;

/// <summary>VC602: a network that is declared is used. VC604: a service joins the network of one that is there by then, and names on a network are unique.</summary>
internal sealed class NetworkRules : IRolloutRule
{
    private const string OfService = "service:";

    public IEnumerable<Finding> Check(Rollout rollout) => Unused(rollout).Concat(Borrowed(rollout)).Concat(Clashes(rollout));

    private static IEnumerable<Finding> Unused(Rollout rollout)
    {
        // Also by services of profiles that are not active.
        var used = ((rollout.Source.Root["services"] as ComposeMapping)?.Entries ?? [])
            .Select(entry => entry.Value).OfType<ComposeMapping>()
            .SelectMany(service => service["networks"] switch
            {
                ComposeMapping mapping => mapping.Entries.Select(entry => entry.Key),
                ComposeSequence list => list.Items.OfType<ComposeScalar>().Select(item => item.Value ?? ""),
                _ => ["default"],
            })
            .ToHashSet();
        return
            from network in (rollout.Source.Root["networks"] as ComposeMapping)?.Entries ?? []
            where !used.Contains(network.Key) && !used.Any(ComposeText.HasVariable)
            select new Finding(
                "VC602", FailureClass.NetworkMissing, Certainty.Hint, Shown.Safe($"the network '{network.Key}' is declared and no service joins it"),
                Shown.Safe($"networks/{network.Key}"), Shown.Safe($"networks: [{network.Key}] in the services that belong there, or remove it"))
            {
                File = network.KeyLocation.File,
                Line = network.KeyLocation.Line,
            };
    }

    private static IEnumerable<Finding> Borrowed(Rollout rollout)
    {
        foreach (var service in rollout.Services)
        {
            var written = (ComposeText.Of(rollout, service.Name)?["network_mode"] as ComposeScalar)?.Value;
            if (written is null || !written.StartsWith(OfService, StringComparison.Ordinal) || ComposeText.HasVariable(written))
                continue;

            var owner = written[OfService.Length..];
            var (mine, theirs) = (PhaseOf(rollout, service.Name), PhaseOf(rollout, owner));
            if (theirs == 0)
            {
                yield return About(service, Certainty.Certain, $"joins the network of '{owner}', which is no service of the file",
                    NearestName.Of(owner, rollout.Services.Select(other => other.Name)) is { } near ? $"network_mode: {OfService}{near}" : "network_mode: service:<a service of the file>");
            }
            else if (theirs > mine)
            {
                yield return About(service, Certainty.Certain,
                    $"is in phase {mine} and joins the network of '{owner}', whose container comes in phase {theirs}",
                    $"move '{owner}' to phase {mine} or an earlier one, or '{service.Name}' to phase {theirs}");
            }
        }

        Finding About(Service service, Certainty certainty, string message, string suggestion) => Findings.About(
            service, "network_mode", "VC604", FailureClass.NetworkMissing, certainty, $"'{service.Name}' {message}", suggestion);
    }

    private static IEnumerable<Finding> Clashes(Rollout rollout)
    {
        foreach (var service in rollout.Services)
            foreach (var network in service.Networks)
                foreach (var alias in network.Aliases.Distinct())
                {
                    var others = rollout.Services.Where(other => other.Name != service.Name && other.Networks.Any(it => it.Network == network.Network)).ToList();
                    if (others.FirstOrDefault(other => NamedServices.NamesOf(rollout, other).Contains(alias)) is { } owner)
                        yield return About(service, network, Certainty.Likely, $"'{alias}' on the network '{network.Network}', and that is the name of '{owner.Name}'");
                    else if (others.FirstOrDefault(other => other.Networks.Any(it => it.Network == network.Network && it.Aliases.Contains(alias))) is { } twin
                        && string.CompareOrdinal(twin.Name, service.Name) < 0)
                        yield return About(service, network, Certainty.Hint, $"'{alias}' on the network '{network.Network}', as is '{twin.Name}'");
                }

        static Finding About(Service service, NetworkAttachment network, Certainty certainty, string message) => Findings.About(
            service, $"networks/{network.Network}/aliases", "VC604", FailureClass.NetworkMissing, certainty,
            $"'{service.Name}' is also called {message}: whoever asks for it gets now one, now the other", "an alias of its own");
    }

    private static int PhaseOf(Rollout rollout, string service) => rollout.Phases.FirstOrDefault(phase => phase.Services.Contains(service))?.Number ?? 0;
}
