using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What the Docker engine says when it refuses a call: moby 20.10 to 28, libnetwork, runc.</summary>
internal static class EngineRules
{
    public static readonly FailureRule[] Refusals =
    [
        new("engine-port", PortConflict, "port-in-use",
            ":{port} failed: port is already allocated", "listen tcp {*}:{port}: bind: address already in use",
            "listen tcp4 {*}:{port}: bind: address already in use", "listen udp {*}:{port}: bind: address already in use", "listen udp4 {*}:{port}: bind: address already in use",
            "failed to bind host port for {*}:{port}:{*}address already in use",
            "failed to bind port {*}:{port}/tcp: {*}address already in use", "failed to bind port {*}:{port}: {*}already",
            "Bind for {*}:{port} failed", "Ports are not available: exposing port TCP {*}:{port}",
            "failed to listen on TCP socket: address already in use")
        {
            Cause = "host port {port} is already taken",
            Remedy =
                "stop what holds port {port} (docker ps --filter publish={port} for a container, ss for a process), or publish another "
                + "host port",
            NextCommand = "ss -ltnp 'sport = :{port}'",
            Examples =
            [
                "driver failed programming external connectivity on endpoint web (0f0c): Bind for 0.0.0.0:8001 failed: port is already allocated",
                "Error starting userland proxy: listen tcp4 0.0.0.0:8001: bind: address already in use",
                "failed to bind host port for 0.0.0.0:8001:172.18.0.2:8001/tcp: address already in use",
            ],
        },
        new("engine-privileged-port", PortConflict, "privileged-port", "cannot expose privileged port {port}", "{*}:{port}: bind: permission denied")
        {
            Cause = "the engine may not take host port {port}: without root, ports below 1024 are not its own",
            Remedy = "publish a port above 1023, or allow it on the target: sysctl -w net.ipv4.ip_unprivileged_port_start={port}",
            Examples =
            [
                "error while calling PortManager.AddPort(): cannot expose privileged port 80, you can add 'net.ipv4.ip_unprivileged_port_start=80' to /etc/sysctl.conf",
            ],
        },
        new("engine-network", NetworkMissing, "network-missing",
            "network {name} not found", "no such network: {name}", "could not find a network matching network mode {name}",
            "network {name} declared as external, but could not be found", "could not find a network matching {name}")
        {
            Cause = "network {name} does not exist",
            Remedy = "create it (docker network create {name}), or pass --create-missing-networks",
            NextCommand = "docker network create {name}",
            Examples = ["network dokploy-network not found", "network proxy declared as external, but could not be found"],
        },
        new("engine-network-gone", NetworkMissing, "network-missing",
            "network {name} has active endpoints", "cannot be attached to network {name}",
            "network-scoped alias is supported only for containers in user defined networks",
            "user specified IP address is supported only when connecting to networks with user configured subnets")
        {
            Cause = "the network[ {name}] is not one that it can be attached to",
            Remedy =
                "see what kind it is (docker network inspect), and make it anew with the driver, scope and subnet that the compose "
                + "file needs",
            NextCommand = "docker network ls",
            Certainty = Certainty.Likely,
            Examples = ["user specified IP address is supported only when connecting to networks with user configured subnets"],
        },
        new("engine-subnets", NetworkMissing, "no-addresses",
            "could not find an available, non-overlapping IPv4 address pool", "all predefined address pools have been fully subnetted")
        {
            Cause = "the engine has no free address range for another network",
            Remedy = "remove networks that nobody uses (docker network prune), or give default-address-pools in /etc/docker/daemon.json",
            NextCommand = "docker network ls",
            Examples = ["could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"],
        },
        new("engine-overlap", NetworkMissing, "no-addresses", "Pool overlaps with other one on this address space")
        {
            Cause = "the subnet that its network asks for overlaps another network of the engine",
            Remedy = "give another subnet under networks.<name>.ipam, or none so that the engine chooses; or remove the network that has it",
            NextCommand = "docker network inspect -f '{{.Name}} {{range .IPAM.Config}}{{.Subnet}}{{end}}' $(docker network ls -q)",
            Examples = ["Pool overlaps with other one on this address space"],
        },
        new("engine-firewall", Unknown, "firewall", "iptables: No chain/target/match by that name", "iptables failed: {why}",
            "Failed to Setup IP tables: {why}")
        {
            Cause = "the engine's firewall rules are gone or cannot be written[: {why}]",
            Remedy = "restart the engine, which writes them anew (a firewall that was reloaded had removed them): systemctl restart docker",
            NextCommand = "iptables -t nat -S DOCKER",
            Certainty = Certainty.Likely,
            Examples =
            [
                "Unable to enable DNAT rule: (iptables failed: iptables --wait -t nat -A DOCKER: iptables: No chain/target/match by that name.",
            ],
        },
        new("engine-processors", Unknown, "limit", "range of CPUs is from {low} to {high}, as there are only {count} CPUs available")
        {
            Cause = "it asks for more processors than the target has ({count})",
            Remedy = "lower services.{service}.cpus (deploy.resources.limits.cpus) to {high} or less",
            NextCommand = "nproc",
            Examples = ["range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"],
        },
        new("engine-volume-server", Unknown, "mount", "failed to mount local volume: mount {source}:{target}, data: addr={host}{*}: {why}")
        {
            Cause = "the volume's server {host} does not serve it[: {why}]",
            Remedy = "see that it runs and exports that path to the target (showmount -e {host}), or correct volumes.<name>.driver_opts",
            NextCommand = "showmount -e {host}",
            Certainty = Certainty.Likely,
            Examples =
            [
                "failed to mount local volume: mount :/exports/media:/var/lib/docker/volumes/shop_media/_data, data: addr=10.0.0.9: connection refused",
            ],
        },
        new("engine-address", PortConflict, "address-in-use", "Address already in use")
        {
            Cause = "the address that it asks for in its network is taken by another container",
            Remedy = "give it another ipv4_address, or remove the container that has it (docker network inspect)",
            NextCommand = "docker network ls",
            Certainty = Certainty.Likely,
            Examples = ["Address already in use"],
        },
        new("engine-image", ImageUnavailable, "image-not-found", "no such image: {image}")
        {
            Cause = "the engine has no image {image}",
            Remedy = "build or pull it again",
            Examples = ["No such image: ghcr.io/acme/shop:3.20"],
        },
        new("engine-lock", LockHeld, "lock-held", "container name {name}lock{*} is already in use by container {id}")
        {
            Cause = "another run holds the deployment lock (container {id})",
            Remedy = "wait for it (--wait-for-lock 10m); when it is gone for good, break the lock (--break-lock <run id>)",
            NextCommand = "docker inspect --format '{{json .Config.Labels}}' {id}",
            Examples = ["Conflict. The container name \"/phased-rollout-lock\" is already in use by container \"4f2d9c1b7a6e\"."],
        },
        new("engine-name", Unknown, "name-in-use",
            "container name \"/{name}\" is already in use by container {id}", "container name {name} is already in use by container {id}")
        {
            Cause = "the name {name} belongs to another container ({id})",
            Remedy =
                "see whose container it is; give it another name (docker rename {name} {name}-old) or change "
                + "services.{service}.container_name",
            NextCommand = "docker inspect --format '{{.Name}} {{.State.Status}} {{.Config.Labels}}' {id}",
            Examples =
            [
                "Conflict. The container name \"/web\" is already in use by container \"4f2d9c1b7a6e\". You have to remove (or rename) that container to be able to reuse that name.",
            ],
        },
        new("engine-entry", CrashLoop, "command-not-found",
            "exec: \\\"{command}\\\": executable file not found", "exec: {command}: executable file not found",
            "exec: {command}: stat {*}: no such file or directory", "exec: {command}: no such file or directory",
            "exec {command}: no such file or directory", "No command specified", "no command specified")
        {
            Cause = "the command {command|=of its image} cannot be run in its image (it is not there)",
            Remedy =
                "correct services.{service}.command or entrypoint (a script needs LF line endings and an interpreter that the image "
                + "has), or put the program into the image",
            Examples =
            [
                "OCI runtime create failed: runc create failed: unable to start container process: exec: \"gunicorn\": executable file not found in $PATH: unknown",
                "exec: \"./entrypoint.sh\": stat ./entrypoint.sh: no such file or directory: unknown",
            ],
        },
        new("engine-rights", CrashLoop, "permission-denied", "exec: {command}: permission denied", "exec {command}: permission denied")
        {
            Cause = "the command {command} cannot be run in its image (permission denied)",
            Remedy = "make it executable: git update-index --chmod=+x on the file, or RUN chmod +x {command} in the Dockerfile",
            Examples = ["unable to start container process: exec: \"/app/entrypoint.sh\": permission denied: unknown"],
        },
        new("engine-user", CrashLoop, "unknown-user",
            "unable to find user {user}: no matching entries in passwd file",
            "unable to find group {user}: no matching entries in group file")
        {
            Cause = "the image has no user or group {user}",
            Remedy = "correct services.{service}.user (or USER), or RUN useradd {user} in the Dockerfile; a number always works",
            Examples = ["unable to find user app: no matching entries in passwd file"],
        },
        new("engine-directory", CrashLoop, "missing-file",
            "chdir to cwd ({path}) set in config.json failed: {why}", "the working directory {path} is invalid",
            "Cwd must be an absolute path")
        {
            Cause = "its working directory[ {path}] cannot be entered[: {why}]",
            Remedy = "correct services.{service}.working_dir or WORKDIR",
            Examples = ["OCI runtime create failed: chdir to cwd (\"/app\") set in config.json failed: permission denied: unknown"],
        },
        new("engine-mount-kind", Unknown, "mount",
            "error mounting {path} to rootfs at {target}", "mounting {path} to rootfs", "Are you trying to mount a directory onto a file",
            "invalid mount config for type \"bind\": {why}", "bind source path does not exist: {path}",
            "error while creating mount source path '{path}': {why}", "invalid volume specification: {why}",
            "cannot mount volume over existing file", "create mountpoint for {path} mount: {why}", "failed to mount local volume: {why}",
            "error while mounting volume {path}: {why}")
        {
            Cause = "what it mounts is not on the target as the compose file says[: {path}][ at {target}][: {why}]",
            Remedy =
                "create {path|=the source} on the target as what it must be (a file with touch, a directory with mkdir -p; the engine "
                + "makes a directory of what is not there), or correct services.{service}.volumes",
            NextCommand = "ls -ld {path|=.}",
            Certainty = Certainty.Likely,
            Examples =
            [
                "error during container init: error mounting \"/opt/shop/nginx.conf\" to rootfs at \"/etc/nginx/nginx.conf\": not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?",
                "invalid mount config for type \"bind\": bind source path does not exist: /srv/data",
            ],
        },
        new("engine-device", Unknown, "device",
            "could not select device driver {name}", "error gathering device information while adding custom device {path}",
            "nvidia-container-cli: {why}", "unknown or invalid runtime name: {name}", "unresolvable CDI devices {name}")
        {
            Cause = "the target lacks the device or runtime[ {name}][ {path}] that it asks for",
            Remedy =
                "install it on the target (nvidia-container-toolkit), or take it out of services.{service}.devices, runtime or "
                + "deploy.resources",
            Certainty = Certainty.Likely,
            Examples = ["could not select device driver \"nvidia\" with capabilities: [[gpu]]"],
        },
        new("engine-gone", EngineUnreachable, "engine-unreachable",
            "cannot connect to the docker daemon", "is the docker daemon running", "docker.sock: connect: connection refused",
            "docker.sock: connect: no such file", "docker.sock: connect: permission denied",
            "permission denied while trying to connect to the Docker daemon socket", "error during connect: {why}",
            "Error response from daemon: dial unix {path}", "connect: connection refused{*}containerd.sock",
            "containerd.sock: connect: {why}")
        {
            Cause = "the engine does not answer[: {why}]",
            Remedy =
                "start the Docker engine (systemctl start docker), and let this user reach it (usermod -aG docker $USER, or "
                + "DOCKER_HOST)",
            NextCommand = "docker version",
            Examples =
            [
                "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
                "dial unix /var/run/docker.sock: connect: permission denied",
            ],
        },
        new("engine-memory", OutOfMemory, "out-of-memory",
            "cannot allocate memory", "fork/exec {path}: resource temporarily unavailable", "Minimum memory limit allowed is {size}",
            "container init was OOM-killed")
        {
            Cause = "the target has no memory left to start it[, or its limit is below {size}]",
            Remedy = "free memory on the target, or raise mem_limit of services.{service}",
            NextCommand = "free -m",
            Examples = ["fork/exec /usr/bin/containerd-shim-runc-v2: cannot allocate memory", "Minimum memory limit allowed is 6MB"],
        },
        new("engine-compose", InvalidCompose, "dependency-order", "dependency cycle detected")
        {
            Cause = "services depend on each other in a circle",
            Remedy = "take one depends_on out of the circle",
            Examples = ["dependency cycle detected: a -> b -> a"],
        },
        new("engine-dependency", DependencyOrder, "dependency-failed",
            "dependency failed to start: {why}", "depends on undefined service {name}", "cannot link to a non running container: {why}",
            "joining network namespace of container: No such container: {name}", "cannot join network of a non running container: {name}",
            "No such container: {name}")
        {
            Cause = "it needs another service that is not there yet[: {name}][: {why}]",
            Remedy = "deploy that one in an earlier phase (x-rollout.phases), or let services.{service}.depends_on name it",
            Certainty = Certainty.Likely,
            Examples =
            [
                "service \"web\" depends on undefined service \"api\": invalid compose project",
                "cannot join network of a non running container: 4f2d9c1b7a6e",
            ],
        },
    ];

    /// <summary>What a registry says to a pull. <c>{registry}</c> and <c>{image}</c> come from the image's reference.</summary>
    public static readonly FailureRule[] Pulls =
    [
        new("pull-password", CredentialsRejected, "password-refused",
            "incorrect username or password", "invalid username", "bad credentials", "invalid token", "error getting credentials",
            "HTTP Basic: Access denied", "access token has expired", "authorization token has expired")
        {
            Cause = "{registry} rejected the credentials for {image}",
            Remedy = "log in to {registry} again (docker login {registry})",
            NextCommand = "docker login {registry}",
            Examples =
            [
                "unauthorized: incorrect username or password",
                "denied: Your authorization token has expired. Reauthenticate and try again.",
            ],
        },
        new("pull-limit", ImageUnavailable, "rate-limit",
            "toomanyrequests", "rate limit", "429 Too Many Requests", "too many failed login attempts")
        {
            Cause = "{registry} has no pulls left for this machine: {image}",
            Remedy = "wait, or log in to {registry} (docker login {registry})",
            NextCommand = "docker login {registry}",
            Examples = ["toomanyrequests: You have reached your pull rate limit."],
        },
        new("pull-platform", ImageUnavailable, "no-platform",
            "no matching manifest", "no match for platform", "image operating system {name} cannot be used on this platform",
            "does not match the specified platform")
        {
            Cause = "{image} has no variant for the target's platform",
            Remedy = "take an image or tag that has one, or set services.{service}.platform",
            NextCommand = "docker manifest inspect {image}",
            Examples = ["no matching manifest for linux/arm64/v8 in the manifest list entries"],
        },
        new("pull-format", ImageUnavailable, "manifest-format", "manifest version 2, schema 1 support", "mediaType in manifest should be",
            "not supported manifest media type", "unsupported media type")
        {
            Cause = "{image} is kept in a format that the engine does not read",
            Remedy = "build and push it again with a current Docker, or take a newer tag",
            NextCommand = "docker manifest inspect {image}",
            Certainty = Certainty.Likely,
            Examples =
            [
                "[DEPRECATION NOTICE] Docker Image Format v1 and Docker Image manifest version 2, schema 1 support is disabled by default",
            ],
        },
        new("pull-missing", ImageUnavailable, "image-not-found",
            "manifest unknown", "manifest for {name} not found", "not found: manifest", "name unknown", "tag does not exist",
            "repository {name} not found", "failed to resolve reference {name}: {*}not found", "no such manifest",
            "invalid reference format", "was deleted or has expired")
        {
            Cause = "{image} does not exist in {registry}",
            Remedy = "correct the name or the tag in services.{service}.image",
            NextCommand = "docker pull {image}",
            Examples = ["manifest for ghcr.io/acme/shop:3.20 not found: manifest unknown: manifest unknown"],
        },
        new("pull-refused", ImageUnavailable, "registry-refused",
            "denied", "unauthorized", "authentication required", "no basic auth", "forbidden", "no active sessions")
        {
            Cause = "{registry} refuses {image}: it does not exist, or needs a login",
            Remedy = "correct the name in services.{service}.image, or log in (docker login {registry})",
            NextCommand = "docker login {registry}",
            Examples =
            [
                "pull access denied for acme/shop, repository does not exist or may require 'docker login'",
                "Head \"https://ghcr.io/v2/acme/shop/manifests/3.20\": denied: denied",
            ],
        },
        new("pull-tls", ImageUnavailable, "tls",
            "x509: {why}", "certificate {why}", "server gave HTTP response to HTTPS client", "tls: {why}")
        {
            Cause = "the engine and {registry} do not agree on TLS[: {why}], and {image} is not on the engine",
            Remedy =
                "put the registry's authority into /etc/docker/certs.d/{registry}/ca.crt, or name an unencrypted one under "
                + "insecure-registries in /etc/docker/daemon.json",
            NextCommand = "docker pull {image}",
            Examples =
            [
                "Get \"https://registry.acme.example/v2/\": x509: certificate signed by unknown authority",
                "http: server gave HTTP response to HTTPS client",
            ],
        },
        new("pull-unreachable", ImageUnavailable, "registry-unreachable",
            "no such host", "dial tcp", "timeout", "connection refused", "server misbehaving", "no route to host", "network is unreachable",
            "request canceled", "EOF", "503 Service Unavailable", "500 Internal Server Error", "502 Bad Gateway", "connection reset",
            "context deadline exceeded", "proxyconnect")
        {
            Cause = "{registry} cannot be reached from the engine, and {image} is not on it",
            Remedy = "let the engine's host reach {registry} (DNS, proxy, firewall), or load the image there (docker load)",
            NextCommand = "docker pull {image}",
            Examples =
            [
                "Get \"https://ghcr.io/v2/\": dial tcp: lookup ghcr.io: no such host",
                "net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)",
            ],
        },
    ];
}
