using PhasedRollout.Demo;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>A stack unlike the seed's, in three phases: a database with a named volume, a job that migrates it, and what comes after the job; with conditions
/// across phases, services that nothing checks, a profile, names of its own, bind mounts, and networks with names and of others.</summary>
internal static class OtherStack
{
    /// <summary>The services without those of the profile <c>tools</c>.</summary>
    public static IReadOnlyList<string> Services { get; } = ["app", "db", "migrate", "worker"];

    /// <summary>The stack in one of its versions; two versions differ in every container and in no image.</summary>
    /// <param name="world">Its world; its folder <c>conf</c> is mounted.</param>
    /// <param name="version">The version.</param>
    /// <param name="app">What the service <c>app</c> runs.</param>
    public static DemoInput Of(RolloutWorld world, string version, string app = "sleep 1000") => new(
        $$"""
        name: {{world.Project}}
        x-rollout:
          phases:
            - { title: Data, services: [db] }
            - { title: Jobs, services: [migrate] }
            - { title: Apps, services: [app, worker, tool] }
        x-service: &service
          build: https://github.com/{{PhasedRollout.Demo.Fixture.FixtureRepository.FullName}}.git#main:plain
          restart: unless-stopped
          stop_grace_period: 1s
          environment: { VERSION: "{{version}}" }
          networks: [back]
        services:
          db:
            <<: *service
            container_name: {{world.Project}}-the-database
            command: ["sh", "-c", "touch /data/up; exec sleep 1000"]
            volumes: ["data:/data"]
            healthcheck: { test: ["CMD", "test", "-e", "/data/up"], interval: 1s, timeout: 5s }
          migrate:
            <<: *service
            restart: "no"
            command: ["sh", "-c", "echo {{version}} >> /data/migrated"]
            volumes: ["data:/data"]
            depends_on: { db: { condition: service_healthy } }
          app:
            <<: *service
            command: ["sh", "-c", "{{app}}"]
            volumes: ["data:/data:ro", "./conf:/conf:ro"]
            networks: { back: { aliases: [front] }, {{world.Network}}: {} }
            healthcheck: { test: ["CMD", "test", "-e", "/conf/app.conf"], interval: 1s, timeout: 5s }
            depends_on:
              migrate: { condition: service_completed_successfully }
              db: { condition: service_healthy }
          worker:
            <<: *service
            command: ["sleep", "1000"]
            depends_on: { db: { condition: service_started } }
          tool:
            <<: *service
            command: ["sleep", "1000"]
            profiles: [tools]
        networks:
          back: { name: {{world.Project}}-back-office }
          {{world.Network}}: { external: true }
        volumes:
          data: {}

        """,
        new Dictionary<string, string>());

    /// <summary>The commit that it is built from, and the folder that it mounts.</summary>
    public static async Task PrepareAsync(RolloutWorld world)
    {
        await PlainStack.CommitAsync(world);
        Directory.CreateDirectory(Path.Combine(world.Folder, "conf"));
        await File.WriteAllTextAsync(Path.Combine(world.Folder, "conf", "app.conf"), "here\n");
    }
}
