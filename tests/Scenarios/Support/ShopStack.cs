using System.Globalization;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Fixture;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A stack unlike the seed's: something like a database on a named volume, a job that runs once before the others, a worker that nothing checks,
/// a web service that waits for both, all in a network of their own.</summary>
internal static class ShopStack
{
    /// <summary>The stack in one of its versions; two versions differ in every container and in no image.</summary>
    public static DemoInput Of(RolloutWorld world, string version) => new(
        $$"""
        name: {{world.Project}}
        x-rollout:
          phases:
            - { title: Data, services: [db, migrate] }
            - { title: Shop, services: [worker, web] }
        x-service: &service
          build: https://github.com/{{FixtureRepository.FullName}}.git#main:shop
          stop_signal: SIGKILL
          environment:
            VERSION: "{{version}}"
          networks: [shop]
        services:
          db:
            <<: *service
            command: ["sh", "-c", "test -e /data/born || cat /proc/sys/kernel/random/uuid > /data/born; exec httpd -f -p 80"]
            volumes: ["data:/data"]
            healthcheck: { test: ["CMD", "test", "-s", "/data/born"], interval: 1s, timeout: 5s }
            restart: unless-stopped
          migrate:
            <<: *service
            command: ["sh", "-c", "echo $$VERSION >> /data/migrations"]
            volumes: ["data:/data"]
            restart: "no"
            depends_on: { db: { condition: service_healthy } }
          worker:
            <<: *service
            command: ["sleep", "100000"]
            depends_on: { migrate: { condition: service_completed_successfully } }
          web:
            <<: *service
            ports: ["{{world.PortFor("web").ToString(CultureInfo.InvariantCulture)}}:80"]
            healthcheck: { test: ["CMD", "true"], interval: 1s, timeout: 5s }
            networks: [shop, {{world.Network}}]
            depends_on:
              db: { condition: service_healthy }
              migrate: { condition: service_completed_successfully }
        networks:
          shop: {}
          {{world.Network}}: { external: true }
        volumes:
          data: {}

        """,
        new Dictionary<string, string>());

    /// <summary>The commit that it is built from.</summary>
    public static Task CommitAsync(RolloutWorld world) => world.Repository.CommitAsync("The shop",
    [
        ("shop/Dockerfile", $"FROM {world.Machine.BaseImage}\nCMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n"),
    ]);
}

/// <summary>A world with the shop in version 1.</summary>
public abstract class ShopWorld(ScenarioMachine machine, string name) : WorldFixture(machine, name)
{
    protected override async Task SetUpAsync()
    {
        await ShopStack.CommitAsync(World);
        World.Good = ShopStack.Of(World, "1");
    }
}
