using System.Net;
using System.Net.Sockets;
using Npgsql;
using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Health.Databases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Scenarios.Health;

[Trait("Category", "Scenario")]
public class DatabaseScenarios(DatabaseServers servers) : IClassFixture<DatabaseServers>
{
    private static readonly string Encoded = Uri.EscapeDataString(DatabaseServers.Password);

    [Theory]
    [InlineData("postgresql")]
    [InlineData("postgres")]
    [InlineData("postgresql+psycopg2")]
    [InlineData("postgresql+asyncpg")]
    public async Task PostgreSql_answers_a_handshake_with_those_credentials_and_that_database(string scheme)
    {
        var answer = await AskAsync($"{scheme}://admin:{Encoded}@127.0.0.1:{servers.PostgreSql}/postgres?sslmode=prefer&application_name=x");

        answer.Failure.ShouldBeNull(answer.Message);
        answer.Address.ShouldBe($"postgresql://127.0.0.1:{servers.PostgreSql}/postgres");
        answer.Message.ShouldMatch(@"^PostgreSQL \d+\.\d+, database postgres \(asked from this machine\)$");
    }

    [Fact]
    public async Task A_wrong_password_is_told_from_a_database_that_does_not_exist()
    {
        var wrong = await AskAsync($"postgresql://admin:wrong-secret@127.0.0.1:{servers.PostgreSql}/postgres");
        wrong.Failure.ShouldBe(FailureClass.CredentialsRejected);
        wrong.Message.ShouldBe("password authentication failed for user \"admin\" (asked from this machine)");

        var unknown = await AskAsync($"postgresql://admin:{Encoded}@127.0.0.1:{servers.PostgreSql}/bizosaas_staging");
        unknown.Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        unknown.Message.ShouldBe("database \"bizosaas_staging\" does not exist (asked from this machine)");
        unknown.Remedy.ShouldBe($"create it (createdb -h 127.0.0.1 -p {servers.PostgreSql} -U admin bizosaas_staging), or correct the name");
    }

    [Fact]
    public async Task The_remedy_for_a_missing_database_works()
    {
        var url = $"postgresql://admin:{Encoded}@127.0.0.1:{servers.PostgreSql}/made_later";
        (await AskAsync(url)).Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        var settings = PostgresProbe.Settings(ConnectionUrl.Parse(url)!, "127.0.0.1");
        settings.Database = "postgres";
        await using (var connection = new NpgsqlConnection(settings.ConnectionString))
        {
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            await using var create = new NpgsqlCommand("CREATE DATABASE made_later", connection);
            await create.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        (await AskAsync(url)).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task A_user_that_pg_hba_keeps_out_is_named()
    {
        var answer = await AskAsync($"postgresql://nowhere:{Encoded}@127.0.0.1:{servers.PostgreSql}/postgres");

        answer.Failure.ShouldBe(FailureClass.CredentialsRejected);
        answer.Message.ShouldStartWith("pg_hba.conf lets no user \"nowhere\" from here into database \"postgres\"");
    }

    [Fact]
    public async Task A_password_that_is_missing_is_told_from_a_wrong_one()
    {
        (await AskAsync($"postgresql://admin@127.0.0.1:{servers.PostgreSql}/postgres")).Message
            .ShouldStartWith("the server asks for a password and the address has none");
        (await AskAsync($"redis://127.0.0.1:{servers.Redis}/0")).Message
            .ShouldStartWith("the server asks for a password and the address has none");
    }

    [Theory]
    [InlineData("postgresql://u:hidden-secret@127.0.0.1:{0}/db", "connection refused: nothing listens there")]
    [InlineData("redis://:hidden-secret@127.0.0.1:{0}/0", "connection refused: nothing listens there")]
    [InlineData("postgresql://u:hidden-secret@no-such-host.invalid:{0}/db", "unknown host 'no-such-host.invalid'")]
    [InlineData("redis://:hidden-secret@no-such-host.invalid:{0}/0", "unknown host 'no-such-host.invalid'")]
    public async Task What_cannot_be_reached_says_why(string url, string message)
    {
        var answer = await AskAsync(url.Replace("{0}", $"{DatabaseServers.FreePort()}", StringComparison.Ordinal));

        answer.Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        answer.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task Redis_answers_a_ping_with_its_password_and_in_that_database()
    {
        var answer = await AskAsync($"redis://:{Encoded}@127.0.0.1:{servers.Redis}/3");
        answer.Failure.ShouldBeNull(answer.Message);
        answer.Message.ShouldMatch(@"^PONG from Redis \d+\.\d+\.\d+, database 3 \(asked from this machine\)$");

        (await AskAsync($"redis://default:{Encoded}@127.0.0.1:{servers.Redis}")).Failure.ShouldBeNull();
        (await AskAsync($"redis://127.0.0.1:{servers.OpenRedis}/10")).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Redis_says_what_is_wrong()
    {
        var wrong = await AskAsync($"redis://:wrong-secret@127.0.0.1:{servers.Redis}/0");
        wrong.Failure.ShouldBe(FailureClass.CredentialsRejected, wrong.Message);
        wrong.Message.ShouldStartWith("the password was rejected");

        var index = await AskAsync($"redis://:{Encoded}@127.0.0.1:{servers.Redis}/16");
        index.Failure.ShouldBe(FailureClass.DatabaseUnreachable, index.Message);
        index.Message.ShouldStartWith("database 16 does not exist: the index is out of range");
    }

    [Fact]
    public async Task Another_protocol_behind_the_port_is_no_database()
    {
        (await AskAsync($"postgresql://u:hidden-secret@127.0.0.1:{servers.OpenRedis}/db")).Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        (await AskAsync($"redis://127.0.0.1:{servers.PostgreSql}/0")).Failure.ShouldBe(FailureClass.DatabaseUnreachable);
    }

    [Fact]
    public async Task A_server_that_accepts_and_says_nothing_costs_seconds_not_minutes()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = ((IPEndPoint)silent.LocalEndpoint).Port;
        var clock = System.Diagnostics.Stopwatch.StartNew();

        (await AskAsync($"postgresql://u:hidden-secret@127.0.0.1:{port}/db")).Message.ShouldStartWith("no answer within 5 s");
        (await AskAsync($"redis://127.0.0.1:{port}/0")).Failure.ShouldBe(FailureClass.DatabaseUnreachable);

        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(25));
    }

    private static async Task<RequirementAnswer> AskAsync(string url)
    {
        var requirement = new Requirement(url, "x-rollout/requires/0", null, new SourceLocation("compose.yml", 1, 1));
        var answer = await new DatabaseProbe(null, TimeProvider.System).ProbeAsync(requirement, TestContext.Current.CancellationToken);
        foreach (var secret in new[] { "secret", DatabaseServers.Password, Encoded })
            $"{answer.Address} {answer.Message} {answer.Remedy}".ShouldNotContain(secret);

        TestContext.Current.TestOutputHelper?.WriteLine(answer.ToString());
        return answer;
    }
}
