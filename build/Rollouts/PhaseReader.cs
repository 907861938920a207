using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads <c>x-rollout</c>.</summary>
internal sealed class PhaseReader(FieldReader fields, IReadOnlyList<string> known, IReadOnlyList<Service> services)
{
    private const string Section = "x-rollout";

    /// <summary>The phases; every active service is in exactly one, or that is a problem.</summary>
    public IReadOnlyList<PhaseDefinition> Phases(ComposeMapping root)
    {
        if (root[Section] is not ComposeMapping section || section["phases"] is null)
        {
            fields.Problems.Add(new Problem(Section, "the file does not say in which order its services go out",
                $"add this block and change it to your needs:\n{SuggestedPhases.Block(services)}", (root[Section] ?? root).Location));
            return [];
        }

        Known(section, Section, ["phases", "requires", "accept", "owners"]);
        if (section["requires"] is not (null or ComposeSequence or ComposeScalar { Text: null }))
            fields.Wrong($"{Section}/requires", "it is no list", "write a list of addresses, each on a line that starts with '- '", section["requires"]);
        if (section["phases"] is not ComposeSequence { Items.Count: > 0 } list)
        {
            fields.Wrong($"{Section}/phases", "it is no list of phases", "write a list: '- title: …' with 'services: […]' below it", section["phases"]);
            return [];
        }

        var homes = new Dictionary<string, int>();
        var phases = new List<PhaseDefinition>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            if (Phase(list.Items[i], i, homes) is { } phase)
                phases.Add(phase);
        }

        foreach (var service in services.Where(service => !homes.ContainsKey(service.Name)))
        {
            fields.Problems.Add(new Problem($"services/{service.Name}", "the service is in no phase",
                $"add '{service.Name}' to the services of one phase under 'x-rollout'", service.Location));
        }

        // A phase of which no service is active has nothing to deploy; the others move up.
        return [.. phases.Where(phase => phase.Services.Count > 0).Select((phase, index) => phase with
        {
            Number = index + 1,
            Title = phase.Title.Length > 0 ? phase.Title : FormattableString.Invariant($"Phase {index + 1}"),
        })];
    }

    /// <summary>The findings that the user accepts.</summary>
    public IReadOnlyList<AcceptedFinding> Accepted(ComposeMapping root)
    {
        var node = (root[Section] as ComposeMapping)?["accept"];
        if (node is null or ComposeScalar { Text: null })
            return [];
        if (node is not ComposeSequence list)
        {
            fields.Wrong($"{Section}/accept", "it is no list", "write a list of { rule: VC301, service: name, reason: \"why\" }", node);
            return [];
        }

        var accepted = new List<AcceptedFinding>();
        for (var i = 0; i < list.Items.Count; i++)
        {
            var where = FormattableString.Invariant($"{Section}/accept/{i}");
            if (list.Items[i] is not ComposeMapping item)
            {
                fields.Wrong(where, "it is no mapping", "write { rule: VC301, service: name, reason: \"why\" }", list.Items[i]);
                continue;
            }

            Known(item, where, ["rule", "service", "reason"]);
            var rule = fields.Text(item["rule"], $"{where}/rule");
            var reason = fields.Text(item["reason"], $"{where}/reason");
            var service = fields.Text(item["service"], $"{where}/service");
            if (string.IsNullOrWhiteSpace(rule))
                fields.Wrong(where, "'rule' is missing", "write the id of the rule that is accepted, such as VC301", item);
            if (string.IsNullOrWhiteSpace(reason))
                fields.Wrong(where, "'reason' is missing", "write why the finding may stand", item);
            if (service is not null && !known.Contains(service))
                Undefined($"{where}/service", service, item["service"]!);
            if (!string.IsNullOrWhiteSpace(rule) && !string.IsNullOrWhiteSpace(reason))
                accepted.Add(new AcceptedFinding(rule, service, reason));
        }

        return accepted;
    }

    /// <summary>The owners that contexts may come from; null when the file does not say.</summary>
    public IReadOnlyList<string>? Owners(ComposeMapping root)
    {
        var node = (root[Section] as ComposeMapping)?["owners"];
        if (node is null or ComposeScalar { Text: null })
            return null;
        if (fields.Texts(node, $"{Section}/owners") is { Count: > 0 } owners)
            return owners;

        fields.Wrong($"{Section}/owners", "it is no list of owners", "write the users and organisations of GitHub that contexts may come from: [acme, example]", node);
        return null;
    }

    private PhaseDefinition? Phase(ComposeNode node, int index, Dictionary<string, int> homes)
    {
        var where = FormattableString.Invariant($"{Section}/phases/{index}");
        if (node is not ComposeMapping phase)
        {
            fields.Wrong(where, "it is no phase", "write '- title: …' with 'services: […]' below it", node);
            return null;
        }

        Known(phase, where, ["title", "services"]);
        if (phase["services"] is not (ComposeSequence or ComposeScalar { Text: not null }))
        {
            fields.Wrong(where, "the phase has no services", "write 'services:' with a list of the services that it deploys, or remove the phase", phase);
            return null;
        }

        var names = fields.Texts(phase["services"], $"{where}/services");
        if (names.Count == 0)
            fields.Wrong(where, "the phase is empty", "name the services that it deploys, or remove the phase", phase["services"]);

        var items = (phase["services"] as ComposeSequence)?.Items ?? [phase["services"]!];
        for (var i = 0; i < items.Count; i++)
        {
            if (fields.Text(items[i], $"{where}/services") is not { } name)
                fields.Wrong($"{where}/services", "a service's name is expected here", "write the names of services", items[i]);
            else if (!known.Contains(name))
                Undefined($"{where}/services", name, items[i]);
            else if (!homes.TryAdd(name, index + 1))
            {
                fields.Wrong($"{where}/services", homes[name] == index + 1
                        ? FormattableString.Invariant($"the service '{name}' stands twice in phase {index + 1}")
                        : FormattableString.Invariant($"the service '{name}' is in phase {homes[name]} and again in phase {index + 1}"),
                    "keep it in one phase", items[i]);
            }
        }

        var active = names.Where(name => services.Any(service => service.Name == name)).Distinct().ToList();
        return new PhaseDefinition(index + 1, fields.Text(phase["title"], $"{where}/title") ?? "", active);
    }

    private void Undefined(string where, string name, ComposeNode node) =>
        fields.Wrong(where, $"there is no service '{name}'", NearestName.Suggest(name, known, $"the services are {string.Join(", ", known)}"), node);

    private void Known(ComposeMapping mapping, string where, string[] keys)
    {
        foreach (var entry in mapping.Entries.Where(entry => !keys.Contains(entry.Key) && !entry.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            fields.Problems.Add(new Problem($"{where}/{entry.Key}", $"unknown key '{entry.Key}'",
                NearestName.Suggest(entry.Key, keys, $"the keys are {string.Join(", ", keys)}"), entry.KeyLocation));
        }
    }
}
