using PhasedRollout.Rollouts;
using static PhasedRollout.Rollouts.FailureClass;

namespace PhasedRollout.Diagnosis.Rules;

/// <summary>Names that do not resolve, connections that are refused, certificates that are not trusted: in the words of libpq, Python, Node, Java, Go,
/// .NET, PHP, Ruby and Rust. The same words mean a database where one is spoken of, and another service elsewhere.</summary>
internal static class ConnectionRules
{
    public const string CorrectHost = "correct the host in the connection string, or put both on one network (networks, extra_hosts: \"{host}:address\")";

    public const string StartServer =
        "start the server, let it listen on an address that containers reach (listen_addresses, bind), open its port to them, or "
        + "correct the connection string";

    public const string LetThrough = "see that the server runs and that no firewall between it and the containers drops the port (nc -vz[ {host} {port}])";

    private const string DeployFirst = "correct the address (services.{service}.environment), or deploy that service in an earlier phase (x-rollout.phases)";

    private static readonly string[] NamesOfHosts =
    [
        "could not translate host name {host} to address", "failed to resolve host {host}", "dial tcp: lookup {host} on {*}: no such host",
        "lookup {host}: no such host",
        "lookup {host} on {*}: server misbehaving", "getaddrinfo ENOTFOUND {host}", "getaddrinfo EAI_AGAIN {host}",
        "Failed to resolve '{host}'", "UnknownHostException: {host}", "getaddrinfo for {host} failed",
        "Error -2 connecting to {host}:{port}", "Error -3 connecting to {host}:{port}", "Error -5 connecting to {host}:{port}",
        "could not resolve host: {host}", "host not found in upstream {host}",
        "nodename nor servname provided, or not known ({host}:{port})", "Name or service not known ({host}:{port})",
        "Cannot connect to host {host}:{port} ssl:{*}name resolution",
        "ConnectionPool(host='{host}', port={port}){*}Name or service not known",
        "ConnectionPool(host='{host}', port={port}){*}name resolution",
        "getaddrinfo: Name or service not known", "gaierror: [Errno -2]", "gaierror: [Errno -3]", "gaierror: [Errno -5]",
        "Name or service not known", "Temporary failure in name resolution", "No address associated with hostname",
        "nodename nor servname provided", "failed to lookup address information",
    ];

    private static readonly string[] Refusals =
    [
        "connection to server at \"{host}\"{*}, port {port} failed: Connection refused", "connect ECONNREFUSED {host}:{port}",
        "dial tcp {host}:{port}: connect: connection refused", "Multiple exceptions: [Errno 111] Connect call failed ('{host}', {port}",
        "[Errno 111] Connect call failed ('{host}', {port}", "Failed to connect to {host}:{port}", "Can't reach database server at {host}:{port}",
        "P1001: {why}", "Connection to {host}:{port} refused", "Cannot connect to host {host}:{port}",
        "HTTPConnectionPool(host='{host}', port={port}): Max retries exceeded", "Connection refused ({host}:{port})",
        "connect to {host} port {port} failed: Connection refused", "Connection refused - connect(2) for \"{host}\" port {port}",
        "connection to server on socket {path} failed: No such file or directory",
        "kind: ConnectionRefused", "connection refused", "ECONNREFUSED", "[Errno 111]", "could not connect to server",
        "actively refused it",
    ];

    private static readonly string[] Silences =
    [
        "connection to server at \"{host}\"{*}, port {port} failed: timeout expired",
        "connection to server at \"{host}\"{*}, port {port} failed: Connection timed out",
        "connection to server at \"{host}\"{*}, port {port} failed: No route to host",
        "connection to server at \"{host}\"{*}, port {port} failed: Network is unreachable",
        "[Errno 110] Connect call failed ('{host}', {port}", "[Errno 113] Connect call failed ('{host}', {port}",
        "connect ETIMEDOUT {host}:{port}", "connect EHOSTUNREACH {host}:{port}", "connect ENETUNREACH {host}:{port}",
        "dial tcp {host}:{port}: i/o timeout", "dial tcp {host}:{port}: connect: no route to host",
        "dial tcp {host}:{port}: connect: connection timed out",
        "The connection attempt failed", "ConnectTimeoutError", "Connection timed out", "Connection timeout", "No route to host",
        "Network is unreachable", "ETIMEDOUT", "EHOSTUNREACH",
    ];

    private static readonly string[] Closings =
    [
        "connection to server at \"{host}\"{*}, port {port} failed: server closed the connection unexpectedly",
        "server closed the connection unexpectedly", "Connection terminated unexpectedly",
        "An I/O error occurred while sending to the backend",
    ];

    private static readonly string[] NameExamples =
    [
        "psycopg2.OperationalError: could not translate host name \"shop-postgres\" to address: Name or service not known",
        "Error: getaddrinfo ENOTFOUND postgres (node_modules/pg)",
        "sql: dial tcp: lookup db on 127.0.0.11:53: no such host (postgres)",
    ];

    private static readonly string[] RefusalExamples =
    [
        "psycopg2.OperationalError: connection to server at \"10.0.3.7\", port 5433 failed: Connection refused",
        "[ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:6379",
        "postgres: dial tcp 127.0.0.1:5432: connect: connection refused",
    ];

    private static readonly string[] SilenceExamples =
    [
        "psycopg2.OperationalError: connection to server at \"172.17.0.1\", port 5433 failed: timeout expired",
        "Error: connect ETIMEDOUT 10.0.0.9:5432",
    ];

    public static readonly FailureRule[] ToDatabases =
    [
        new("database-name", DatabaseUnreachable, "unknown-host", NamesOfHosts)
        {
            Cause = "the host name {host|=of its database} does not resolve in its container",
            Remedy = CorrectHost,
            Subject = RuleSubject.Database,
            Examples = NameExamples,
        },
        new("database-refused", DatabaseUnreachable, "connection-refused", Refusals)
        {
            Cause =
                "{server}[ at {host}[:{port}]] refuses its connections[ (it looks for the socket {path}: its connection string names "
                + "no host)]",
            Remedy = StartServer,
            Subject = RuleSubject.Database,
            Examples = RefusalExamples,
        },
        new("database-silent", DatabaseUnreachable, "connection-timeout", Silences)
        {
            Cause = "{server}[ at {host}[:{port}]] does not answer it in time, or cannot be routed to",
            Remedy = LetThrough,
            Subject = RuleSubject.Database,
            Examples = SilenceExamples,
        },
        new("database-closes", DatabaseUnreachable, "connection-closed", Closings)
        {
            Cause = "{server}[ at {host}[:{port}]] closes its connections",
            Remedy = "see the server's own log: it crashed, is being restarted, or takes TLS only (sslmode)",
            Subject = RuleSubject.Database,
            Certainty = Certainty.Likely,
            Examples = ["psycopg2.OperationalError: server closed the connection unexpectedly"],
        },
    ];

    public static readonly FailureRule[] ToServices =
    [
        new("tls-untrusted", CrashLoop, "tls",
            "CERTIFICATE_VERIFY_FAILED", "certificate verify failed", "x509: certificate {why}", "self signed certificate",
            "self-signed certificate", "unable to get local issuer certificate", "unable to verify the first certificate",
            "PKIX path building failed", "certificate has expired", "The remote certificate is invalid",
            "The SSL connection could not be established", "ERR_TLS_CERT_ALTNAME_INVALID")
        {
            Cause = "it does not trust the certificate of a server that it calls",
            Remedy =
                "put the authority's certificate into the image (/usr/local/share/ca-certificates, update-ca-certificates), or correct "
                + "the server's certificate",
            Certainty = Certainty.Likely,
            Examples =
            [
                "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self signed certificate (_ssl.c:1129)",
                "Caused by: sun.security.validator.ValidatorException: PKIX path building failed",
            ],
        },
        new("service-name", CrashLoop, "unknown-host", NamesOfHosts)
        {
            Cause = "the host name {host|=of another service} does not resolve in its container",
            Remedy = DeployFirst,
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "nginx: [emerg] host not found in upstream \"brain-api:8001\" in /etc/nginx/conf.d/default.conf:2",
                "TypeError: fetch failed [cause]: Error: getaddrinfo ENOTFOUND brain-api",
            ],
        },
        new("service-refused", CrashLoop, "connection-refused", Refusals)
        {
            Cause = "it cannot reach another service[ at {host}[:{port}]]: the connection is refused",
            Remedy = DeployFirst,
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples =
            [
                "requests.exceptions.ConnectionError: HTTPConnectionPool(host='brain-api', port=8001): Max retries exceeded with url: /",
            ],
        },
        new("service-silent", CrashLoop, "connection-timeout", Silences)
        {
            Cause = "it cannot reach another service[ at {host}[:{port}]]: no answer in time",
            Remedy = DeployFirst,
            Certainty = Certainty.Likely,
            Rank = RuleRank.Symptom,
            Examples = ["Error: connect ETIMEDOUT 10.0.0.9:9200"],
        },
    ];
}
