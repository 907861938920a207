using PhasedRollout.Compose;

namespace PhasedRollout.Rollouts;

/// <summary>The one place that decides which keys of the Compose Specification a deployment to an engine honours.
/// A key is one of three: honoured (it is in the model), without effect on a single engine (so that leaving it out changes nothing), or it blocks by name.</summary>
internal static class UndeployableKeys
{
    // Read into the model.
    private static readonly HashSet<string> Honoured =
    [
        "build", "cap_add", "cap_drop", "command", "container_name", "cpus", "depends_on", "deploy", "entrypoint", "env_file", "environment", "expose",
        "extra_hosts", "healthcheck", "hostname", "image", "init", "labels", "logging", "mem_limit", "network_mode", "networks", "platform", "ports",
        "privileged", "profiles", "pull_policy", "read_only", "restart", "security_opt", "shm_size", "stdin_open", "stop_grace_period", "stop_signal",
        "tmpfs", "tty", "user", "volumes", "working_dir",
        "build/args", "build/context", "build/dockerfile", "build/dockerfile_inline", "build/labels", "build/no_cache", "build/pull", "build/target",
        "deploy/resources", "deploy/resources/limits", "deploy/resources/limits/cpus", "deploy/resources/limits/memory", "deploy/restart_policy",
        "healthcheck/disable", "healthcheck/interval", "healthcheck/retries", "healthcheck/start_period", "healthcheck/test", "healthcheck/timeout",
        "networks/*", "networks/*/aliases", "networks/*/ipv4_address",
        "ports/*/host_ip", "ports/*/protocol", "ports/*/published", "ports/*/target",
        "volumes/*/read_only", "volumes/*/source", "volumes/*/target", "volumes/*/tmpfs/mode", "volumes/*/tmpfs/size", "volumes/*/type",
    ];

    // Without effect here.
    private static readonly HashSet<string> Harmless =
    [
        "attach", // which logs `docker compose up` shows
        "develop", // `docker compose watch`
        "build/cache_from", "build/cache_to", // how fast a build is, not what it makes
        "deploy/endpoint_mode", "deploy/labels", "deploy/rollback_config", "deploy/update_config", // read by Swarm alone, but for its order: stop-first
        "deploy/resources/reservations/cpus", // Compose does not hand it to an engine either
        "healthcheck/start_interval", // how soon a start is seen to be healthy
        "networks/*/priority", // the order of joining
        "ports/*/app_protocol", "ports/*/mode", "ports/*/name", // names, and Swarm's routing
        "volumes/*/bind/create_host_path", "volumes/*/consistency", // the engine's own behaviour
    ];

    private static readonly string[] Opened = ["build", "deploy", "healthcheck", "networks", "ports", "volumes"];

    /// <summary>The keys of a service that block.</summary>
    public static List<UndeployableKey> InService(ComposeMapping service, string where)
    {
        var keys = new List<UndeployableKey>();
        Collect(service, "", where, keys);
        return keys;
    }

    /// <summary>The keys outside services that block.</summary>
    public static IReadOnlyList<UndeployableKey> InDocument(ComposeMapping root)
    {
        var keys = new List<UndeployableKey>();
        foreach (var entry in root.Entries.Where(entry => entry.Key is "include"))
            keys.Add(new UndeployableKey(entry.Key, entry.KeyLocation));

        foreach (var network in (root["networks"] as ComposeMapping)?.Entries ?? [])
        {
            foreach (var entry in (network.Value as ComposeMapping)?.Entries.Where(entry => entry.Key is "ipam" or "enable_ipv4" or "enable_ipv6") ?? [])
            {
                if (!IsDefault(entry))
                    keys.Add(new UndeployableKey($"networks/{network.Key}/{entry.Key}", entry.KeyLocation));
            }
        }

        return keys;
    }

    private static void Collect(ComposeMapping mapping, string pattern, string where, List<UndeployableKey> keys)
    {
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key.StartsWith("x-", StringComparison.Ordinal))
                continue;

            var key = pattern.Length == 0 ? entry.Key : $"{pattern}/{entry.Key}";
            var known = pattern == "networks" ? "networks/*" : key;
            if (Harmless.Contains(known) || IsDefault(entry))
                continue;

            var holds = known is "deploy/resources/reservations" or "volumes/*/bind" or "volumes/*/volume" or "volumes/*/tmpfs";
            if (!Honoured.Contains(known) && !holds)
                keys.Add(new UndeployableKey($"{where}/{entry.Key}", entry.KeyLocation));
            else if (Opened.Any(opened => known == opened || known.StartsWith($"{opened}/", StringComparison.Ordinal)))
                Below(entry.Value, known, $"{where}/{entry.Key}", keys);
        }
    }

    private static void Below(ComposeNode value, string pattern, string where, List<UndeployableKey> keys)
    {
        if (pattern is "build/args" or "build/labels" or "deploy/restart_policy")
            return;
        if (value is ComposeMapping mapping)
            Collect(mapping, pattern, where, keys);
        else if (value is ComposeSequence list && pattern is "ports" or "volumes")
        {
            for (var i = 0; i < list.Items.Count; i++)
            {
                if (list.Items[i] is ComposeMapping item)
                    Collect(item, $"{pattern}/*", FormattableString.Invariant($"{where}/{i}"), keys);
            }
        }
    }

    // Written out, and what happens anyway.
    private static bool IsDefault(ComposeEntry entry) => (entry.Key, entry.Value) switch
    {
        (_, ComposeScalar { Text: null }) => true,
        (_, ComposeSequence { Items.Count: 0 } or ComposeMapping { Entries.Count: 0 }) => true,
        ("scale" or "replicas", ComposeScalar { Text: "1" }) => true,
        ("mode", ComposeScalar { Text: "replicated" }) => true,
        ("enable_ipv4", ComposeScalar { Text: "true" }) => true,
        ("enable_ipv6" or "use_api_socket" or "oom_kill_disable" or "nocopy", ComposeScalar { Text: "false" }) => true,
        _ => false,
    };
}
