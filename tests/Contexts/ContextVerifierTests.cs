using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts;

public sealed class ContextVerifierTests
{
    private static readonly string[] SeedContexts =
    [
        "bizosaas-platform/ai/services/bizosaas-brain", "bizosaas-platform/backend/services/cms",
        "bizosaas-platform/backend/services/crm/django-crm", "bizosaas-platform/backend/services/crm/business-directory",
        "bizosaas/ecommerce/services/coreldove-backend", "bizosaas-platform/backend/services/auth",
        "bizosaas-platform/backend/services/temporal", "bizosaas-platform/backend/services/ai-agents",
        "bizosaas-platform/backend/services/amazon-sourcing",
    ];

    private static readonly MemoryRepository Seed = MemoryRepository.Of(
        [.. SeedContexts.Where(path => !path.EndsWith("coreldove-backend", StringComparison.Ordinal)).Select(path => $"{path}/Dockerfile"),
        "bizosaas/ecommerce/services/coreldove-backend/package.json", "README.md"]);

    [Fact]
    public async Task The_seeds_open_question_gets_a_definite_answer_for_every_service()
    {
        var source = MemorySource.With(Seed);
        var services = SeedContexts.Select(path => Stack.Built(path.Split('/')[^1], path)).Prepend(Stack.Image("saleor-api")).ToList();

        var verified = await Verify(source, services);

        verified.Services.Select(it => (it.Service.Name, it.Verdict)).ShouldBe(services.Select(service =>
            (service.Name, service.Name == "coreldove-backend" ? Verdict.Blocked : Verdict.Ready)));
        var coreldove = verified.Services.Single(it => it.Service.Name == "coreldove-backend");
        coreldove.DockerfileFound.ShouldBe(false);
        var finding = coreldove.Findings.ShouldHaveSingleItem();
        finding.Rule.ShouldBe("VC201");
        finding.Where.ShouldBe("services/coreldove-backend/build/dockerfile");
        (finding.File, finding.Line).ShouldBe((Stack.File, 13));
        verified.IsBlocked.ShouldBeTrue();
        source.Questions.Count(question => !question.StartsWith("blob", StringComparison.Ordinal)).ShouldBe(2, "one commit and one tree for ten services");
        source.Questions.Count.ShouldBe(2 + SeedContexts.Length - 1, "and each Dockerfile once");
    }

    [Fact]
    public async Task A_ready_service_carries_commit_tree_and_Dockerfile()
    {
        var verified = await Verify(MemorySource.With(Seed), [Stack.Built("auth", "bizosaas-platform/backend/services/auth")]);

        var context = verified.Services[0].Context.ShouldNotBeNull();
        context.Commit.ShouldBe(Seed.Commit);
        context.TreeId.ShouldBe(Seed["bizosaas-platform/backend/services/auth"].Id);
        context.DockerfilePath.ShouldBe("bizosaas-platform/backend/services/auth/Dockerfile");
        verified.Repositories.ShouldHaveSingleItem().Commit.ShouldBe(Seed.Commit);
        verified.IsBlocked.ShouldBeFalse();
    }

    [Fact]
    public async Task A_context_without_its_first_folder_suggests_the_one_that_exists()
    {
        var finding = await OnlyFinding(Seed, Stack.Built("brain-api", "ai/services/bizosaas-brain"));

        finding.Rule.ShouldBe("VC105");
        finding.Failure.ShouldBe(FailureClass.BuildContextNotFound);
        finding.Where.ShouldBe("services/brain-api/build/context");
        (finding.File, finding.Line).ShouldBe((Stack.File, 12));
        finding.Suggestion.ShouldBe(
            "context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main:bizosaas-platform/ai/services/bizosaas-brain");
        finding.Evidence.ShouldBe(["the repository's root holds: README.md, bizosaas/, bizosaas-platform/"]);
    }

    [Fact]
    public async Task A_repository_that_cannot_be_asked_leaves_its_services_unknown_and_the_others_verified()
    {
        var other = new RepositoryName("acme", "api");
        var source = MemorySource.With(Seed);
        source.Refusals[other] = new WorldRefusedException(FailureClass.GitHubUnavailable, "it is silent", "ask later", ["HTTP 503"]);

        var verified = await Verify(source,
            [Stack.Built("lost", Stack.Context("x", repository: other)), Stack.Built("auth", "bizosaas-platform/backend/services/auth")]);

        verified.Services.Select(it => it.Verdict).ShouldBe([Verdict.Unknown, Verdict.Ready]);
        var finding = verified.Services[0].Findings.ShouldHaveSingleItem();
        (finding.Rule, finding.Failure, finding.Blocks).ShouldBe(("VC100", FailureClass.GitHubUnavailable, true));
        (finding.Message, finding.Suggestion).ShouldBe(("it is silent", "ask later"));
        verified.IsBlocked.ShouldBeTrue();
    }

    [Fact]
    public async Task A_context_on_another_host_is_a_warning_and_unknown()
    {
        var verified = await Verify(MemorySource.With(Seed),
            [Stack.Built("web", new OtherContext("https://me:secret@gitlab.com/a/b.git", "a git repository on gitlab.com"))]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Unknown);
        var finding = verified.Services[0].Findings.ShouldHaveSingleItem();
        (finding.Rule, finding.Certainty).ShouldBe(("VC101", Certainty.Likely));
        finding.Message.ShouldStartWith("'https://gitlab.com/a/b.git' is a git repository on gitlab.com");
        verified.IsBlocked.ShouldBeFalse();
    }

    [Fact]
    public async Task A_malformed_URL_blocks()
    {
        var finding = await OnlyFinding(Seed, Stack.Built("web",
            new MalformedContext("https://github.com/a/b#main", "its path does not end in .git", "https://github.com/a/b.git#main")));

        (finding.Rule, finding.Blocks, finding.Suggestion).ShouldBe(("VC101", true, "https://github.com/a/b.git#main"));
    }

    [Theory]
    [InlineData(false, "it is private: without a token", "GITHUB_TOKEN")]
    [InlineData(true, "the given token may not read it", "the token needs read access")]
    public async Task A_hidden_repository_is_told_by_whether_a_token_was_given(bool tokenGiven, string message, string suggestion)
    {
        var source = new MemorySource { Refs = { [(Stack.Repository, "main")] = new InvisibleRepository(tokenGiven, null) } };

        var finding = (await Verify(source, [Stack.Built("web", "a")])).Services[0].Findings.ShouldHaveSingleItem();

        finding.Rule.ShouldBe("VC102");
        finding.Message.ShouldContain(message);
        finding.Suggestion.ShouldContain(suggestion);
    }

    [Fact]
    public async Task An_unknown_ref_proposes_the_default_branch()
    {
        var source = new MemorySource { Refs = { [(Stack.Repository, "mian")] = new UnknownRef("main") } };

        var finding = (await Verify(source, [Stack.Built("web", Stack.Context("a", "mian"))])).Services[0].Findings.ShouldHaveSingleItem();

        (finding.Rule, finding.Blocks).ShouldBe(("VC103", true));
        finding.Suggestion.ShouldBe("context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main:a");
    }

    [Fact]
    public async Task An_empty_repository_says_so()
    {
        var source = new MemorySource { Refs = { [(Stack.Repository, "main")] = new UnknownRef("main") } };

        var finding = (await Verify(source, [Stack.Built("web", "a")])).Services[0].Findings.ShouldHaveSingleItem();

        finding.Message.ShouldContain("has no commit on its default branch 'main'");
    }

    [Fact]
    public async Task A_short_commit_id_blocks_and_the_full_one_is_proposed()
    {
        var brief = Seed.Commit[..8];
        var verified = await Verify(MemorySource.With(Seed, brief), [Stack.Built("auth", Stack.Context("bizosaas-platform/backend/services/auth", brief))]);

        var finding = verified.Services[0].Findings.ShouldHaveSingleItem();
        (finding.Rule, finding.Blocks).ShouldBe(("VC104", true));
        finding.Suggestion.ShouldBe(
            $"context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#{Seed.Commit}:bizosaas-platform/backend/services/auth");
        verified.Services[0].Context.ShouldBeNull();
        verified.Services[0].DockerfileFound.ShouldBe(true);
    }

    [Fact]
    public async Task A_branch_that_only_looks_like_a_commit_id_is_a_branch()
    {
        var repository = MemoryRepository.Of("Dockerfile");
        repository.Commit.ShouldNotStartWith("beef");

        var verified = await Verify(MemorySource.With(repository, "beef"), [Stack.Built("web", Stack.Context("", "beef"))]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
    }

    [Fact]
    public async Task A_full_commit_id_is_fine()
    {
        var verified = await Verify(MemorySource.With(Seed, Seed.Commit),
            [Stack.Built("auth", Stack.Context("bizosaas-platform/backend/services/auth", Seed.Commit))]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
    }

    [Theory]
    [InlineData("app", "is a file, not a folder", "context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main with dockerfile: app")]
    [InlineData("link", "is a symbolic link, not a folder (link -> real)", "context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main:real")]
    [InlineData("link/deep", "'link' in", "context: https://github.com/Bizoholic-Digital/bizosaas-platform.git#main:real/deep")]
    [InlineData("sub", "is a submodule", "context: https://github.com/<owner>/<repository of the submodule>.git#")]
    [InlineData("sub/inner", "'sub' in", ":inner")]
    public async Task What_is_no_folder_blocks(string path, string message, string suggestion)
    {
        var repository = MemoryRepository.Of("app", "link -> real", "real/deep/Dockerfile", "sub @");

        var finding = await OnlyFinding(repository, Stack.Built("web", path));

        (finding.Rule, finding.Blocks).ShouldBe(("VC106", true));
        finding.Message.ShouldContain(message);
        finding.Suggestion.ShouldContain(suggestion);
    }

    [Fact]
    public async Task A_tree_that_is_not_whole_never_makes_a_folder_missing()
    {
        var repository = MemoryRepository.Of("a/Dockerfile", "b/Dockerfile");
        var source = MemorySource.With(repository);
        source.Trees[(Stack.Repository, repository.Commit)] = new RepositoryTree(
            repository.Commit, repository.RootId, [.. repository.Entries.Where(entry => entry.Path.StartsWith('a'))], Complete: false);

        var verified = await Verify(source, [Stack.Built("b", "b")]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Unknown);
        verified.Services[0].DockerfileFound.ShouldBeNull();
        var finding = verified.Services[0].Findings.ShouldHaveSingleItem();
        (finding.Rule, finding.Blocks).ShouldBe(("VC107", false));
    }

    [Fact]
    public async Task An_inline_Dockerfile_needs_no_file()
    {
        var verified = await Verify(MemorySource.With(MemoryRepository.Of("app/main.py")),
            [Stack.Built("web", Stack.Context("app"), inline: "FROM scratch")]);

        verified.Services[0].Verdict.ShouldBe(Verdict.Ready);
        verified.Services[0].DockerfileFound.ShouldBeNull();
        verified.Services[0].Context!.DockerfilePath.ShouldBe("app/Dockerfile");
    }

    [Fact]
    public async Task An_accepted_finding_does_not_block_and_keeps_its_reason()
    {
        var rollout = Stack.Rollout(Stack.Built("web", "app"), Stack.Built("api", "app")) with
        {
            Accepted = [new AcceptedFinding("vc201", "web", "built elsewhere")],
        };

        var verified = await new ContextVerifier(MemorySource.With(MemoryRepository.Of("app/main.py")), new MemoryLog())
            .VerifyAsync(rollout, TestContext.Current.CancellationToken);

        verified.Services.Select(it => it.Verdict).ShouldBe([Verdict.Unknown, Verdict.Blocked]);
        verified.Services[0].Findings.ShouldHaveSingleItem().Accepted.ShouldBe("built elsewhere");
        verified.Services[1].Findings.ShouldHaveSingleItem().Blocks.ShouldBeTrue();
    }

    [Fact]
    public async Task The_rest_of_the_allowance_is_told_once()
    {
        var log = new MemoryLog();
        var repository = MemoryRepository.Of("Dockerfile");
        var told = MemorySource.With(repository);
        var source = new MemorySource { Budget = "GitHub: used 2 of 60 requests" };
        foreach (var (key, value) in told.Refs)
            source.Refs[key] = value;
        foreach (var (key, value) in told.Trees)
            source.Trees[key] = value;
        foreach (var (key, value) in told.Blobs)
            source.Blobs[key] = value;

        await new ContextVerifier(source, log).VerifyAsync(Stack.Rollout(Stack.Built("web", "")), TestContext.Current.CancellationToken);

        log.Lines.Where(line => line.StartsWith("information:", StringComparison.Ordinal)).ShouldBe(["information: GitHub: used 2 of 60 requests"]);
    }

    private static async Task<Finding> OnlyFinding(MemoryRepository repository, Service service)
    {
        var verified = await Verify(MemorySource.With(repository), [service]);
        verified.Services[0].Verdict.ShouldBe(Verdict.Blocked);
        verified.Services[0].Context.ShouldBeNull();
        return verified.Services[0].Findings.ShouldHaveSingleItem();
    }

    private static Task<VerifiedRollout> Verify(IRepositorySource source, IReadOnlyList<Service> services) =>
        new ContextVerifier(source, new MemoryLog()).VerifyAsync(Stack.Rollout(services), TestContext.Current.CancellationToken);
}
