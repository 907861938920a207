using static PhasedRollout.Compose.Shape;

namespace PhasedRollout.Compose;

// Every key of the Compose Specification and what may stand under it, from the published schema (compose-spec/compose-spec,
// schema/compose-spec.json at 00655e2) and, where Docker Compose is ahead of it, Docker's reference (pre_start, provenance, sbom).
public static partial class ComposeSchema
{
    private static readonly Shape Text = Scalar(ScalarKind.Text);
    private static readonly Shape Flag = Scalar(ScalarKind.Boolean, ScalarKind.Text);
    private static readonly Shape Whole = Scalar(ScalarKind.Whole, ScalarKind.Text);
    private static readonly Shape Number = Scalar(ScalarKind.Whole, ScalarKind.Number, ScalarKind.Text);
    private static readonly Shape Nothing = Scalar(ScalarKind.Null);
    private static readonly Shape Simple = Scalar(ScalarKind.Text, ScalarKind.Whole, ScalarKind.Number, ScalarKind.Boolean, ScalarKind.Null);
    private static readonly Shape Texts = List(Text);
    private static readonly Shape TextOrTexts = Text.Or(Texts);
    private static readonly Shape Pairs = Named(Simple).Or(Texts);
    private static readonly Shape Options = Named(Number);
    private static readonly Shape Command = Text.Or(Texts).Or(Nothing);
    private static readonly Shape ExtraHosts = Named(TextOrTexts).Or(Texts);
    private static readonly Shape Ulimits = Named(Whole.Or(Mapping(("soft", Whole), ("hard", Whole)).Needing("soft", "hard")));

    private static readonly Shape Grants = List(Text.Or(Mapping(
        ("source", Text), ("target", Text), ("uid", Text), ("gid", Text), ("mode", Number))));

    private static readonly Shape Hook = Mapping(
        ("command", Command), ("user", Text), ("privileged", Flag), ("working_dir", Text), ("environment", Pairs)).Needing("command");

    private static readonly Shape InitHook = Mapping(
        ("command", Command), ("image", Text), ("user", Text), ("privileged", Flag), ("working_dir", Text), ("environment", Pairs), ("per_replica", Flag));

    private static readonly Shape Build = Text.Or(Mapping(
        ("additional_contexts", Pairs), ("args", Pairs), ("cache_from", Texts), ("cache_to", Texts), ("context", Text), ("dockerfile", Text),
        ("dockerfile_inline", Text), ("entitlements", Texts), ("extra_hosts", ExtraHosts), ("isolation", Text), ("labels", Pairs), ("network", Text),
        ("no_cache", Flag), ("platforms", Texts), ("privileged", Flag), ("provenance", Flag), ("pull", Flag), ("sbom", Flag), ("secrets", Grants),
        ("shm_size", Whole), ("ssh", Pairs.Or(Text)), ("tags", Texts), ("target", Text), ("ulimits", Ulimits)));

    private static readonly Shape BlockLimits = List(Mapping(("path", Text), ("rate", Whole)));
    private static readonly Shape BlockWeights = List(Mapping(("path", Text), ("weight", Whole)));

    private static readonly Shape BlockIo = Mapping(
        ("device_read_bps", BlockLimits), ("device_read_iops", BlockLimits), ("device_write_bps", BlockLimits), ("device_write_iops", BlockLimits),
        ("weight", Whole), ("weight_device", BlockWeights));

    private static readonly Shape DependsOn = Texts.Or(Named(Mapping(
        ("condition", OneOf("service_started", "service_healthy", "service_completed_successfully")), ("required", Flag), ("restart", Flag)).Needing("condition")));

    private static readonly Shape Devices = List(Text.Or(Mapping(("source", Text), ("target", Text), ("permissions", Text)).Needing("source")));

    private static readonly (string Key, Shape Shape)[] DeviceRequest =
        [("capabilities", Texts), ("count", Whole), ("device_ids", Texts), ("driver", Text), ("options", Pairs)];

    private static readonly Shape EnvFiles = Text.Or(List(Text.Or(Mapping(("path", Text), ("format", Text), ("required", Flag)).Needing("path"))));

    private static readonly Shape Healthcheck = Mapping(
        ("disable", Flag), ("interval", Text), ("retries", Number), ("start_interval", Text), ("start_period", Text), ("test", TextOrTexts), ("timeout", Text));

    private static readonly Shape Networks = Texts.Or(Named(Nothing.Or(Mapping(
        ("aliases", Texts), ("driver_opts", Options), ("gw_priority", Number), ("interface_name", Text), ("ipv4_address", Text), ("ipv6_address", Text),
        ("link_local_ips", Texts), ("mac_address", Text), ("priority", Number)))));

    private static readonly Shape Ports = List(Number.Or(Mapping(
        ("app_protocol", Text), ("host_ip", Text), ("mode", Text), ("name", Text), ("protocol", Text), ("published", Whole), ("target", Whole))));

    private static readonly Shape Volumes = List(Text.Or(Mapping(
        ("bind", Mapping(("create_host_path", Flag), ("propagation", Text), ("recursive", Text), ("selinux", OneOf("z", "Z")))),
        ("consistency", Text), ("image", Mapping(("subpath", Text))), ("read_only", Flag), ("source", Text), ("target", Text),
        ("tmpfs", Mapping(("mode", Number), ("size", Whole))), ("type", OneOf("bind", "volume", "tmpfs", "cluster", "npipe", "image")),
        ("volume", Mapping(("labels", Pairs), ("nocopy", Flag), ("subpath", Text)))).Needing("type")));

    private static readonly Shape Watch = List(Mapping(
        ("action", OneOf("rebuild", "sync", "restart", "sync+restart", "sync+exec")), ("exec", Hook), ("ignore", TextOrTexts), ("include", TextOrTexts),
        ("initial_sync", Flag), ("path", Text), ("target", Text)).Needing("path", "action"));

    private static readonly Shape Rolling = Mapping(
        ("delay", Text), ("failure_action", Text), ("max_failure_ratio", Number), ("monitor", Text), ("order", OneOf("start-first", "stop-first")),
        ("parallelism", Whole));

    private static readonly Shape Deploy = Nothing.Or(Mapping(
        ("endpoint_mode", Text), ("labels", Pairs), ("mode", Text),
        ("placement", Mapping(("constraints", Texts), ("max_replicas_per_node", Whole), ("preferences", List(Mapping(("spread", Text)))))),
        ("replicas", Whole),
        ("resources", Mapping(
            ("limits", Mapping(("cpus", Number), ("memory", Text), ("pids", Whole))),
            ("reservations", Mapping(
                ("cpus", Number), ("devices", List(Mapping(DeviceRequest).Needing("capabilities"))),
                ("generic_resources", List(Mapping(("discrete_resource_spec", Mapping(("kind", Text), ("value", Number)))))), ("memory", Text))))),
        ("restart_policy", Mapping(("condition", Text), ("delay", Text), ("max_attempts", Whole), ("window", Text))),
        ("rollback_config", Rolling), ("update_config", Rolling)));

    private static readonly Shape Service = Mapping(
        ("annotations", Pairs), ("attach", Flag), ("blkio_config", BlockIo), ("build", Build), ("cap_add", Texts), ("cap_drop", Texts),
        ("cgroup", OneOf("host", "private")), ("cgroup_parent", Text), ("command", Command), ("configs", Grants), ("container_name", Text), ("cpu_count", Whole),
        ("cpu_percent", Whole), ("cpu_period", Number), ("cpu_quota", Number), ("cpu_rt_period", Number), ("cpu_rt_runtime", Number), ("cpu_shares", Number),
        ("cpus", Number), ("cpuset", Text), ("credential_spec", Mapping(("config", Text), ("file", Text), ("registry", Text))), ("depends_on", DependsOn),
        ("deploy", Deploy), ("develop", Nothing.Or(Mapping(("watch", Watch)))), ("device_cgroup_rules", Texts), ("devices", Devices), ("dns", TextOrTexts),
        ("dns_opt", Texts), ("dns_search", TextOrTexts), ("domainname", Text), ("entrypoint", Command), ("env_file", EnvFiles), ("environment", Pairs),
        ("expose", List(Number)), ("extends", Text.Or(Mapping(("file", Text), ("service", Text)).Needing("service"))), ("external_links", Texts),
        ("extra_hosts", ExtraHosts), ("gpus", OneOf("all").Or(List(Mapping(DeviceRequest)))), ("group_add", List(Number)), ("healthcheck", Healthcheck),
        ("hostname", Text), ("image", Text), ("init", Flag), ("ipc", Text), ("isolation", Text), ("label_file", TextOrTexts), ("labels", Pairs), ("links", Texts),
        ("logging", Mapping(("driver", Text), ("options", Named(Number.Or(Nothing))))), ("mac_address", Text), ("mem_limit", Number),
        ("mem_reservation", Whole), ("mem_swappiness", Whole), ("memswap_limit", Number),
        ("models", Texts.Or(Named(Nothing.Or(Mapping(("endpoint_var", Text), ("model_var", Text)))))), ("network_mode", Text), ("networks", Networks),
        ("oom_kill_disable", Flag), ("oom_score_adj", Whole), ("pid", Text.Or(Nothing)), ("pids_limit", Number), ("platform", Text), ("ports", Ports),
        ("post_start", List(Hook)), ("pre_start", List(InitHook)), ("pre_stop", List(Hook)), ("privileged", Flag), ("profiles", Texts),
        ("provider", Mapping(("options", Named(Anything)), ("type", Text)).Needing("type")), ("pull_policy", Text), ("pull_refresh_after", Text),
        ("read_only", Flag), ("restart", Text), ("runtime", Text), ("scale", Whole), ("secrets", Grants), ("security_opt", Texts), ("shm_size", Number),
        ("stdin_open", Flag), ("stop_grace_period", Text), ("stop_signal", Text), ("storage_opt", Named(Simple)), ("sysctls", Pairs), ("tmpfs", TextOrTexts),
        ("tty", Flag), ("ulimits", Ulimits), ("use_api_socket", Flag), ("user", Text), ("userns_mode", Text), ("uts", Text), ("volumes", Volumes),
        ("volumes_from", Texts), ("working_dir", Text));

    private static readonly Shape External = Flag.Or(Mapping(("name", Text)));

    private static readonly Shape Network = Nothing.Or(Mapping(
        ("attachable", Flag), ("driver", Text), ("driver_opts", Options), ("enable_ipv4", Flag), ("enable_ipv6", Flag), ("external", External),
        ("internal", Flag),
        ("ipam", Mapping(
            ("config", List(Mapping(("aux_addresses", Named(Text)), ("gateway", Text), ("ip_range", Text), ("subnet", Text)))),
            ("driver", Text), ("options", Named(Text)))),
        ("labels", Pairs), ("name", Text)));

    private static readonly Shape Volume = Nothing.Or(Mapping(
        ("driver", Text), ("driver_opts", Options), ("external", External), ("labels", Pairs), ("name", Text)));

    private static readonly Shape Secret = Mapping(
        ("driver", Text), ("driver_opts", Options), ("environment", Text), ("external", External), ("file", Text), ("labels", Pairs), ("name", Text),
        ("template_driver", Text));

    private static readonly Shape Config = Mapping(
        ("content", Text), ("environment", Text), ("external", External), ("file", Text), ("labels", Pairs), ("name", Text), ("template_driver", Text));

    private static readonly Shape Include = List(Text.Or(Mapping(
        ("env_file", TextOrTexts), ("path", TextOrTexts), ("project_directory", Text))));

    private static readonly Shape Model = Mapping(
        ("context_size", Whole), ("model", Text), ("name", Text), ("runtime_flags", Texts)).Needing("model");

    private static readonly Shape Document = Mapping(
        ("configs", Named(Config)), ("include", Include), ("models", Named(Model)), ("name", Text), ("networks", Named(Network)), ("secrets", Named(Secret)),
        ("services", Named(Service)), ("version", Text), ("volumes", Named(Volume)));
}
