using PhasedRollout.Demo;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.OtherStacks;

/// <summary>Contexts that are not on GitHub: a repository on another git host, and a folder of this machine.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class ElsewhereTests(ElsewhereTests.Fixture fixture) : IClassFixture<ElsewhereTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task A_repository_on_another_host_and_a_folder_are_verified_and_deployed_like_any_other()
    {
        await World.WriteAsync(World.Good);

        (await World.RunAsync("Deploy")).ShouldEndWith(0);

        (await World.Engine.ContainersAsync()).Select(container => container.Service).ShouldBe(["away", "here"]);
        var report = await World.ReadReportAsync();
        report.Services("verdict").ShouldBe(new Dictionary<string, string?> { ["away"] = "ready", ["here"] = "ready" });
        report.Sources("commit")["away"].ShouldBe(await World.Repository.HeadAsync("main"));

        var before = await World.Engine.FingerprintAsync();
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await World.Engine.FingerprintAsync()).ShouldBe(before, "nothing changed, in the repository or in the folder");

        await File.WriteAllTextAsync(Path.Combine(World.Folder, "here", "greeting"), "good evening\n", TestContext.Current.CancellationToken);
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await World.ReadReportAsync()).Services("change").ShouldBe(new Dictionary<string, string?> { ["away"] = "none", ["here"] = "replaced" });
    }

    /// <summary>Two services without a GitHub.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "elsewhere")
    {
        private GitHttpServer server = null!;

        protected override async Task SetUpAsync()
        {
            await World.Repository.CommitAsync("All of it",
            [
                ("apps/away/Dockerfile", Dockerfile),
                ("apps/away/greeting", "hello\n"),
                ("apps/other/file", "x\n"),
            ]);
            server = GitHttpServer.Start(World.Folder, World.Machine.Git);

            var here = Directory.CreateDirectory(Path.Combine(World.Folder, "here")).FullName;
            await File.WriteAllTextAsync(Path.Combine(here, "Dockerfile"), Dockerfile);
            await File.WriteAllTextAsync(Path.Combine(here, "greeting"), "good morning\n");
            World.Good = new DemoInput(Compose(), new Dictionary<string, string>());
        }

        protected override async Task TearDownAsync() => await server.DisposeAsync();

        private string Dockerfile => $"FROM {World.Machine.BaseImage}\nCOPY greeting /\nSTOPSIGNAL SIGKILL\nCMD [\"sleep\", \"100000\"]\n";

        private string Compose() => $$"""
            name: {{World.Project}}
            x-rollout:
              phases:
                - title: All
                  services: [away, here]
            services:
              away:
                build: {{server.Url}}repository.git#main:apps/away
                healthcheck: { test: cat /greeting, interval: 1s }
              here:
                build: ./here
                healthcheck: { test: cat /greeting, interval: 1s }

            """;
    }
}
