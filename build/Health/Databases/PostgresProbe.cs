using Npgsql;
using PhasedRollout.Deployment;

namespace PhasedRollout.Health.Databases;

/// <summary>PostgreSQL's handshake, down to "ready for query": host, credentials and database are then all right.</summary>
internal sealed class PostgresProbe(TimeProvider time)
{
    private const int DefaultPort = 5432;

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(10);

    public async Task<RequirementAnswer> AskAsync(ConnectionUrl url, string host, string note, CancellationToken cancellationToken)
    {
        var refusal = new Refusal(url.Address(DefaultPort), url.Host, url.Port ?? DefaultPort, note);
        if (url.Parameters.ContainsKey("host") || url.Host.StartsWith('/'))
            return new RequirementAnswer(refusal.Address, null, "not checked: a socket or host inside the container", "");

        if (url.Host.Length == 0)
            return refusal.Unreachable("the address has no host", "write the host between @ and the port");

        var began = time.GetUtcNow();
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Settings(url, host).ConnectionString);
                await connection.OpenAsync(cancellationToken);
                return new RequirementAnswer(
                    refusal.Address, null, FormattableString.Invariant($"PostgreSQL {connection.PostgreSqlVersion}, database {connection.Database} ({note})"), "");
            }
            catch (PostgresException exception) when (IsStarting(exception) && time.GetUtcNow() - began < StartPatience)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(500), time, cancellationToken);
            }
            catch (PostgresException exception)
            {
                return Explain(exception, url, refusal);
            }
            catch (Exception exception) when (exception is NpgsqlException or TimeoutException or System.Net.Sockets.SocketException or IOException or ArgumentException)
            {
                return Explain(exception, refusal);
            }
        }
    }

    internal static NpgsqlConnectionStringBuilder Settings(ConnectionUrl url, string host) => new()
    {
        Host = host,
        Port = url.Port ?? DefaultPort,
        Username = url.User ?? url.Parameters.GetValueOrDefault("user") ?? "postgres",
        Password = url.Password ?? url.Parameters.GetValueOrDefault("password"),
        Database = url.Database.Length > 0 ? url.Database : url.Parameters.GetValueOrDefault("dbname") ?? url.User,
        SslMode = (url.Parameters.GetValueOrDefault("sslmode") ?? url.Parameters.GetValueOrDefault("ssl"))?.ToLowerInvariant() switch
        {
            "disable" or "false" => SslMode.Disable,
            "allow" => SslMode.Allow,
            "require" or "true" => SslMode.Require,
            "verify-ca" => SslMode.VerifyCA,
            "verify-full" => SslMode.VerifyFull,
            _ => SslMode.Prefer,
        },
        Timeout = 5,
        CommandTimeout = 5,
        Pooling = false,
        Enlist = false,
        ApplicationName = "phased-rollout",
        // Kerberos would only cost a look-up of a ticket that no container has.
        GssEncryptionMode = GssEncryptionMode.Disable,
    };

    private static bool IsStarting(PostgresException exception) => exception.SqlState == PostgresErrorCodes.CannotConnectNow;

    private static RequirementAnswer Explain(PostgresException exception, ConnectionUrl url, Refusal refusal)
    {
        var user = url.User ?? "postgres";
        return exception.SqlState switch
        {
            PostgresErrorCodes.InvalidCatalogName => refusal.Unreachable(
                $"database \"{url.Database}\" does not exist",
                FormattableString.Invariant($"create it (createdb -h {refusal.Host} -p {refusal.Port} -U {user} {url.Database}), or correct the name")),
            PostgresErrorCodes.InvalidPassword => refusal.Rejected(
                $"password authentication failed for user \"{user}\"", $"correct the password of \"{user}\" in the .env file, or set it in PostgreSQL (ALTER ROLE … PASSWORD)"),
            PostgresErrorCodes.InvalidAuthorizationSpecification when exception.MessageText.Contains("pg_hba.conf", StringComparison.Ordinal) => refusal.Rejected(
                $"pg_hba.conf lets no user \"{user}\" from here into database \"{url.Database}\"", "add a line for the user, the database and the network to pg_hba.conf and reload the server"),
            PostgresErrorCodes.InvalidAuthorizationSpecification => refusal.Rejected(
                $"user \"{user}\" is not let in (it does not exist, may not log in, or must identify itself otherwise)", $"create it (CREATE ROLE … LOGIN), or correct the user in the .env file"),
            PostgresErrorCodes.InsufficientPrivilege => refusal.Rejected(
                $"user \"{user}\" may not connect to database \"{url.Database}\"", $"grant it (GRANT CONNECT ON DATABASE … TO …)"),
            PostgresErrorCodes.TooManyConnections => refusal.Unreachable(
                "too many connections: the server takes no more", "end idle sessions, or raise max_connections"),
            PostgresErrorCodes.CannotConnectNow => refusal.Unreachable(
                $"the server is still starting, stopping or in recovery after {PlainText.Span(StartPatience)}", "wait until it takes connections, and see its log"),
            var state => refusal.Unreachable($"PostgreSQL answered with SQLSTATE {state}", "see PostgreSQL's documentation, appendix A, and the server's log"),
        };
    }

    private static RequirementAnswer Explain(Exception exception, Refusal refusal) => Refusal.SocketErrorOf(exception) switch
    {
        { } error => refusal.Socket(error),
        null when exception is TimeoutException || exception.InnerException is TimeoutException or OperationCanceledException => refusal.TimedOut(),
        null when exception.Message.Contains("No password has been provided", StringComparison.Ordinal) => refusal.Rejected(
            "the server asks for a password and the address has none", "write the password into the address, as ${VARIABLE}"),
        null when exception.InnerException is System.Security.Authentication.AuthenticationException || exception.Message.Contains("SSL", StringComparison.Ordinal) => refusal.Unreachable(
            "no encrypted connection as sslmode asks for", "give the server a certificate that this machine trusts, or change sslmode"),
        _ => refusal.Unreachable("what listens there does not speak PostgreSQL's protocol, or closed the connection", "correct host and port, and see the server's log"),
    };
}
