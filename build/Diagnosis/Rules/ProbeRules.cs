using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>What a health check prints: the engine's exec, the shell, curl, wget, nc, pg_isready, Python and Node.</summary>
internal static class ProbeRules
{
    public static readonly FailureRule[] Probes =
    [
        new("probe-command", Unhealthy, "probe-command",
            "exec: {name}: executable file not found", "exec: {name}: stat {*}: no such file or directory",
            "exec: {name}: no such file or directory", "sh: {code}: {name}: not found", "sh: {name}: not found",
            "line {line}: {name}: command not found", "{name}: command not found", "exec: {name}: not found", "can't open file '{name}'",
            "Cannot find module '{name}'", "^{name}: not found", "No module named {name}")
        {
            Cause = "its healthcheck cannot run: the image has no {name}",
            Remedy =
                "install {name} in the image (RUN apt-get install -y {name}, apk add {name}), or write "
                + "services.{service}.healthcheck.test with a program that it has",
            Examples =
            [
                "OCI runtime exec failed: exec failed: unable to start container process: exec: \"curl\": executable file not found in $PATH: unknown",
                "/bin/sh: 1: curl: not found",
            ],
        },
        new("probe-rights", Unhealthy, "probe-command",
            "exec: {name}: permission denied", "sh: {code}: {name}: Permission denied", "{name}: Permission denied")
        {
            Cause = "its healthcheck cannot run: {name} is not executable",
            Remedy = "make it executable (RUN chmod +x {name}), or call it through sh in services.{service}.healthcheck.test",
            Examples = ["/bin/sh: 1: /healthcheck.sh: Permission denied"],
        },
        new("probe-timeout", Unhealthy, "probe-timeout",
            "Health check exceeded timeout ({time})", "curl: (28) {why}", "wget: download timed out", "Operation timed out", "timed out")
        {
            Cause = "its healthcheck gets no answer in time[ ({time})]",
            Remedy = "raise services.{service}.healthcheck.timeout when it is only slow; else see in its log what it waits for",
            Examples =
            [
                "Health check exceeded timeout (3s)",
                "curl: (28) Operation timed out after 3001 milliseconds with 0 bytes received",
            ],
        },
        new("probe-status", Unhealthy, "http-status",
            "The requested URL returned error: {code}", "server returned error: HTTP/1.1 {code}", "server returned error: HTTP/1.0 {code}",
            "HTTP Error {code}", "ERROR {code}: {why}", "Request failed with status code {code}", "status {code}", "HTTP/1.1 {code}")
        {
            Cause = "its health address answers with status {code}",
            Remedy =
                "correct the path in services.{service}.healthcheck.test when it is 404 (301, 401), else what the log says of that "
                + "request",
            Certainty = Certainty.Likely,
            Examples = ["curl: (22) The requested URL returned error: 503", "wget: server returned error: HTTP/1.1 404 Not Found"],
        },
        new("probe-closed", Unhealthy, "no-answer",
            "curl: (52) {why}", "curl: (56) {why}", "Remote end closed connection without response", "Connection reset by peer", "socket hang up",
            "wget: error getting response")
        {
            Cause = "its program takes the connection of its healthcheck and closes it without an answer",
            Remedy =
                "see in its log whether it fails on that request, or speaks something else on that port (https, gRPC): write "
                + "services.{service}.healthcheck.test for what it speaks",
            Certainty = Certainty.Likely,
            Examples = ["curl: (52) Empty reply from server"],
        },
        new("probe-name", Unhealthy, "unknown-host",
            "Could not resolve host: {host}", "bad address '{host}'", "unable to resolve host address '{host}'",
            "getaddrinfo ENOTFOUND {host}")
        {
            Cause = "its healthcheck asks for a host {host} that does not resolve in the container",
            Remedy = "write localhost (127.0.0.1) in services.{service}.healthcheck.test",
            Examples = ["curl: (6) Could not resolve host: brain-api"],
        },
        new("probe-tls", Unhealthy, "tls",
            "SSL certificate problem: {why}", "wrong version number", "SSL routines", "certificate verify failed",
            "Client sent an HTTP request to an HTTPS server")
        {
            Cause = "its healthcheck and the program do not agree on TLS[: {why}]",
            Remedy =
                "write http or https in services.{service}.healthcheck.test as the program serves it (curl -k for a certificate of its "
                + "own)",
            Examples =
            [
                "curl: (60) SSL certificate problem: self signed certificate",
                "curl: (35) error:0A00010B:SSL routines::wrong version number",
            ],
        },
        new("probe-database", Unhealthy, "connection-refused",
            "{host}:{port} - no response", "{host}:{port} - rejecting connections", "no attempt")
        {
            Cause = "its server does not take connections yet",
            Remedy = "give it more time with services.{service}.healthcheck.start_period; see in its log what it waits for",
            Certainty = Certainty.Likely,
            Examples = ["/var/run/postgresql:5432 - no response", "localhost:5432 - rejecting connections"],
        },
    ];
}
