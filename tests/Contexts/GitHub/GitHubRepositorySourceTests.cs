using System.Net;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Rollouts;

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

    [Fact]
    public async Task A_moved_branch_is_seen_in_spite_of_the_cache()
    {
        using (var first = Source(new FakeGitHub(Repository)))
            await LookUp(first);

        var moved = MemoryRepository.Of("app/Dockerfile");
        using var second = Source(new FakeGitHub(moved));

        (await LookUp(second)).Commit.ShouldBe(moved.Commit);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("")]
    [InlineData("{\"Key\":null}\n{}")]
    public async Task A_corrupt_cache_is_asked_anew(string content)
    {
        using (var first = Source(new FakeGitHub(Repository)))
            await LookUp(first);
        foreach (var file in Directory.GetFiles(cache))
            await File.WriteAllTextAsync(file, content, stop);

        var gitHub = new FakeGitHub(Repository);
        using var second = Source(gitHub);

        (await LookUp(second)).Entries.ShouldBe(Repository.Entries);
        gitHub.Requests.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_single_flipped_bit_in_the_cache_is_noticed()
    {
        using (var first = Source(new FakeGitHub(Repository)))
            await LookUp(first);
        foreach (var file in Directory.GetFiles(cache))
        {
            var bytes = await File.ReadAllBytesAsync(file, stop);
            bytes[^1] ^= 1;
            await File.WriteAllBytesAsync(file, bytes, stop);
        }

        using var second = Source(new FakeGitHub(Repository));

        (await LookUp(second)).Entries.ShouldBe(Repository.Entries);
    }

    [Fact]
    public async Task The_cache_is_its_owners_alone()
    {
        if (OperatingSystem.IsWindows())
            return;

        File.SetUnixFileMode(cache, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead);
        using var source = Source(new FakeGitHub(Repository));
        await LookUp(source);

        File.GetUnixFileMode(cache).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task A_cache_that_cannot_be_written_costs_requests_and_nothing_else()
    {
        var file = System.IO.Path.Combine(cache, "file");
        await File.WriteAllTextAsync(file, "", stop);
        using var source = new GitHubRepositorySource(
            new Uri(FakeGitHub.Root), null, System.IO.Path.Combine(file, "below"), clock, log, Patience.Default, new FakeGitHub(Repository));

        (await LookUp(source)).Complete.ShouldBeTrue();
    }

    [Theory]
    [InlineData("feature/login", "/commits/feature/login")]
    [InlineData("fix/status", "/commits/fix%2Fstatus")]
    [InlineData("50%#1?", "/commits/50%25%231%3F")]
    public async Task A_ref_may_hold_any_character(string reference, string path)
    {
        var gitHub = new FakeGitHub(Repository) { Refs = { [reference] = Repository.Commit } };
        using var source = Source(gitHub);

        (await source.ResolveAsync(Stack.Repository, reference, stop)).ShouldBe(new ResolvedRef(Repository.Commit, reference));

        gitHub.Paths.ShouldBe([Path + path]);
    }

    [Fact]
    public async Task Without_a_ref_the_default_branch_is_resolved()
    {
        var gitHub = new FakeGitHub(Repository) { DefaultBranch = "trunk", Refs = { ["trunk"] = Repository.Commit } };
        using var source = Source(gitHub);

        (await source.ResolveAsync(Stack.Repository, null, stop)).ShouldBe(new ResolvedRef(Repository.Commit, "trunk"));

        gitHub.Paths.ShouldBe([Path, $"{Path}/commits/trunk"]);
    }

    [Fact]
    public async Task A_server_that_sends_the_whole_commit_is_understood()
    {
        using var source = Source(new FakeGitHub(Repository) { SendsJsonForShas = true });

        (await LookUp(source)).Commit.ShouldBe(Repository.Commit);
    }

    [Fact]
    public async Task An_unknown_ref_is_told_from_an_invisible_repository()
    {
        using var source = Source(new FakeGitHub(Repository));

        (await source.ResolveAsync(Stack.Repository, "nope", stop)).ShouldBe(new UnknownRef("main"));
        (await source.ResolveAsync(new RepositoryName("acme", "secret"), "main", stop)).ShouldBe(new InvisibleRepository(false, null));
    }

    [Fact]
    public async Task A_blob_arrives_with_the_bytes_of_its_id_and_once()
    {
        var gitHub = new FakeGitHub(Repository);
        using var source = Source(gitHub);
        var id = Repository["app/Dockerfile"].Id;

        var bytes = await Task.WhenAll(source.ReadBlobAsync(Stack.Repository, id, stop), source.ReadBlobAsync(Stack.Repository, id, stop));

        bytes.ShouldAllBe(it => GitObjectId.OfBlob(it) == id);
        gitHub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_blob_with_other_bytes_is_refused_and_not_kept()
    {
        var id = Repository["app/Dockerfile"].Id;
        var gitHub = new FakeGitHub(Repository)
        {
            Instead = (_, number, _) => Task.FromResult(number == 1
                ? FakeGitHub.Json(HttpStatusCode.OK, new { content = "aGVsbG8=", encoding = "base64" })
                : null),
        };
        using var source = Source(gitHub);

        (await Should.ThrowAsync<WorldRefusedException>(source.ReadBlobAsync(Stack.Repository, id, stop))).Message.ShouldContain("other bytes");
        GitObjectId.OfBlob(await source.ReadBlobAsync(Stack.Repository, id, stop)).ShouldBe(id);
    }

    [Fact]
    public async Task A_truncated_tree_is_walked_to_the_asked_paths()
    {
        var repository = MemoryRepository.Of(
            [.. Enumerable.Range(0, 20).Select(number => $"a/{number:00}.txt"), "z/apps/api/Dockerfile", "z/apps/api/src/main.py", "z/other/file"]);
        var gitHub = new FakeGitHub(repository, mostEntries: 10);
        using var source = Source(gitHub);

        var tree = await source.ReadTreeAsync(Stack.Repository, repository.Commit, ["z/apps/api", "z/missing"], stop);

        tree.Complete.ShouldBeFalse();
        tree.RootId.ShouldBe(repository.RootId);
        tree.Find("z/apps/api/src/main.py").ShouldBe(repository["z/apps/api/src/main.py"]);
        tree.IsKnownMissing("z/missing").ShouldBeTrue();
        tree.IsKnownMissing("z/apps/api/Containerfile").ShouldBeTrue();
        tree.IsKnownMissing("z/other/file").ShouldBeFalse("nobody asked for it, so it was not read");
        gitHub.Paths.ShouldBe(gitHub.Paths.Distinct(), "no folder is read twice");
        gitHub.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task The_budget_says_what_is_left_until_when()
    {
        var reset = new DateTimeOffset(2026, 1, 2, 14, 5, 0, TimeSpan.Zero).ToUnixTimeSeconds();
        var gitHub = new FakeGitHub(Repository);
        gitHub.Instead = async (request, _, token) =>
        {
            gitHub.Instead = null;
            await Task.CompletedTask;
            return FakeGitHub.Json(HttpStatusCode.OK, new { sha = Repository.Commit },
                ("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "57"), ("x-ratelimit-reset", $"{reset}"));
        };
        using var source = Source(gitHub);
        source.Budget.ShouldBe("GitHub: used 0 counted of 0 sent requests");

        await source.ResolveAsync(Stack.Repository, "main", stop);

        source.Budget.ShouldBe("GitHub: used 1 of 60 requests, 57 left until 14:05 UTC");
    }

    private GitHubRepositorySource Source(HttpMessageHandler wire, string? token = null) =>
        new(new Uri(FakeGitHub.Root), token, cache, clock, log, Patience.Default, wire);

    private async Task<RepositoryTree> LookUp(GitHubRepositorySource source, string reference = "main")
    {
        var resolved = (await source.ResolveAsync(Stack.Repository, reference, stop)).ShouldBeOfType<ResolvedRef>();
        return await source.ReadTreeAsync(Stack.Repository, resolved.Commit, ["app"], stop);
    }
}
