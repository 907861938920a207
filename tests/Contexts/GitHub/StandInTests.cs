using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Demo.GitHub;

namespace PhasedRollout.Tests.Contexts.GitHub;

/// <summary>The same, over HTTP and from a repository that git wrote.</summary>
public sealed class StandInTests : IDisposable
{
    private readonly string cache = Directory.CreateTempSubdirectory("contexts-").FullName;
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(cache, recursive: true);

    [Fact]
    public async Task A_repository_of_15000_files_is_verified_with_four_requests_and_again_with_none_that_counts()
    {
        using var repository = new TemporaryRepository(
            [.. Enumerable.Range(0, 15_000).Select(number => ($"platform/group{number % 60}/service{number % 600}/file{number}.txt", "x")),
            .. Enumerable.Range(0, 10).Select(number => ($"platform/group{number}/service{number}/Dockerfile", "FROM scratch\n"))]);
        await using var gitHub = StandIn(repository);
        // The last three lack a folder in front, end in another letter, and hold no Dockerfile.
        var services = Enumerable.Range(0, 7).Select(number => Stack.Built($"s{number}", $"platform/group{number}/service{number}"))
            .Append(Stack.Built("s7", "group7/service7"))
            .Append(Stack.Built("s8", "platform/group8/servise8"))
            .Append(Stack.Built("s9", "platform/group10/service10"))
            .ToList();

        var (first, _) = await Verify(gitHub, services);
        gitHub.Requests.Count.ShouldBe(4, "the commit, whether a tag has the branch's name, the tree, and the one file that all Dockerfiles are");
        var (second, took) = await Verify(gitHub, services);

        first.Services.Select(it => it.Verdict).ShouldBe(Enumerable.Repeat(Verdict.Ready, 7).Concat(Enumerable.Repeat(Verdict.Blocked, 3)));
        first.Services[7].Findings[0].Suggestion.ShouldEndWith("#main:platform/group7/service7");
        first.Services[8].Findings[0].Suggestion.ShouldEndWith("#main:platform/group8/service8");
        first.Services[9].Findings[0].Rule.ShouldBe("VC201");
        var tree = repository.Run("", "rev-parse", "main:platform/group3/service3").Trim();
        first.Services[3].Context!.TreeId.ShouldBe(tree);
        ContextsTable.Lines(second).ShouldBe(ContextsTable.Lines(first));
        second.Repositories[0].Usage.ShouldBe(new ApiUsage(1, 0));
        gitHub.Requests.Count.ShouldBe(5);
        gitHub.UnexpectedRequests.ShouldBeEmpty();
        TestContext.Current.TestOutputHelper!.WriteLine($"warm: {took.TotalMilliseconds:0} ms");
        took.ShouldBeLessThan(TimeSpan.FromSeconds(5), "a bound for a busy machine; 0.16 s when it was written");
    }

    [Fact]
    public async Task A_branch_and_a_tag_of_one_name_are_hinted_at()
    {
        using var repository = new TemporaryRepository(("app/Dockerfile", "FROM scratch\n"));
        repository.Run("", "tag", "main");
        await using var gitHub = StandIn(repository);

        var (verified, _) = await Verify(gitHub, [Stack.Built("app", "app")]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
        var finding = verified.Services[0].Findings.ShouldHaveSingleItem();
        (finding.Rule, finding.Certainty).ShouldBe(("VC103", Certainty.Hint));
        finding.Message.ShouldBe("'main' is a branch and a tag of 'Bizoholic-Digital/bizosaas-platform'; builders may take the other one");
        gitHub.UnexpectedRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_archive_holds_the_files_of_the_commit()
    {
        using var repository = new TemporaryRepository(("app/Dockerfile", "FROM scratch\n"));
        await using var gitHub = StandIn(repository);
        using var source = Source(gitHub);
        var commit = (await source.ResolveAsync(Stack.Repository, null, stop)).ShouldBeOfType<ResolvedRef>().Commit;

        await using var archive = await source.OpenArchiveAsync(Stack.Repository, commit, stop);
        await using var tar = new TarReader(new GZipStream(archive, CompressionMode.Decompress));
        var names = new List<string>();
        while (await tar.GetNextEntryAsync(copyData: false, stop) is { } entry)
            names.Add(entry.Name);

        names.ShouldContain(name => name.EndsWith("/app/Dockerfile", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_root_tree_id_is_the_one_that_git_gives()
    {
        using var repository = new TemporaryRepository(("Dockerfile", "FROM scratch\n"), ("a.b/c", "x"), ("a/b", "y"));
        await using var gitHub = StandIn(repository);

        var (verified, _) = await Verify(gitHub, [Stack.Built("root", "")]);

        verified.Services[0].Context!.TreeId.ShouldBe(repository.Run("", "rev-parse", "main^{tree}").Trim());
    }

    private static GitHubStandIn StandIn(TemporaryRepository repository) => GitHubStandIn.Start(new GitHubStandInOptions
    {
        Repositories = new Dictionary<string, string> { [Stack.Repository.ToString()] = repository.Directory },
    });

    private async Task<(VerifiedRollout Verified, TimeSpan Took)> Verify(GitHubStandIn gitHub, IReadOnlyList<Service> services)
    {
        using var source = Source(gitHub);
        var began = Stopwatch.GetTimestamp();
        var verified = await new ContextVerifier(source, new MemoryLog()).VerifyAsync(Stack.Rollout(services), stop);
        return (verified, Stopwatch.GetElapsedTime(began));
    }

    private GitHubRepositorySource Source(GitHubStandIn gitHub) => new(gitHub.Url, null, cache, TimeProvider.System, new MemoryLog());
}
