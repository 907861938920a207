using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;

namespace PhasedRollout.Tests.Contexts.GitHub;

public sealed class GitHubRepositorySourceTests : IDisposable
{
    private const string Path = "/repos/Bizoholic-Digital/bizosaas-platform";
    private static readonly MemoryRepository Repository = MemoryRepository.Of("app/Dockerfile", "app/main.py", "docs/readme.md");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 2, 13, 0, 0, TimeSpan.Zero));
    private readonly MemoryLog log = new();
    private readonly string cache = Directory.CreateTempSubdirectory("contexts-").FullName;
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(cache, recursive: true);

    [Fact]
    public async Task Ten_services_cost_one_commit_and_one_tree()
    {
        var gitHub = new FakeGitHub(Repository);
        using var source = Source(gitHub);

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => LookUp(source)));

        gitHub.Paths.ShouldBe([$"{Path}/commits/main", $"{Path}/git/trees/{Repository.Commit}?recursive=1"]);
        source.Usage[Stack.Repository].ShouldBe(new ApiUsage(2, 2));
    }

    [Fact]
    public async Task The_tree_is_the_repositorys()
    {
        using var source = Source(new FakeGitHub(Repository));

        var tree = await LookUp(source);

        tree.Complete.ShouldBeTrue();
        tree.RootId.ShouldBe(Repository.RootId);
        tree.Entries.ShouldBe(Repository.Entries);
    }

    [Fact]
    public async Task A_second_run_asks_only_whether_the_branch_moved_and_that_is_not_counted()
    {
        using (var first = Source(new FakeGitHub(Repository)))
            await LookUp(first);

        var gitHub = new FakeGitHub(Repository);
        using var second = Source(gitHub);
        var tree = await LookUp(second);

        tree.Entries.ShouldBe(Repository.Entries);
        gitHub.Paths.ShouldBe([$"{Path}/commits/main"]);
        second.Usage[Stack.Repository].ShouldBe(new ApiUsage(1, 0));
    }

    [Fact]
    public async Task A_second_run_at_a_full_commit_asks_nothing()
    {
        using (var first = Source(new FakeGitHub(Repository)))
            await LookUp(first, Repository.Commit);

        var gitHub = new FakeGitHub(Repository);
        using var second = Source(gitHub);
        await LookUp(second, Repository.Commit);

        gitHub.Requests.ShouldBeEmpty();
    }

    private GitHubRepositorySource Source(HttpMessageHandler wire, string? token = null) =>
        new(new Uri(FakeGitHub.Root), token, cache, clock, log, Patience.Default, wire);

    private async Task<RepositoryTree> LookUp(GitHubRepositorySource source, string reference = "main")
    {
        var resolved = (await source.ResolveAsync(Stack.Repository, reference, stop)).ShouldBeOfType<ResolvedRef>();
        return await source.ReadTreeAsync(Stack.Repository, resolved.Commit, ["app"], stop);
    }
}
