using System.Text.Json.Nodes;

namespace PhasedRollout.Deployment.Docker;

/// <summary>Says a container once more that the engine has: its inspection as the body of a create request (Engine API 1.41, ContainerCreate).
/// JSON to JSON, so that nothing gets lost that the SDK's models do not know.</summary>
internal static class ContainerCopy
{
    /// <summary>The label that holds how a kept container's networks are joined; the API joins no more than one when it creates.</summary>
    public const string NetworksLabel = "phased-rollout.kept-networks";

    private static readonly string[] EndpointSettings = ["Aliases", "IPAMConfig", "Links", "DriverOpts"];

    /// <summary>The request for a container like the inspected one.</summary>
    /// <param name="inspected">The answer to ContainerInspect.</param>
    /// <param name="image">The image to name.</param>
    /// <param name="labels">All its labels.</param>
    /// <param name="volumes">Anonymous volumes to mount: the path in the container to the volume's name; one of the container's own mounts goes before it.</param>
    public static JsonObject Request(
        JsonObject inspected, string image, IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> volumes)
    {
        var id = Text(inspected, "Id");
        var request = inspected["Config"]?.DeepClone() as JsonObject ?? [];
        request["Image"] = image;
        request["Labels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value)));
        // The engine names a host after its container's id when nobody names it.
        if (Text(request, "Hostname") is { Length: > 0 } host && id.StartsWith(host, StringComparison.Ordinal))
            request.Remove("Hostname");

        var hostConfig = inspected["HostConfig"]?.DeepClone() as JsonObject ?? [];
        if (hostConfig["Mounts"] is not JsonArray mounts)
            hostConfig["Mounts"] = mounts = [];
        var bound = (hostConfig["Binds"] as JsonArray ?? []).Select(bind => bind?.GetValue<string>().Split(':').ElementAtOrDefault(1)).ToHashSet();
        foreach (var (target, volume) in volumes.OrderBy(volume => volume.Key, StringComparer.Ordinal))
        {
            var own = mounts.OfType<JsonObject>().FirstOrDefault(mount => Text(mount, "Target") == target);
            if (bound.Contains(target) || (own is not null && !DockerEngine.IsAnonymous(Text(own, "Source"))))
                continue;

            mounts.Remove(own);
            mounts.Add((JsonNode)new JsonObject { ["Type"] = "volume", ["Source"] = volume, ["Target"] = target });
        }

        request["HostConfig"] = hostConfig;
        return request;
    }

    /// <summary>The anonymous volumes of the inspected container: the path in the container to the volume's name.</summary>
    public static IReadOnlyDictionary<string, string> AnonymousVolumes(JsonObject inspected) => (inspected["Mounts"] as JsonArray ?? []).OfType<JsonObject>()
        .Where(mount => Text(mount, "Type") == "volume" && DockerEngine.IsAnonymous(Text(mount, "Name")))
        .DistinctBy(mount => Text(mount, "Destination"))
        .ToDictionary(mount => Text(mount, "Destination"), mount => Text(mount, "Name"));

    /// <summary>How the inspected container joins its networks, by their names.</summary>
    public static JsonObject Networks(JsonObject inspected)
    {
        var id = Text(inspected, "Id");
        var networks = new JsonObject();
        foreach (var (name, endpoint) in inspected["NetworkSettings"]?["Networks"] as JsonObject ?? [])
            networks[name] = endpoint is JsonObject settings ? Endpoint(settings, id) : new JsonObject();
        return networks;
    }

    /// <summary>The name of the network that a container is created with; null when it is none that has endpoints.</summary>
    public static string? FirstNetwork(JsonObject request, JsonObject networks) =>
        request["HostConfig"] is JsonObject host && Text(host, "NetworkMode") is { Length: > 0 } mode && networks.ContainsKey(mode) ? mode : null;

    public static string Text(JsonObject node, string key) => node[key]?.GetValue<string>() ?? "";

    private static JsonObject Endpoint(JsonObject settings, string id)
    {
        var endpoint = new JsonObject();
        foreach (var key in EndpointSettings)
            if (settings[key] is { } value)
                endpoint[key] = value is JsonArray names
                    ? new JsonArray([.. names.Where(name => !IsOwnId(name, id)).Select(name => name?.DeepClone())])
                    : value.DeepClone();
        return endpoint;
    }

    // The engine adds the short id of a container to its aliases.
    private static bool IsOwnId(JsonNode? name, string id) =>
        name?.GetValue<string>() is { Length: >= 12 } text && id.StartsWith(text, StringComparison.Ordinal);
}
