using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Demo.Fixture;

public sealed class FixtureRepositoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("phased-rollout-fixture-").FullName;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_same_commits_come_out_every_time()
    {
        var first = await CreateAsync("one");

        (await CreateAsync("two")).ShouldBe(first);
        (await CreateAsync("one")).ShouldBe(first, "a second import changes nothing");
        (await GitAsync("one", "rev-list", "--count", "main")).ShouldBe("2");
        (await GitAsync("one", "fsck", "--strict")).ShouldBe("");
    }

    [Fact]
    public async Task Every_context_of_the_seed_has_a_Dockerfile_on_main_and_CorelDove_has_none_on_its_broken_branch()
    {
        await CreateAsync("one");
        var main = await FilesAsync("main");

        foreach (var service in FixtureService.Built)
            main.ShouldContain($"{service.Path}/Dockerfile");
        main.Except(await FilesAsync(FixtureRepository.WithoutDockerfile)).ShouldBe(["bizosaas/ecommerce/services/coreldove-backend/Dockerfile"]);
        (await GitAsync("one", "diff", "--name-only", "main", FixtureRepository.WithPinnedPackage))
            .ShouldBe("bizosaas-platform/backend/services/ai-agents/requirements.txt");
    }

    private Task<string> CreateAsync(string name) => FixtureRepository.CreateAsync(new GitProgram("git"), Path.Combine(_folder, name), Ct);

    private async Task<string[]> FilesAsync(string branch) => (await GitAsync("one", "ls-tree", "-r", "--name-only", branch)).Split('\n');

    private async Task<string> GitAsync(string name, params string[] arguments) =>
        (await Command.RunAsync("git", ["-C", Path.Combine(_folder, name), .. arguments], Ct)).OrThrow("git").Output.Trim();
}
