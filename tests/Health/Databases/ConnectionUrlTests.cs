using PhasedRollout.Compose;
using PhasedRollout.Health.Databases;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Health.Databases;

public class ConnectionUrlTests
{
    [Theory]
    [InlineData("postgres://u:p@vps:5433/saleor_staging", "postgresql", "u", "p", "vps", 5433, "saleor_staging")]
    [InlineData("postgresql+psycopg2://u:p%40ss%2Fw%C3%B6rd@vps/x?sslmode=require", "postgresql", "u", "p@ss/wörd", "vps", null, "x")]
    [InlineData("postgresql+asyncpg://u:p@ss@vps:5432/x", "postgresql", "u", "p@ss", "vps", 5432, "x")]
    [InlineData("postgresql://u@[::1]:5433/x", "postgresql", "u", null, "::1", 5433, "x")]
    [InlineData("postgresql://u@one:1111,two:2222/x", "postgresql", "u", null, "one", 1111, "x")]
    [InlineData("redis://:secret@vps:6380/3", "redis", null, "secret", "vps", 6380, "3")]
    [InlineData("REDISS://user:secret@vps", "rediss", "user", "secret", "vps", null, "")]
    public void A_connection_string_is_read_as_its_clients_read_it(
        string text, string scheme, string? user, string? password, string host, int? port, string database)
    {
        var url = ConnectionUrl.Parse(text).ShouldNotBeNull();

        (url.Scheme, url.User, url.Password, url.Host, url.Port, url.Database).ShouldBe((scheme, user, password, host, port, database));
        url.Address(1).ShouldNotContain("@");
    }

    [Theory]
    [InlineData("host=vps port=5433 dbname=x")]
    [InlineData("postgresql://u:p@vps:port/x")]
    [InlineData("postgresql://u:p@vps:70000/x")]
    [InlineData("mysql://u:p@vps/x")]
    public void What_is_no_address_is_not_guessed_at(string text) => ConnectionUrl.Parse(text).ShouldBeNull();

    [Theory]
    [InlineData("disable", Npgsql.SslMode.Disable)]
    [InlineData("require", Npgsql.SslMode.Require)]
    [InlineData("verify-full", Npgsql.SslMode.VerifyFull)]
    [InlineData("nonsense", Npgsql.SslMode.Prefer)]
    public void The_parameters_of_libpq_reach_the_client(string mode, Npgsql.SslMode expected) =>
        PostgresProbe.Settings(ConnectionUrl.Parse($"postgresql://u:p@vps/x?sslmode={mode}")!, "vps").SslMode.ShouldBe(expected);

    [Fact]
    public async Task A_variable_without_a_value_is_named_and_nothing_is_asked()
    {
        var requirement = new Requirement("postgresql://${POSTGRES_USER}:${POSTGRES_PASSWORD:?}@${VPS_HOST}:5433/x", "x-rollout/requires/0", null, new SourceLocation("c", 1, 1));

        var answer = await new DatabaseProbe(null, TimeProvider.System).ProbeAsync(requirement, TestContext.Current.CancellationToken);

        answer.Failure.ShouldBe(FailureClass.DatabaseUnreachable);
        answer.Message.ShouldBe("cannot be asked: ${POSTGRES_USER}, ${POSTGRES_PASSWORD}, ${VPS_HOST} in x-rollout/requires/0 has no value");
        answer.Remedy.ShouldBe("set POSTGRES_USER, POSTGRES_PASSWORD, VPS_HOST in the .env file or the environment");
    }

    [Fact]
    public void What_containers_call_localhost_is_the_engine_s_host()
    {
        var remote = new DatabaseProbe("vps.example", TimeProvider.System);
        remote.Reached("localhost").ShouldBe("vps.example");
        remote.Reached("host.docker.internal").ShouldBe("vps.example");
        remote.Reached("10.0.0.7").ShouldBe("10.0.0.7");
        new DatabaseProbe(null, TimeProvider.System).Reached("localhost").ShouldBe("localhost");
    }
}
