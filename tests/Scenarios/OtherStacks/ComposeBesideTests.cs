using Docker.DotNet.Models;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.OtherStacks;

/// <summary>A real Docker Compose runs on the same project: it never destroys what a rollback needs, and our next run works.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class ComposeBesideTests(ComposeBesideTests.Fixture fixture) : IClassFixture<ComposeBesideTests.Fixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task What_is_kept_survives_up_and_down_and_a_rollback_reaches_it()
    {
        await World.Engine.RemoveAsync();
        await DeployAsync("1");
        await DeployAsync("2");
        var kept = await KeptAsync();
        kept.Count.ShouldBe(8, "four containers, four references of images");

        await ComposeAsync("2", "up", "-d", "--remove-orphans");
        (await KeptAsync()).ShouldBe(kept, "after up");
        await ComposeAsync("2", "down", "--remove-orphans", "--volumes");
        (await KeptAsync()).ShouldBe(kept, "after down");

        // Compose took the network as well; the volume it could not take, for what is kept names it.
        (await World.RunAsync("Rollback", "--phase", "1")).ShouldEndWith(0);
        (await World.RunAsync("Rollback")).ShouldEndWith(0);
        (await VersionsAsync()).ShouldBe(["api 1", "db 1", "web 1", "worker 1"]);
        await DeployAsync("3");
        await ShouldBeSettledAsync();
    }

    [Fact]
    public async Task What_Compose_deployed_is_replaced_kept_and_gone_back_to_like_anything_else()
    {
        await World.Engine.RemoveAsync();
        await ComposeAsync("1", "up", "-d");
        await DeployAsync("2");
        var kept = await KeptAsync();

        // What Compose built bears its labels, and so does a container from it.
        await ComposeAsync("2", "up", "-d", "--build", "--force-recreate", "--remove-orphans");

        (await KeptAsync()).ShouldBe(kept);
        (await World.RunAsync("Rollback")).ShouldEndWith(0);
        (await VersionsAsync()).ShouldBe(["api 2", "db 2", "web 1", "worker 2"]);
    }

    [Fact]
    public async Task What_Compose_removes_in_the_middle_of_a_phase_is_said_to_be_gone_and_a_rollback_brings_it_back()
    {
        await World.Engine.RemoveAsync();
        await DeployAsync("1");
        await WriteAsync("2");
        await using (var program = World.Start(null, "DeployPhase1", "--min-healthy-time", "20s"))
        {
            // The service with a volume stops first.
            await program.WaitForAsync(
                async () => (await World.Engine.AllAsync()).Any(container => container.Contains("-db-1.previous-", StringComparison.Ordinal) && container.EndsWith(" exited", StringComparison.Ordinal)),
                "the new container is at the gate", Stop);
            await ComposeAsync("2", "down");
            var run = (await program.EndAsync(Stop)).ShouldEndWith(1);
            run.ShouldSay("db: could not go back: what ran before is no longer there, and nothing runs in its place; it is kept");
            (await World.ReadReportAsync()).Phases("outcome")[0].ShouldBe("failed");
        }

        await World.RunAsync("Rollback");
        (await VersionsAsync()).ShouldContain("db 1");
        await DeployAsync("3");
        await ShouldBeSettledAsync();
    }

    [Fact]
    public async Task A_plain_up_that_takes_the_old_container_beside_the_new_one_leaves_what_a_rollback_needs()
    {
        await World.Engine.RemoveAsync();
        await DeployAsync("1");
        await WriteAsync("2");
        await using (var program = World.Start(null, "DeployPhase1", "--min-healthy-time", "30s"))
        {
            await program.WaitForAsync(
                async () => (await World.Engine.AllAsync()).Any(container => container.Contains("-worker-1.next-", StringComparison.Ordinal) && container.EndsWith(" running", StringComparison.Ordinal)),
                "the new container answers beside the old one", Stop);
            // It takes one of the two for a surplus container, and may stumble over their names itself.
            await TryComposeAsync("3", "up", "-d", "--remove-orphans");
            (await program.EndAsync(Stop)).ShouldEndWith(1).ShouldSay("it is kept: ./build.sh Rollback brings it back");
        }

        // Whatever Compose took either runs again or is kept. What Compose left half made is no success until the next deployment removes it.
        await World.RunAsync("Rollback", "--phase", "1");
        (await VersionsAsync()).Where(version => !version.StartsWith("web ", StringComparison.Ordinal)).ShouldBe(["api 1", "db 1", "worker 1"]);
        await DeployAsync("4");
        await ShouldBeSettledAsync();
    }

    private Task WriteAsync(string version) => World.WriteAsync(Fixture.Stack(World, version));

    private async Task DeployAsync(string version)
    {
        await WriteAsync(version);
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await VersionsAsync()).ShouldBe([$"api {version}", $"db {version}", $"web {version}", $"worker {version}"]);
    }

    private async Task ComposeAsync(string version, params string[] arguments) => (await TryComposeAsync(version, arguments)).OrThrow("Docker Compose");

    private async Task<CommandResult> TryComposeAsync(string version, params string[] arguments)
    {
        var file = Path.Combine(World.Folder, "beside.yml");
        await File.WriteAllTextAsync(file, fixture.ForCompose(version).Compose, Stop);
        return await Command.RunAsync(fixture.Compose.Executable, ["--file", file, .. arguments], Stop, new Dictionary<string, string>
        {
            ["DOCKER_HOST"] = World.Machine.DockerHost,
            ["DOCKER_CONFIG"] = fixture.Compose.Configuration,
            ["DOCKER_BUILDKIT"] = "0",
        });
    }

    /// <summary>What keeps a version: containers with their ids, and references of images with the ids of these.</summary>
    private async Task<IReadOnlyList<string>> KeptAsync()
    {
        var containers = await World.Machine.Client.Containers.ListContainersAsync(new ContainersListParameters { All = true }, Stop);
        var images = await World.Machine.Client.Images.ListImagesAsync(new ImagesListParameters(), Stop);
        return
        [
            .. containers.Where(container => container.Names[0].StartsWith($"/{World.Project}-", StringComparison.Ordinal) && container.Names[0].Contains(".kept-", StringComparison.Ordinal))
                .Select(container => $"{container.Names[0]} {container.ID} {container.ImageID}").Order(StringComparer.Ordinal),
            .. images.SelectMany(image => (image.RepoTags ?? []).Select(tag => $"{tag} {image.ID}"))
                .Where(image => image.StartsWith($"phased-rollout-kept/{World.Project}/", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Which version of each service runs.</summary>
    private async Task<IReadOnlyList<string>> VersionsAsync()
    {
        var versions = new List<string>();
        foreach (var container in await World.Engine.ContainersAsync())
        {
            var details = await World.Machine.Client.Containers.InspectContainerAsync(container.Id, Stop);
            versions.Add($"{container.Service} {details.Config!.Env!.Single(variable => variable.StartsWith("VERSION=", StringComparison.Ordinal))["VERSION=".Length..]}");
        }

        return versions;
    }

    private async Task ShouldBeSettledAsync()
    {
        (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy"), ("worker", "healthy")]);
        (await World.Engine.AllAsync()).ShouldAllBe(container => !container.Contains(".previous-", StringComparison.Ordinal));
        (await World.Engine.WholeEngineAsync()).ShouldNotContain($"phased-rollout.lock.{World.Project}");
    }

    /// <summary>Three quick services, one with a named volume and all with one that nobody named; one without any, replaced beside; and Docker Compose.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "beside")
    {
        internal ComposeProgram Compose { get; private set; } = null!;

        internal static DemoInput Stack(RolloutWorld world, string version)
        {
            var stack = PlainStack.Of(world, version).With("  db: *service\n", "  db:\n    <<: *service\n    volumes: [\"data:/data\"]\n");
            var worker = $"""
                  worker:
                    <<: *service
                    build: https://github.com/{PhasedRollout.Demo.Fixture.FixtureRepository.FullName}.git#main:bare
                networks:

                """;
            stack = stack.With("[db, api]", "[db, api, worker]").With("\nnetworks:\n", $"\n{worker}");
            return stack with { Compose = stack.Compose + "volumes:\n  data: {}\n" };
        }

        /// <summary>The same for Compose, which builds from a folder: what it built bears its labels.</summary>
        internal DemoInput ForCompose(string version)
        {
            var stack = Stack(World, version);
            return stack with
            {
                Compose = string.Join('\n', stack.Compose.Split('\n').Select(line =>
                    line.IndexOf("build: https", StringComparison.Ordinal) is >= 0 and var at ? $"{line[..at]}build: {World.Folder}/{line.Split(':')[^1]}" : line)),
            };
        }

        protected override async Task SetUpAsync()
        {
            foreach (var (folder, volume) in ((string, string)[])[("plain", "VOLUME /cache\n"), ("bare", "")])
            {
                var dockerfile = $"FROM {World.Machine.BaseImage}\n{volume}CMD [\"httpd\", \"-f\", \"-p\", \"80\"]\n";
                await World.Repository.CommitAsync("A stack with volumes", [($"{folder}/Dockerfile", dockerfile)]);
                Directory.CreateDirectory(Path.Combine(World.Folder, folder));
                await File.WriteAllTextAsync(Path.Combine(World.Folder, folder, "Dockerfile"), dockerfile, Stop);
            }

            World.Good = Stack(World, "1");
            Compose = await ScenarioMachine.EnsureComposeAsync(Stop);
        }
    }
}
