using System.Globalization;
using System.Net.Sockets;
using PhasedRollout.Deployment;
using StackExchange.Redis;

namespace PhasedRollout.Health.Databases;

/// <summary>Redis: authentication, SELECT of the database, PING.</summary>
internal static class RedisProbe
{
    private const int DefaultPort = 6379;

    public static async Task<RequirementAnswer> AskAsync(ConnectionUrl url, string host, string note, CancellationToken cancellationToken)
    {
        var refusal = new Refusal(url.Address(DefaultPort), url.Host, url.Port ?? DefaultPort, note);
        if (url.Host.Length == 0)
            return refusal.Unreachable("the address has no host", "write the host after redis://");

        if (DatabaseIndex(url) is not { } index)
            return refusal.Unreachable($"'{url.Database}' is not the number of a database", "write a number after the last slash, such as /0");

        // The client's own error says neither "unknown host" nor "connection refused" apart.
        if (await CannotConnectAsync(host, refusal, cancellationToken) is { } unreachable)
            return unreachable;

        try
        {
            await using var redis = await ConnectionMultiplexer.ConnectAsync(Options(url, host, index)).WaitAsync(cancellationToken);
            var database = redis.GetDatabase(index);
            await database.PingAsync().WaitAsync(cancellationToken);
            // PING selects no database; a key that nobody has does.
            await database.KeyExistsAsync("phased-rollout:probe").WaitAsync(cancellationToken);
            var version = redis.GetServer(redis.GetEndPoints()[0]).Version;
            return new RequirementAnswer(refusal.Address, null, string.Create(CultureInfo.InvariantCulture, $"PONG from Redis {version}, database {index} ({note})"), "");
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException or RedisCommandException or SocketException or IOException)
        {
            return Explain(exception, index, refusal);
        }
    }

    private static int? DatabaseIndex(ConnectionUrl url)
    {
        var text = url.Database.Length > 0 ? url.Database : url.Parameters.GetValueOrDefault("db") ?? "0";
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : null;
    }

    private static ConfigurationOptions Options(ConnectionUrl url, string host, int index)
    {
        var options = new ConfigurationOptions
        {
            EndPoints = { { host, url.Port ?? DefaultPort } },
            User = url.User,
            Password = url.Password ?? url.Parameters.GetValueOrDefault("password"),
            DefaultDatabase = index,
            Ssl = url.Scheme == "rediss",
            SslHost = host,
            AbortOnConnectFail = true,
            ConnectRetry = 1,
            ConnectTimeout = 5000,
            AsyncTimeout = 5000,
            ClientName = "phased-rollout",
            IncludeDetailInExceptions = false,
        };
        // redis-py's words for not looking at the certificate.
        if (url.Parameters.GetValueOrDefault("ssl_cert_reqs")?.ToLowerInvariant() is "none" or "cert_none")
        {
#pragma warning disable CA5359 // The author of the address asked for it; the application connects just so.
            options.CertificateValidation += (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return options;
    }

    private static async Task<RequirementAnswer?> CannotConnectAsync(string host, Refusal refusal, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(5));
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(host, refusal.Port, patience.Token);
            return null;
        }
        catch (SocketException exception)
        {
            return refusal.Socket(exception.SocketErrorCode);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return refusal.TimedOut();
        }
    }

    private static RequirementAnswer Explain(Exception exception, int index, Refusal refusal)
    {
        var said = string.Join(' ', Chain(exception).Select(link => link.Message));
        return said switch
        {
            _ when Says(said, "without any password configured") => refusal.Rejected(
                "the address has a password and the server asks for none", "take the password out of the address, or set requirepass on the server"),
            _ when Says(said, "WRONGPASS", "invalid password", "invalid username-password") => refusal.Rejected(
                "the password was rejected (WRONGPASS)", "correct the password in the .env file, or requirepass on the server"),
            _ when Says(said, "NOAUTH") => refusal.Rejected(
                "the server asks for a password and the address has none, or it was rejected (NOAUTH)", "write the password into the address: redis://:${REDIS_PASSWORD}@…"),
            _ when Says(said, "NOPERM") => refusal.Rejected(
                "the user may not run PING or EXISTS (NOPERM)", "let its ACL allow them: +ping +exists +select"),
            _ when Chain(exception).OfType<RedisConnectionException>().Any(link => link.FailureType == ConnectionFailureType.AuthenticationFailure) && !Says(said, "certificate", "SSL") => refusal.Rejected(
                "user or password were rejected", "correct them in the .env file"),
            _ when Says(said, "DB index is out of range", "invalid DB index", "database does not exist on the server") => refusal.Unreachable(
                string.Create(CultureInfo.InvariantCulture, $"database {index} does not exist: the index is out of range"), "take a smaller number, or raise 'databases' in redis.conf"),
            _ when Says(said, "LOADING") => refusal.Unreachable("the server is still loading its data", "wait until it has, then run the same command again"),
            _ when Says(said, "max number of clients") => refusal.Unreachable("too many clients: the server takes no more", "end idle clients, or raise maxclients"),
            _ when Says(said, "certificate", "SSL", "TLS") => refusal.Unreachable("no encrypted connection", "give the server a certificate that this machine trusts, or write redis:// where it speaks no TLS"),
            _ when exception is TimeoutException => refusal.TimedOut(),
            _ => refusal.Unreachable("what listens there does not answer PING as Redis does, or closed the connection", "correct host and port (rediss:// where it speaks TLS), and see the server's log"),
        };
    }

    private static bool Says(string said, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (said.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static IEnumerable<Exception> Chain(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            yield return exception;
    }
}
