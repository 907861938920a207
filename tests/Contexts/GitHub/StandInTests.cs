using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Contexts.Rules;
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
    public async Task A_repository_of_15000_files_is_verified_with_three_requests_and_again_with_none_that_counts()
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
        gitHub.Requests.Count.ShouldBe(3, "the commit, the tree, and the one file that all Dockerfiles are");
        var (second, took) = await Verify(gitHub, services);

        first.Services.Select(it => it.Verdict).ShouldBe(Enumerable.Repeat(Verdict.Ready, 7).Concat(Enumerable.Repeat(Verdict.Blocked, 3)));
        first.Services[7].Findings[0].Suggestion.ShouldEndWith("#main:platform/group7/service7");
        first.Services[8].Findings[0].Suggestion.ShouldEndWith("#main:platform/group8/service8");
        first.Services[9].Findings[0].Rule.ShouldBe("VC201");
        var tree = repository.Run("", "rev-parse", "main:platform/group3/service3").Trim();
        first.Services[3].Context!.TreeId.ShouldBe(tree);
        ContextsTable.Lines(second).ShouldBe(ContextsTable.Lines(first));
        second.Repositories[0].Usage.ShouldBe(new ApiUsage(1, 0));
        gitHub.Requests.Count.ShouldBe(4);
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

        var (verified, _) = await Verify(gitHub, [Stack.Built("app", "app")], Token);

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

    [Fact]
    public async Task With_a_token_one_question_brings_every_file_and_again_none()
    {
        using var repository = new TemporaryRepository(
            ("api/Dockerfile", "FROM scratch\nCOPY . /\n"), ("api/.dockerignore", "*.md\n"), ("web/Dockerfile", "FROM scratch\nENV A=\"é\"\n"), ("job/Dockerfile", "FROM scratch\0\n"));
        await using var gitHub = StandIn(repository);
        Service[] services = [Stack.Built("api", "api"), Stack.Built("web", "web"), Stack.Built("job", "job")];

        await Verify(gitHub, services, Token);
        gitHub.Requests.Select(line => line.Split('/')[^1].Split('?')[0]).ShouldBe(
            ["main", repository.Run("", "rev-parse", "main").Trim(), "graphql", repository.Run("", "rev-parse", "main:job/Dockerfile").Trim()],
            "a binary file does not come as text and is fetched by itself");
        await Verify(gitHub, services, Token);

        gitHub.Requests.Count.ShouldBe(5);
        gitHub.Requests[^1].ShouldEndWith("/commits/main");
        gitHub.UnexpectedRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_GraphQL_that_fails_costs_a_request_and_nothing_else()
    {
        using var repository = new TemporaryRepository(("api/Dockerfile", "FROM scratch\n"));
        await using var gitHub = StandIn(repository);
        gitHub.Fail(new GitHubFault("/graphql", GitHubFaultKind.BadGateway));

        var (verified, _) = await Verify(gitHub, [Stack.Built("api", "api")], Token);

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
        gitHub.Requests.Count(line => line.Contains("graphql")).ShouldBe(1);
    }

    [Fact]
    public async Task A_renamed_and_archived_repository_is_followed_and_told()
    {
        using var repository = new TemporaryRepository(("app/Dockerfile", "FROM scratch\n"));
        await using var gitHub = GitHubStandIn.Start(new GitHubStandInOptions
        {
            Repositories = new Dictionary<string, string> { ["acme/shop"] = repository.Directory },
            RenamedRepositories = new Dictionary<string, string> { [Stack.Repository.ToString()] = "acme/shop" },
            ArchivedRepositories = new HashSet<string> { "acme/shop" },
        });

        var (verified, _) = await Verify(gitHub, [Stack.Built("app", "app")]);

        var service = verified.Services.ShouldHaveSingleItem();
        service.Verdict.ShouldBe(Verdict.Ready);
        service.Findings.Select(finding => finding.Rule).ShouldBe(["VC110", "VC110"]);
        service.Findings[0].Suggestion.ShouldBe("context: https://github.com/acme/shop.git#main:app");
        gitHub.Requests.Count(line => line.Contains("/repos/")).ShouldBe(1, "after the first answer the new address is known");
        gitHub.UnexpectedRequests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(GitHubFaultKind.BadGateway)]
    [InlineData(GitHubFaultKind.ServerError)]
    [InlineData(GitHubFaultKind.Drop)]
    [InlineData(GitHubFaultKind.Truncate)]
    [InlineData(GitHubFaultKind.TooManyRequests)]
    [InlineData(GitHubFaultKind.Slow)]
    public async Task What_passes_is_waited_out_and_changes_no_verdict(GitHubFaultKind kind)
    {
        using var repository = new TemporaryRepository(("app/Dockerfile", "FROM scratch\n"));
        await using var gitHub = StandIn(repository);
        foreach (var path in (string[])["/commits/", "/git/trees/", "/git/blobs/"])
            gitHub.Fail(new GitHubFault(path, kind, Times: 1) { Delay = TimeSpan.FromSeconds(1) });

        var (verified, _) = await Verify(gitHub, [Stack.Built("app", "app"), Stack.Built("lost", "lost")]);

        verified.Services.Select(service => service.Verdict).ShouldBe([Verdict.Ready, Verdict.Blocked]);
    }

    [Theory]
    [InlineData(GitHubFaultKind.RateLimited, FailureClass.GitHubUnavailable)]
    [InlineData(GitHubFaultKind.Forbidden, FailureClass.GitHubUnavailable)]
    [InlineData(GitHubFaultKind.Garbage, FailureClass.GitHubUnavailable)]
    public async Task What_stays_is_unknown_and_never_missing(GitHubFaultKind kind, FailureClass failure)
    {
        using var repository = new TemporaryRepository(("app/Dockerfile", "FROM scratch\n"));
        await using var gitHub = StandIn(repository);
        gitHub.Fail(new GitHubFault("/git/trees/", kind));

        var (verified, _) = await Verify(gitHub, [Stack.Built("app", "app"), Stack.Built("lost", "lost")]);

        verified.Services.ShouldAllBe(service => service.Verdict == Verdict.Unknown && service.DockerfileFound == null);
        verified.Services.SelectMany(service => service.Findings).ShouldAllBe(finding => finding.Rule == "VC100" && finding.Failure == failure);
    }

    private const string Token = "ghp_canary0123456789";

    private static GitHubStandIn StandIn(TemporaryRepository repository) => GitHubStandIn.Start(new GitHubStandInOptions
    {
        Repositories = new Dictionary<string, string> { [Stack.Repository.ToString()] = repository.Directory },
        Tokens = new HashSet<string> { Token },
    });

    private async Task<(VerifiedRollout Verified, TimeSpan Took)> Verify(GitHubStandIn gitHub, IReadOnlyList<Service> services, string? token = null)
    {
        using var source = Source(gitHub, token);
        var began = Stopwatch.GetTimestamp();
        var verified = await new ContextVerifier(source, new MemoryLog(), new RuleSet([], [])).VerifyAsync(Stack.Rollout(services), stop);
        return (verified, Stopwatch.GetElapsedTime(began));
    }

    private GitHubRepositorySource Source(GitHubStandIn gitHub, string? token = null) => new(gitHub.Url, token, cache, TimeProvider.System, new MemoryLog());
}
