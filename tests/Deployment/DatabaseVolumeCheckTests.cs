using PhasedRollout.Deployment.Checks;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

public sealed class DatabaseVolumeCheckTests
{
    private readonly MemoryTarget target = new();

    [Theory]
    [InlineData("postgres:16-alpine", "15", Certainty.Certain)]
    [InlineData("docker.io/library/postgres:15.4", "16", Certainty.Certain)]
    [InlineData("postgres:15", "9.6", Certainty.Certain)]
    [InlineData("postgres:18", "17", Certainty.Likely)]
    [InlineData("postgis/postgis:16-3.4", "15", Certainty.Likely)]
    [InlineData("timescale/timescaledb:2.14.2-pg16", "15", Certainty.Likely)]
    [InlineData("postgres:16.2", "16", null)]
    [InlineData("postgres:9.6-alpine", "9.6", null)]
    [InlineData("postgres:latest", "15", null)]
    [InlineData("postgres", "15", null)]
    [InlineData("postgres:16", "garbage", null)]
    [InlineData("postgres:16", null, null)]
    [InlineData("acme/postgres:16", "15", null)]
    public async Task Data_of_another_major_version_of_PostgreSQL_is_found(string image, string? written, Certainty? certainty)
    {
        if (written is not null)
            target.VolumeFiles["shop_data/PG_VERSION"] = written + "\n";

        var findings = await CheckAsync(Service(image, "/var/lib/postgresql/data"));

        findings.Select(finding => (finding.Rule, (Certainty?)finding.Certainty)).ShouldBe(certainty is null ? [] : [("VC506", certainty)]);
    }

    [Fact]
    public async Task The_image_that_reads_the_data_is_proposed_and_a_folder_of_the_host_is_looked_into()
    {
        target.VolumeFiles["/srv/data/PG_VERSION"] = "15\n";
        var service = Service("postgres:16-alpine", "/var/lib/postgresql/data") with { Mounts = [new MountDefinition("bind", "/srv/data/", "/var/lib/postgresql/data", false)] };

        var finding = (await CheckAsync(service)).ShouldHaveSingleItem();

        finding.Message.ShouldBe("the data of 'db' in '/srv/data/' was written by PostgreSQL 15, and postgres:16-alpine is PostgreSQL 16: it refuses to start with it");
        finding.Suggestion.ShouldStartWith("image: postgres:15-alpine;");
        finding.Evidence.ShouldBe(["PG_VERSION: 15"]);
    }

    [Fact]
    public async Task A_server_that_is_told_where_its_data_is_is_not_blocked()
    {
        target.VolumeFiles["shop_data/PG_VERSION"] = "15\n";
        var service = Service("postgres:16", "/var/lib/postgresql/data");

        (await CheckAsync(service with { Environment = new Dictionary<string, string?> { ["PGDATA"] = "/var/lib/postgresql/data/16" } }))
            .ShouldHaveSingleItem().Certainty.ShouldBe(Certainty.Likely);
        (await CheckAsync(service with { Command = ["postgres", "-c", "data_directory=/x"] })).ShouldHaveSingleItem().Certainty.ShouldBe(Certainty.Likely);
        (await CheckAsync(service with { Entrypoint = ["/upgrade.sh"] })).ShouldHaveSingleItem().Certainty.ShouldBe(Certainty.Likely);
        (await CheckAsync(service with { Command = ["postgres", "-c", "max_connections=200"] })).ShouldHaveSingleItem().Certainty.ShouldBe(Certainty.Certain);
    }

    [Theory]
    [InlineData("mysql:8.0", "mysql_upgrade_history", "{\"upgrade_history\":[{\"version\":\"8.4.2\"}]}", true)]
    [InlineData("mysql:8.4", "mysql_upgrade_info", "8.0.36", false)]
    [InlineData("mariadb:10.6", "mysql_upgrade_info", "10.11.6-MariaDB", true)]
    [InlineData("mariadb:11.4", "mariadb_upgrade_info", "10.11.6", false)]
    [InlineData("mysql:8.4", "mariadb_upgrade_info", "10.11.6-MariaDB", true)]
    [InlineData("mariadb:latest", "mysql_upgrade_info", "10.11.6-MariaDB", false)]
    public async Task Data_that_a_later_server_or_the_other_one_used_is_likely_to_be_refused(string image, string file, string text, bool told)
    {
        target.VolumeFiles[$"shop_data/{file}"] = text;

        var findings = await CheckAsync(Service(image, "/var/lib/mysql"));

        findings.Select(finding => finding.Certainty).ShouldBe(told ? [Certainty.Likely] : []);
    }

    private Task<IReadOnlyList<Finding>> CheckAsync(Service service) => new DatabaseVolumeCheck(target).CheckAsync(
        Stacks.Rollout("shop", [service]) with
        {
            Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", "shop_data", External: false, null, Stacks.Nowhere) },
        },
        TestContext.Current.CancellationToken);

    private static Service Service(string image, string folder) => Stacks.Image("db", image) with { Mounts = [new MountDefinition("volume", "data", folder, false)] };
}
