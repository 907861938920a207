using System.Globalization;
using PhasedRollout.Demo;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A stack of three services in two phases that is quick to deploy, and quick to change.</summary>
internal static class PlainStack
{
    /// <summary>The stack in one of its versions; two versions differ in every container and in no image.</summary>
    public static DemoInput Of(RolloutWorld world, string version) => new(
        $$"""
        name: {{world.Project}}
        x-rollout:
          phases:
            - title: First
              services: [db, api]
            - title: Second
              services: [web]
        x-service: &service
          build: https://github.com/{{PhasedRollout.Demo.Fixture.FixtureRepository.FullName}}.git#main:plain
          stop_signal: SIGKILL
          environment:
            VERSION: "{{version}}"
            API_TOKEN: ${API_TOKEN:-none}
          healthcheck: { test: ["CMD", "true"], interval: 1s, timeout: 5s }
          networks: [default, {{world.Network}}]
        services:
          db: *service
          api: *service
          web:
            <<: *service
            depends_on: [api]
            ports: ["{{world.PortFor("web").ToString(CultureInfo.InvariantCulture)}}:80"]
        networks:
          {{world.Network}}: { external: true }

        """,
        new Dictionary<string, string>());

    /// <summary>Ten such services in the seed's four phases; one of each phase is probed, for ten that are keep two processors busy with probes.</summary>
    public static DemoInput Ten(RolloutWorld world, string version) => new(
        $$"""
        name: {{world.Project}}
        x-rollout:
          phases:
            - { title: First, services: [a1] }
            - { title: Second, services: [b1, b2, b3] }
            - { title: Third, services: [c1, c2, c3] }
            - { title: Fourth, services: [d1, d2, d3] }
        x-service: &service
          build: https://github.com/{{PhasedRollout.Demo.Fixture.FixtureRepository.FullName}}.git#main:plain
          stop_signal: SIGKILL
          environment:
            VERSION: "{{version}}"
          networks: [default, {{world.Network}}]
        x-probed: &probed
          <<: *service
          healthcheck: { test: ["CMD", "true"], interval: 1s, timeout: 5s }
        services:
          a1: *probed
          b1: { <<: *probed, depends_on: [a1], ports: ["{{world.PortFor("b1").ToString(CultureInfo.InvariantCulture)}}:80"] }
          b2: { <<: *service, volumes: [data:/data] }
          b3: { <<: *service, depends_on: { b1: { condition: service_healthy } } }
          c1: { <<: *probed, depends_on: [b1] }
          c2: { <<: *service, ports: ["{{world.PortFor("c2").ToString(CultureInfo.InvariantCulture)}}:80"] }
          c3: *service
          d1: *probed
          d2: *service
          d3: *service
        networks:
          {{world.Network}}: { external: true }
        volumes:
          data: {}

        """,
        new Dictionary<string, string>());

    /// <summary>The commit that it is built from.</summary>
    public static Task CommitAsync(RolloutWorld world) => world.Repository.CommitAsync("The plain stack",
    [
        ("plain/Dockerfile", $"FROM {world.Machine.BaseImage}\nCMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n"),
    ]);
}

/// <summary>A world with this stack in version 1.</summary>
public abstract class PlainWorld(ScenarioMachine machine, string name) : WorldFixture(machine, name)
{
    protected override async Task SetUpAsync()
    {
        await PlainStack.CommitAsync(World);
        World.Good = PlainStack.Of(World, "1");
    }
}
