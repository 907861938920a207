using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Reads the networks and volumes that the services use.</summary>
internal sealed class ResourceReader(FieldReader fields, string project)
{
    /// <summary>The networks that <paramref name="services"/> use, by key; the implicit <c>default</c> is one of them.</summary>
    public IReadOnlyDictionary<string, NetworkDefinition> Networks(ComposeMapping root, IReadOnlyList<Service> services)
    {
        var declared = root["networks"] as ComposeMapping;
        var networks = new Dictionary<string, NetworkDefinition>();
        foreach (var (service, attachment) in services.SelectMany(service => service.Networks.Select(attachment => (service, attachment))))
        {
            var key = attachment.Network;
            if (networks.ContainsKey(key))
                continue;

            var entry = declared?.Entries.FirstOrDefault(entry => entry.Key == key);
            if (entry is null && key != "default")
            {
                Undeclared("networks", "network", service, key, declared);
                continue;
            }

            var where = $"networks/{key}";
            var node = entry?.Value as ComposeMapping;
            networks[key] = new NetworkDefinition(
                key, Name(node, where, key), External(node, where), fields.Text(node?["driver"], $"{where}/driver"), entry?.KeyLocation ?? service.Location)
            {
                DriverOptions = fields.Labels(node?["driver_opts"], $"{where}/driver_opts"),
                Labels = fields.Labels(node?["labels"], $"{where}/labels"),
                Internal = fields.Flag(node?["internal"], $"{where}/internal") ?? false,
                Attachable = fields.Flag(node?["attachable"], $"{where}/attachable") ?? false,
            };
        }

        return networks;
    }

    /// <summary>The named volumes that <paramref name="services"/> mount, by key.</summary>
    public IReadOnlyDictionary<string, VolumeDefinition> Volumes(ComposeMapping root, IReadOnlyList<Service> services)
    {
        var declared = root["volumes"] as ComposeMapping;
        var volumes = new Dictionary<string, VolumeDefinition>();
        foreach (var (service, mount) in services.SelectMany(service => service.Mounts.Select(mount => (service, mount))))
        {
            if (mount is not { Type: "volume", Source: { } key } || volumes.ContainsKey(key) || key.Contains('$', StringComparison.Ordinal))
                continue;

            var entry = declared?.Entries.FirstOrDefault(entry => entry.Key == key);
            if (entry is null)
            {
                Undeclared("volumes", "volume", service, key, declared);
                continue;
            }

            var where = $"volumes/{key}";
            var node = entry.Value as ComposeMapping;
            volumes[key] = new VolumeDefinition(
                key, Name(node, where, key), External(node, where), fields.Text(node?["driver"], $"{where}/driver"), entry.KeyLocation)
            {
                DriverOptions = fields.Labels(node?["driver_opts"], $"{where}/driver_opts"),
                Labels = fields.Labels(node?["labels"], $"{where}/labels"),
            };
        }

        return volumes;
    }

    private void Undeclared(string section, string kind, Service service, string key, ComposeMapping? declared) =>
        fields.Problems.Add(new Problem($"services/{service.Name}/{section}", $"there is no {kind} '{key}'",
            NearestName.Suggest(key, declared?.Entries.Select(entry => entry.Key) ?? [], $"declare '{key}:' under '{section}:'"),
            service.Locations.GetValueOrDefault(section) ?? service.Location));

    private string Name(ComposeMapping? node, string where, string key)
    {
        // "external: { name: x }" is the old form of "external: true" with a name.
        var name = fields.Text(node?["name"], $"{where}/name")
            ?? fields.Text((node?["external"] as ComposeMapping)?["name"], $"{where}/external/name");
        return name ?? (External(node, where) ? key : $"{project}_{key}");
    }

    private bool External(ComposeMapping? node, string where) =>
        node?["external"] is ComposeMapping || (fields.Flag(node?["external"], $"{where}/external") ?? false);
}
