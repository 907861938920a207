using System.Globalization;
using PhasedRollout.Demo;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.OtherStacks;

/// <summary>Nothing is made for the default stack alone: another project, a repository of 15,000 files, other phases.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class OtherRepositoryTests(OtherRepositoryTests.Fixture fixture) : IClassFixture<OtherRepositoryTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task Another_stack_from_a_repository_of_15000_files_goes_through_the_same_targets()
    {
        await World.WriteAsync(World.Good);

        (await World.RunAsync("VerifyContexts")).ShouldEndWith(0).ShouldSay("web", "worker");
        (await World.RunAsync("Deploy")).ShouldEndWith(0);

        var containers = await World.Engine.ContainersAsync();
        containers.Select(container => (container.Service, container.Health)).ShouldBe([("cache", null), ("web", "healthy"), ("worker", null)]);
        var report = await World.ReadReportAsync();
        report.Project.ShouldBe(World.Project);
        report.Services("state").ShouldBe(new Dictionary<string, string?> { ["cache"] = "running-unverified", ["web"] = "healthy", ["worker"] = "running-unverified" });
        report.Phases("outcome").ShouldBe(["succeeded", "succeeded"]);

        (await World.RunAsync("HealthCheck")).ShouldEndWith(0);
        var before = await World.Engine.FingerprintAsync();
        (await World.RunAsync("DeployPhase4")).ShouldEndWith(0);
        (await World.Engine.FingerprintAsync()).ShouldBe(before);

        (await World.RunAsync("Teardown")).ShouldEndWith(0);
        (await World.Engine.AllAsync()).ShouldBeEmpty();
        (await World.Engine.WholeEngineAsync()).ShouldNotContain($"{World.Project}_default");
    }

    [Fact]
    public async Task A_path_that_is_wrong_by_a_letter_is_found_among_15000_files()
    {
        await World.WriteAsync(World.Good.With("#main:apps/web", "#main:apps/wbe"));
        World.DeleteOutput();

        (await World.RunAsync("VerifyContexts")).ShouldEndWith(1).ShouldSay("apps/web");

        (await World.ReadReportAsync()).Classes.ShouldBe(["build-context-not-found"]);
    }

    /// <summary>Three services of another repository.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "other")
    {
        protected override async Task SetUpAsync()
        {
            await World.GitHub.DisposeAsync();
            World.Serve("Acme/monolith");
            await World.Repository.CommitAsync("All of it",
            [
                .. Enumerable.Range(0, 15_000).Select(number => (
                    string.Create(CultureInfo.InvariantCulture, $"packages/p{number / 300:00}/src/module{number % 300:000}.ts"),
                    (string?)string.Create(CultureInfo.InvariantCulture, $"export const number = {number};\n"))),
                ("apps/web/Dockerfile", $"FROM {World.Machine.BaseImage}\nWORKDIR /www\nCOPY index.html .\nEXPOSE 3000\nSTOPSIGNAL SIGKILL\nCMD [\"httpd\", \"-f\", \"-p\", \"3000\"]\n"),
                ("apps/web/index.html", "<p>It works</p>\n"),
                ("apps/worker/docker/Worker.Dockerfile", $"FROM {World.Machine.BaseImage}\nARG GREETING\nRUN echo \"$GREETING\" > /greeting\nCOPY run.sh /\nSTOPSIGNAL SIGKILL\nCMD [\"sh\", \"/run.sh\"]\n"),
                ("apps/worker/run.sh", "#!/bin/sh\ncat /greeting\nexec sleep 100000\n"),
            ]);
            await World.Repository.CommitAsync("A release", [("CHANGELOG.md", "# 1.2\n")], "release/1.2", "main");
            World.Good = new DemoInput(Compose(), new Dictionary<string, string>());
        }

        private string Compose() => $$"""
            name: {{World.Project}}
            x-rollout:
              phases:
                - title: What others need
                  services: [cache, web]
                - title: The rest
                  services: [worker]
            services:
              cache:
                image: {{World.Machine.BaseImage}}
                command: ["sleep", "100000"]
                stop_signal: SIGKILL
              web:
                build: https://github.com/Acme/monolith.git#main:apps/web
                ports:
                  - target: 3000
                    published: "{{World.PortFor("3000").ToString(CultureInfo.InvariantCulture)}}"
                healthcheck:
                  test: curl -f http://localhost:3000/
                  interval: 1s
                  timeout: 2s
              worker:
                build:
                  context: https://github.com/Acme/monolith.git#release/1.2:apps/worker
                  dockerfile: docker/Worker.Dockerfile
                  args:
                    GREETING: ${GREETING:-hello}
                depends_on:
                  web: { condition: service_healthy }

            """;
    }
}
