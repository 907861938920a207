using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Health;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Diagnosis;

/// <summary>What services really print when they end, and what is made of it.</summary>
public class CrashedServiceTests
{
    [Theory]
    [InlineData("""
        Traceback (most recent call last):
          File "/app/main.py", line 12, in <module>
            conn = psycopg2.connect(dsn)
        psycopg2.OperationalError: connection to server at "10.0.3.7", port 5433 failed: Connection refused
        	Is the server running on that host and accepting TCP/IP connections?
        """, FailureClass.DatabaseUnreachable, "PostgreSQL at 10.0.3.7:5433 refuses its connections")]
    [InlineData("""
        sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) connection to server at "vps" (172.17.0.1), port 5433 failed: FATAL:  password authentication failed for user "bizosaas"

        (Background on this error at: https://sqlalche.me/e/20/e3q8)
        """, FailureClass.CredentialsRejected, "PostgreSQL rejected the password of user bizosaas")]
    [InlineData("""
        django.db.utils.OperationalError: connection to server at "vps" (172.17.0.1), port 5433 failed: FATAL:  database "bizosaas_staging" does not exist
        """, FailureClass.DatabaseUnreachable, "the database bizosaas_staging does not exist")]
    [InlineData("""
        django.db.utils.OperationalError: could not translate host name "shared-postgres" to address: Name or service not known
        """, FailureClass.DatabaseUnreachable, "the host name shared-postgres does not resolve")]
    [InlineData("""
          File "/usr/lib/python3.11/site-packages/asyncpg/connect_utils.py", line 802, in _create_ssl_connection
          File "/usr/lib/python3.11/asyncio/base_events.py", line 1086, in create_connection
        ConnectionRefusedError: [Errno 111] Connect call failed ('172.17.0.1', 5433)
        ERROR:    Application startup failed. Exiting.
        """, FailureClass.DatabaseUnreachable, "172.17.0.1:5433 refuses its connections")]
    [InlineData("""
        asyncpg.exceptions.InvalidPasswordError: password authentication failed for user "brain"
        ERROR:    Application startup failed. Exiting.
        """, FailureClass.CredentialsRejected, "PostgreSQL rejected the password of user brain")]
    [InlineData("""
        asyncpg.exceptions.InvalidCatalogNameError: database "brain" does not exist
        """, FailureClass.DatabaseUnreachable, "the database brain does not exist")]
    [InlineData("""
          File "/usr/local/lib/python3.11/site-packages/asyncpg/connection.py", line 2328, in connect
        socket.gaierror: [Errno -2] Name or service not known
        """, FailureClass.DatabaseUnreachable, "the host name of its database does not resolve")]
    [InlineData("""
        psycopg.OperationalError: failed to resolve host 'db': [Errno -2] Name or service not known
        """, FailureClass.DatabaseUnreachable, "the host name db does not resolve")]
    [InlineData("""
        redis.exceptions.ConnectionError: Error 111 connecting to 172.17.0.1:6380. Connection refused.
        """, FailureClass.DatabaseUnreachable, "Redis at 172.17.0.1:6380 refuses its connections")]
    [InlineData("""
        redis.exceptions.ConnectionError: Error -2 connecting to redis:6379. Name or service not known.
        """, FailureClass.DatabaseUnreachable, "the host name redis does not resolve")]
    [InlineData("""
        redis.exceptions.AuthenticationError: invalid username-password pair or user is disabled.
        """, FailureClass.CredentialsRejected, "Redis rejected its password")]
    [InlineData("""
        redis.exceptions.AuthenticationError: Authentication required.
        """, FailureClass.CredentialsRejected, "Redis asks for a password")]
    [InlineData("""
        redis.exceptions.ResponseError: DB index is out of range
        """, FailureClass.DatabaseUnreachable, "Redis has no database of that number")]
    [InlineData("""
        kombu.exceptions.OperationalError: WRONGPASS invalid username-password pair or user is disabled.
        """, FailureClass.CredentialsRejected, "Redis rejected its password")]
    [InlineData("""
        [ioredis] Unhandled error event: Error: connect ECONNREFUSED 127.0.0.1:6379
            at TCPConnectWrap.afterConnect [as oncomplete] (node:net:1595:16)
        """, FailureClass.DatabaseUnreachable, "Redis at 127.0.0.1:6379 refuses its connections")]
    [InlineData("""
        Error: getaddrinfo ENOTFOUND postgres
            at GetAddrInfoReqWrap.onlookupall [as oncomplete] (node:dns:118:26)
        """, FailureClass.DatabaseUnreachable, "the host name postgres does not resolve")]
    [InlineData("""
        error: password authentication failed for user "medusa"
            at Parser.parseErrorMessage (/app/node_modules/pg-protocol/dist/parser.js:283:98)
        """, FailureClass.CredentialsRejected, "PostgreSQL rejected the password of user medusa")]
    [InlineData("""
        Error: SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string
        """, FailureClass.CredentialsRejected, "its connection string has none")]
    [InlineData("""
        PrismaClientInitializationError: Can't reach database server at `db`:`5432`
        """, FailureClass.DatabaseUnreachable, "db:5432 refuses its connections")]
    [InlineData("""
        Unhandled exception. Npgsql.PostgresException (0x80004005): 28P01: password authentication failed for user "shop"
           at Npgsql.Internal.NpgsqlConnector.Open()
        """, FailureClass.CredentialsRejected, "PostgreSQL rejected the password of user shop")]
    [InlineData("""
        Unhandled exception. Npgsql.NpgsqlException (0x80004005): Failed to connect to 172.17.0.1:5433
         ---> System.Net.Sockets.SocketException (111): Connection refused
           --- End of inner exception stack trace ---
        """, FailureClass.DatabaseUnreachable, "172.17.0.1:5433 refuses its connections")]
    [InlineData("""
        Unhandled exception. StackExchange.Redis.RedisConnectionException: It was not possible to connect to the redis server(s). UnableToConnect on cache:6379/Interactive
        """, FailureClass.DatabaseUnreachable, "Redis")]
    [InlineData("""
        2026/01/02 03:04:05 pq: password authentication failed for user "go"
        exit status 1
        """, FailureClass.CredentialsRejected, "PostgreSQL rejected the password of user go")]
    [InlineData("""
        panic: failed to connect to `user=go database=x`: dial tcp 172.17.0.1:5433: connect: connection refused (pgx)
        """, FailureClass.DatabaseUnreachable, "172.17.0.1:5433 refuses its connections")]
    [InlineData("""
        2026/01/02 03:04:05 sql: dial tcp: lookup db on 127.0.0.11:53: no such host (postgres)
        """, FailureClass.DatabaseUnreachable, "the host name db does not resolve")]
    [InlineData("""
        FATAL:  no pg_hba.conf entry for host "172.18.0.5", user "bizosaas", database "bizosaas_staging", no encryption
        """, FailureClass.CredentialsRejected, "pg_hba.conf lets nobody in from 172.18.0.5")]
    [InlineData("""
        psycopg2.OperationalError: connection to server at "172.17.0.1", port 5433 failed: timeout expired
        """, FailureClass.DatabaseUnreachable, "PostgreSQL at 172.17.0.1:5433 does not answer it in time")]
    [InlineData("""
        psycopg2.OperationalError: FATAL:  sorry, too many clients already
        """, FailureClass.DatabaseUnreachable, "PostgreSQL takes no more connections")]
    [InlineData("""
        Traceback (most recent call last):
        ModuleNotFoundError: No module named 'wagtail_cms.settings.production'
        """, FailureClass.CrashLoop, "Python finds no module wagtail_cms.settings.production")]
    [InlineData("""
        django.core.exceptions.ImproperlyConfigured: The SECRET_KEY setting must not be empty.
        """, FailureClass.CrashLoop, "Django is configured wrongly: The SECRET_KEY setting must not be empty.")]
    [InlineData("""
        KeyError: 'OPENAI_API_KEY'
        """, FailureClass.CrashLoop, "the environment variable OPENAI_API_KEY is not set")]
    [InlineData("""
        Error: Cannot find module '/app/dist/main.js'
        """, FailureClass.CrashLoop, "Node finds no module /app/dist/main.js")]
    [InlineData("""
        /bin/sh: 1: gunicorn: not found
        """, FailureClass.CrashLoop, "its start command cannot run gunicorn")]
    [InlineData("""
        exec /usr/local/bin/python: exec format error
        """, FailureClass.CrashLoop, "for another processor")]
    [InlineData("""
        OSError: [Errno 98] Address already in use: ('0.0.0.0', 8000)
        """, FailureClass.CrashLoop, "it cannot listen on port 8000")]
    [InlineData("""
        <--- Last few GCs --->
        FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory
        """, FailureClass.OutOfMemory, "its run-time got no more memory")]
    [InlineData("""
        OSError: [Errno 28] No space left on device: '/app/cache'
        """, FailureClass.DiskFull, "no space is left")]
    [InlineData("""
        ValueError: invalid literal for int() with base 10: 'abc'
        """, FailureClass.CrashLoop, "ValueError: invalid literal for int() with base 10: 'abc'")]
    [InlineData("""
        Starting.
        Goodbye.
        """, FailureClass.CrashLoop, "its last words: Goodbye.")]
    [InlineData("", FailureClass.CrashLoop, "it printed nothing")]
    public void The_last_words_of_a_service_name_its_failure(string log, FailureClass expected, string cause)
    {
        var diagnosis = Diagnose(log);

        diagnosis.Failure.ShouldBe(expected, diagnosis.Cause);
        diagnosis.Cause.ShouldStartWith("brain-api: ");
        diagnosis.Cause.ShouldContain(cause);
        diagnosis.Remedy.ShouldNotBeEmpty();
        diagnosis.NextCommand.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_connection_that_is_refused_by_no_database_is_not_called_one()
    {
        var diagnosis = Diagnose("requests.exceptions.ConnectionError: dial tcp 10.1.1.1:7233: connect: connection refused");

        diagnosis.Failure.ShouldBe(FailureClass.CrashLoop);
        diagnosis.Cause.ShouldContain("it cannot reach another service");
    }

    [Fact]
    public void An_address_of_the_service_s_own_variables_is_known_for_a_database()
    {
        var service = Brain with { Environment = new Dictionary<string, string?> { ["DATABASE_URL"] = "postgresql://u:p@vps.example:5433/x" } };

        Diagnose("Error: getaddrinfo ENOTFOUND vps.example", service).Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        Diagnose("Error: getaddrinfo ENOTFOUND api.example", service).Failure.ShouldBe(FailureClass.CrashLoop);
    }

    [Fact]
    public void What_was_overcome_before_is_not_blamed_for_what_ended_it()
    {
        var diagnosis = Diagnose("""
            WARNING redis.exceptions.ConnectionError: Error 111 connecting to cache:6379. Connection refused.
            connected after 2 tries
            loading settings
            importing
            Traceback (most recent call last):
            ValueError: unknown log level 'LOUD'
            """);

        diagnosis.Failure.ShouldBe(FailureClass.CrashLoop);
        diagnosis.Cause.ShouldContain("ValueError: unknown log level 'LOUD'");
    }

    [Fact]
    public void What_a_run_time_chains_is_followed_to_its_first_link()
    {
        var diagnosis = Diagnose("""
            psycopg2.OperationalError: connection to server at "vps", port 5433 failed: Connection refused

            The above exception was the direct cause of the following exception:

            Traceback (most recent call last):
              File "/app/start.py", line 9, in <module>
                start()
            RuntimeError: cannot start
            """);

        diagnosis.Failure.ShouldBe(FailureClass.DatabaseUnreachable);
    }

    [Fact]
    public void Hostile_output_loses_its_terminal_sequences_and_its_length()
    {
        var diagnosis = Diagnose("\u001b[2J\u001b]0;owned\u0007ValueError: \u202Eevil\u0000 " + new string('x', 100_000));

        foreach (var text in diagnosis.Evidence.Append(diagnosis.Cause))
        {
            text.Length.ShouldBeLessThanOrEqualTo(501);
            text.ShouldAllBe(character => !char.IsControl(character) && character != '\u202E');
        }
    }

    private static readonly Service Brain = new() { Name = "brain-api", Location = new SourceLocation("compose.yml", 1, 1) };

    private static FailureDiagnosis Diagnose(string log, Service? service = null)
    {
        var health = new ServiceHealth("brain-api", ServiceState.Failed, "the container restarted 3 times", [new HealthTerm(HealthTermNames.NoRestart, false, "3 restarts")]);
        var evidence = new ContainerEvidence("brain-api", "bizosaas-brain-staging", "restarting", 1, false, 3, "", [], PlainText.LastLines(log, 50), null);
        var outcome = new PhaseOutcome(2, PhaseResult.Failed, [], new GateFailed(new GateVerdict([health]), [evidence]));
        return Diagnostician.FromPhase(outcome, [service ?? Brain]).ShouldHaveSingleItem();
    }
}
