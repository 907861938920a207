using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>Finds the databases and caches that must answer before the first phase: the declared ones, then those of the services' connection strings.</summary>
internal sealed class RequirementReader(FieldReader fields, IReadOnlyList<Service> services)
{
    private readonly Dictionary<string, Requirement> found = [];

    /// <summary>The requirements, no address twice.</summary>
    public IReadOnlyList<Requirement> Read(ComposeMapping root)
    {
        if ((root["x-rollout"] as ComposeMapping)?["requires"] is ComposeSequence declared)
        {
            for (var i = 0; i < declared.Items.Count; i++)
                Declared(declared.Items[i], FormattableString.Invariant($"x-rollout/requires/{i}"));
        }

        foreach (var service in services)
        {
            foreach (var (name, value) in service.Environment)
                Derived(service, name, value);
        }

        return [.. found.Values];
    }

    private void Declared(ComposeNode node, string where)
    {
        if (fields.Interpolated(node, where) is not { } text)
            return;

        var address = ConnectionAddress.Parse(text.Text);
        if (address is { Host.Length: > 0 })
        {
            Add(address, where, null, node.Location);
        }
        else if (text.IsComplete && address is not null && text.Used.Where(name => fields.Variables[name] is "").ToList() is [var empty, ..])
        {
            fields.NoteUnset(empty, where, "it is empty, and an address needs it", node.Location);
        }
        else if (text.IsComplete)
        {
            // Never the address itself: it holds a password.
            fields.Wrong(where, "this is no address of PostgreSQL or Redis with a host",
                "write postgresql://user:password@host:port/database or redis://host:port", node);
        }
    }

    private void Derived(Service service, string name, string? value)
    {
        if (value is null || ConnectionAddress.Parse(value) is not { Host.Length: > 0 } address || IsOurs(address.Host))
            return;

        var location = service.Locations.GetValueOrDefault($"environment/{name}") ?? service.Locations.GetValueOrDefault("environment") ?? service.Location;
        Add(address, $"services/{service.Name}/environment/{name}", service.Name, location);
    }

    private void Add(ConnectionAddress address, string where, string? service, SourceLocation location)
    {
        if (!address.Password.Contains("${", StringComparison.Ordinal))
        {
            fields.Secret(address.Password);
            fields.Secret(Uri.UnescapeDataString(address.Password));
        }

        found.TryAdd(address.Identity, new Requirement(address.Url, where, service, location));
    }

    // A database that is itself a service of the stack answers only once it is deployed.
    private bool IsOurs(string host) => services.Any(service =>
        host == service.Name || host == service.ContainerName || host == service.Hostname
        || service.Networks.Any(network => network.Aliases.Contains(host)));
}
