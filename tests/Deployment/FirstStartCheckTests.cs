using PhasedRollout.Compose;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Checks;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Deployment;

public sealed class FirstStartCheckTests
{
    private readonly MemoryTarget target = new();

    [Theory]
    [InlineData("image: postgres:16, volumes: ['data:/var/lib/postgresql/data']")]
    [InlineData("image: postgres:16")]
    [InlineData("image: postgres, volumes: [/var/lib/postgresql]")]
    [InlineData("image: postgres:16, environment: { POSTGRES_PASSWORD: '${NOTHING:-}' }")]
    [InlineData("image: postgres:16, environment: [POSTGRES_PASSWORD]")]
    [InlineData("image: postgres:16, env_file: [{ path: not-here.env, required: false }]", false)]
    [InlineData("image: postgres:16, environment: { PGDATA: /data/16 }, volumes: ['data:/data']")]
    [InlineData("image: mysql:8.4, volumes: ['data:/var/lib/mysql']")]
    [InlineData("image: mariadb:11, volumes: ['data:/var/lib/mysql']")]
    [InlineData("image: mysql:8.4, environment: { MYSQL_USER: root, MYSQL_ROOT_PASSWORD: hunter22 }")]
    [InlineData("image: postgres:16, volumes: ['/srv/data:/var/lib/postgresql/data']", false)]
    [InlineData("image: postgres:16, volumes: ['nfs:/var/lib/postgresql/data']", false)]
    [InlineData("image: postgres:16, volumes: ['others:/var/lib/postgresql/data']", false)]
    [InlineData("image: postgres:16, environment: { POSTGRES_PASSWORD: '${UNSET}' }", false)]
    [InlineData("image: 'postgres:16@sha256:0000000000000000000000000000000000000000000000000000000000000000'", false)]
    [InlineData("image: postgres:12.1", false)]
    [InlineData("image: pgvector/pgvector:pg17", false)]
    [InlineData("image: mysql:8.4, command: [mysqld, --datadir=/data]", false)]
    [InlineData("image: mariadb:11, volumes: ['/srv/backup:/docker-entrypoint-initdb.d']", false)]
    [InlineData("image: mysql:8.0.20, environment: { MYSQL_USER: root, MYSQL_ROOT_PASSWORD: hunter22 }", false)]
    [InlineData("image: postgres:16, environment: { POSTGRES_PASSWORD: hunter22 }", false)]
    public void A_database_without_a_password_blocks_where_nothing_can_be_there_yet(string service, bool blocks = true) =>
        Check(service).Select(finding => (finding.Rule, finding.Certainty)).ShouldBe(blocks ? [("VC510", Certainty.Certain)] : []);

    [Fact]
    public void A_volume_that_is_there_may_hold_a_database()
    {
        Check("image: postgres:16, volumes: ['data:/var/lib/postgresql/data']").ShouldHaveSingleItem().Evidence.ShouldBe(["the volume 'shop_data' is not there yet"]);

        target.WithVolume("shop_data");

        Check("image: postgres:16, volumes: ['data:/var/lib/postgresql/data']").ShouldBeEmpty();
    }

    [Fact]
    public void A_container_hands_over_the_database_in_its_anonymous_volume()
    {
        var container = new DeployedContainer
        {
            Id = "1",
            Name = "shop-db-1",
            State = "running",
            Labels = new Dictionary<string, string> { [ComposeLabels.Project] = "shop", [ComposeLabels.Service] = "db" },
        };
        target.WithContainer(container);
        Check("image: postgres:16").ShouldHaveSingleItem().Evidence.ShouldBe(["nothing holds a database of 'db' yet"]);

        target.WithContainer(container with { Name = "shop-db-2", AnonymousVolumes = new Dictionary<string, string> { ["/var/lib/postgresql/data"] = new('a', 64) } });

        Check("image: postgres:16").ShouldBeEmpty();
    }

    private IReadOnlyList<Finding> Check(string service)
    {
        var text = $$"""
            name: shop
            services:
              db: { {{service}} }
            volumes:
              data: {}
              nfs: { driver_opts: { type: none, o: bind, device: /srv/pg } }
              others: { external: true }
            """;
        var file = CorpusCase.WithPhases(ComposeReader.Parse(text, "/shop/compose.yml"));
        return [.. FirstStartCheck.Check(RolloutReader.Read(file, VariableSet.Empty), target.Observed)];
    }
}
