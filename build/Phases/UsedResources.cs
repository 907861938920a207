using PhasedRollout.Compose;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Phases;

/// <summary>Cuts the networks, volumes, configs and secrets of a document to those that its services use.</summary>
internal static class UsedResources
{
    /// <summary>The section <paramref name="kind"/> without what nothing uses; null when nothing is left.</summary>
    public static ComposeNode? Cut(string kind, ComposeNode section, ComposeMapping services, IReadOnlyList<Service> model)
    {
        if (section is not ComposeMapping declared)
            return section;

        var used = (kind switch
        {
            "networks" => model.SelectMany(service => service.Networks.Select(network => network.Network))
                .Concat(services.Entries.SelectMany(service => Networks((ComposeMapping)service.Value))),
            "volumes" => model.SelectMany(service => service.Mounts).Where(mount => mount.Type == "volume").Select(mount => mount.Source ?? "")
                .Concat(services.Entries.SelectMany(service => Items((service.Value as ComposeMapping)?["volumes"]).Select(Volume))),
            _ => services.Entries.Select(service => (ComposeMapping)service.Value)
                .SelectMany(service => Items(service[kind]).Concat(Items((service["build"] as ComposeMapping)?[kind])))
                .Select(item => item.Text() ?? (item as ComposeMapping)?["source"].Text() ?? ""),
        }).ToHashSet(StringComparer.Ordinal);

        // A name with a variable in it can be any of them.
        var anything = kind is "configs" or "secrets" && used.Any(name => name.Contains('$', StringComparison.Ordinal));
        var kept = declared.Where(entry => anything || used.Contains(entry.Key));
        return kept.Entries.Count == 0 ? null : kept;
    }

    private static IEnumerable<string> Networks(ComposeMapping service) => service["networks"] switch
    {
        ComposeMapping networks => networks.Entries.Select(entry => entry.Key),
        ComposeSequence networks => networks.Items.Select(item => item.Text() ?? ""),
        _ => service["network_mode"] is null ? ["default"] : [],
    };

    private static string Volume(ComposeNode item) => item switch
    {
        ComposeMapping mount => mount["source"].Text() ?? "",
        _ when item.Text() is { } text && VariableText.IndexOutsideVariables(text, ':') is > 0 and var end => text[..end],
        _ => "",
    };

    private static IReadOnlyList<ComposeNode> Items(ComposeNode? node) => (node as ComposeSequence)?.Items ?? [];
}
