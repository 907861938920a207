using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Git;
using PhasedRollout.Contexts.Rules;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Demo.GitHub;

namespace PhasedRollout.Tests.Contexts.Git;

/// <summary>Contexts on another host, with git itself on both sides of a real connection.</summary>
public sealed class GitRepositorySourceTests : IDisposable
{
    private readonly TemporaryRepository repository = new(
        ("api/Dockerfile", "FROM scratch\nCOPY . /\n"), ("api/.dockerignore", "*.md\n"), ("docs/readme.md", "hello\n"));

    private readonly string mirrors = Directory.CreateTempSubdirectory("contexts-git-").FullName;
    private readonly string served = Directory.CreateTempSubdirectory("served-git-").FullName;
    private readonly CancellationToken stop = TestContext.Current.CancellationToken;

    public void Dispose()
    {
        repository.Dispose();
        Directory.Delete(served, recursive: true);
        Directory.Delete(mirrors, recursive: true);
    }

    [Fact]
    public async Task A_context_on_another_host_is_verified_like_one_on_GitHub()
    {
        await using var server = Serve();

        var verified = await Verify(Built(server, "api", "#main:api"), Built(server, "lost", "#main:apy"), Built(server, "no-ref", "#nope:api"));

        verified.Services.Select(service => service.Verdict).ShouldBe([Verdict.Ready, Verdict.Blocked, Verdict.Blocked]);
        verified.Services[0].Context!.Commit.ShouldBe(repository.Run("", "rev-parse", "main").Trim());
        verified.Services[0].Context!.TreeId.ShouldBe(repository.Run("", "rev-parse", "main:api").Trim());
        verified.Services[1].Findings[0].Rule.ShouldBe("VC105");
        verified.Services[1].Findings[0].Suggestion.ShouldBe($"context: {Address(server)}#main:api");
        verified.Services[2].Findings[0].Message.ShouldContain("has no branch, tag or commit 'nope'; its default branch is 'main'");
    }

    [Fact]
    public async Task Files_come_when_they_are_wanted_and_stay()
    {
        await using var server = Serve();
        var name = Name(server);
        var id = repository.Run("", "rev-parse", "main:api/Dockerfile").Trim();
        var source = Source();
        var commit = (await source.ResolveAsync(name, null, stop)).ShouldBeOfType<ResolvedRef>().Commit;

        (await source.ReadTreeAsync(name, commit, [], stop)).Find("docs/readme.md").ShouldNotBeNull();
        Objects().Contains(id, StringComparison.Ordinal).ShouldBeFalse("only the trees were fetched");
        (await source.ReadBlobsAsync(name, [id], stop))[id].ShouldBe("FROM scratch\nCOPY . /\n"u8.ToArray());
        Objects().ShouldContain(id);
        await server.DisposeAsync();

        var again = Source();
        (await again.ReadTreeAsync(name, commit, [], stop)).RootId.ShouldBe(repository.Run("", "rev-parse", "main^{tree}").Trim());
        (await again.ReadBlobAsync(name, id, stop)).Length.ShouldBe(22);
    }

    [Fact]
    public async Task A_host_that_does_not_answer_makes_a_context_unknown_and_nothing_more()
    {
        var server = Serve();
        var service = Built(server, "api", "#main:api");
        await server.DisposeAsync();

        var verified = await Verify(service);

        verified.IsBlocked.ShouldBeFalse();
        verified.Services[0].Verdict.ShouldBe(Verdict.Unknown);
        verified.Services[0].Findings.ShouldHaveSingleItem().Rule.ShouldBe("VC101");
    }

    [Fact]
    public async Task A_repository_that_is_not_there_is_said_not_to_be_there()
    {
        await using var server = Serve();
        var text = $"{server.Url}nothing.git#main:api";

        var verified = await Verify(Stack.Built("api", ContextReferences.Parse(text)));

        verified.Services[0].Findings.ShouldHaveSingleItem().Message.ShouldBe($"git finds no repository at '{server.Url}nothing.git'");
    }

    [Fact]
    public async Task Without_git_a_context_is_unknown()
    {
        await using var server = Serve();
        var source = new GitRepositorySource(new GitProcess("no-such-git"), mirrors, new MemoryLog());

        (await Should.ThrowAsync<WorldRefusedException>(source.ResolveAsync(Name(server), "main", stop))).Message.ShouldContain("no git on this machine");
    }

    [Theory]
    [InlineData("main", true)]
    [InlineData("feature/a-b", true)]
    [InlineData("--upload-pack=x", false)]
    [InlineData("a..b", false)]
    [InlineData("a b", false)]
    [InlineData("a*", false)]
    [InlineData("a.lock", false)]
    [InlineData("", false)]
    public void A_name_that_no_ref_can_have_is_not_asked_for(string reference, bool canBe) => GitRefs.CanBe(reference).ShouldBe(canBe);

    [Fact]
    public void A_tag_stands_for_its_commit_and_a_branch_comes_before_a_tag()
    {
        var (one, two, three) = (new string('1', 40), new string('2', 40), new string('3', 40));
        var refs = GitRefs.Parse($"ref: refs/heads/trunk\tHEAD\n{one}\tHEAD\n{one}\trefs/heads/v1\n{two}\trefs/tags/v1\n{three}\trefs/tags/v1^{{}}\n");

        refs.DefaultBranch.ShouldBe("trunk");
        refs.Find("v1").ShouldBe("refs/heads/v1");
        refs.Commits["refs/tags/v1"].ShouldBe(three);
        refs.IsBranchAndTag("v1").ShouldBeTrue();
    }

    private GitHttpServer Serve()
    {
        Directory.CreateSymbolicLink(Path.Combine(served, "repo.git"), repository.Directory);
        return GitHttpServer.Start(served);
    }

    private static string Address(GitHttpServer server) => $"{server.Url}repo.git";

    private static Service Built(GitHttpServer server, string name, string fragment) => Stack.Built(name, ContextReferences.Parse(Address(server) + fragment));

    private static RepositoryName Name(GitHttpServer server) => ((RepositoryContext)ContextReferences.Parse(Address(server))).Repository;

    private string Objects()
    {
        var mirror = Directory.GetDirectories(mirrors).ShouldHaveSingleItem();
        return repository.Run("", "--git-dir", mirror, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)");
    }

    private GitRepositorySource Source() => new(new GitProcess(), mirrors, new MemoryLog());

    private Task<VerifiedRollout> Verify(params Service[] services) =>
        new ContextVerifier(new RepositorySources(new MemorySource(), Source(), new MemorySource()), new MemoryLog(), new RuleSet([], []))
            .VerifyAsync(Stack.Rollout(services), stop);
}
