using System.Net;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.GitHub;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Contexts.GitHub;

public sealed class GitHubRefusalTests : IDisposable
{
    private const string Token = "ghp_canary0123456789";
    private static readonly MemoryRepository Repository = MemoryRepository.Of("app/Dockerfile");
    private readonly FakeTimeProvider clock = new(new DateTimeOffset(2026, 1, 2, 13, 0, 0, TimeSpan.Zero));
    private readonly MemoryLog log = new();
    private readonly string cache = Directory.CreateTempSubdirectory("contexts-").FullName;

    public void Dispose() => Directory.Delete(cache, recursive: true);

    [Fact]
    public async Task A_rejected_token_names_where_it_came_from()
    {
        var refused = await Refusal(Always(() => FakeGitHub.Json(HttpStatusCode.Unauthorized, new { message = "Bad credentials" })), Token);

        refused.Failure.ShouldBe(FailureClass.CredentialsRejected);
        refused.Message.ShouldBe("127.0.0.1:8099 rejects the GitHub token: Bad credentials");
        refused.Remedy.ShouldContain("--github-token, GITHUB_TOKEN or GH_TOKEN");
    }

    [Fact]
    public async Task A_forbidden_organisation_wants_single_sign_on()
    {
        var refused = await Refusal(Always(() => FakeGitHub.Json(
            HttpStatusCode.Forbidden, new { message = "Resource protected by organization SAML enforcement." }, ("x-github-sso", "required; url=x"))), Token);

        refused.Failure.ShouldBe(FailureClass.CredentialsRejected);
        refused.Remedy.ShouldContain("single sign-on");
    }

    [Fact]
    public async Task A_plain_403_is_explained()
    {
        var refused = await Refusal(Always(() => FakeGitHub.Json(HttpStatusCode.Forbidden, new { message = "go away" })));

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
        refused.Message.ShouldBe("127.0.0.1:8099 forbids GET /repos/Bizoholic-Digital/bizosaas-platform/commits/main: go away");
        refused.Evidence.ShouldBe(["HTTP 403 Forbidden", "go away"]);
    }

    [Fact]
    public async Task An_exhausted_limit_ends_at_once_and_says_when_to_come_back()
    {
        var gitHub = Always(() => FakeGitHub.Json(HttpStatusCode.Forbidden, new { message = "API rate limit exceeded" },
            ("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", $"{clock.GetUtcNow().AddMinutes(42).ToUnixTimeSeconds()}")));

        var refused = await Refusal(gitHub);

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
        refused.Message.ShouldBe("127.0.0.1:8099 lets us ask no more: all 60 requests of the hour are used; more from 13:42 UTC");
        refused.Remedy.ShouldContain("5,000 requests an hour");
        gitHub.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_short_pause_that_GitHub_asks_for_is_waited_and_said()
    {
        var gitHub = First(1, () => FakeGitHub.Json(HttpStatusCode.TooManyRequests, new { message = "slow down" }, ("Retry-After", "12")));
        using var source = Source(gitHub);

        (await Drive(Resolve(source))).ShouldBe(new ResolvedRef(Repository.Commit, "main"));

        log.Lines.ShouldContain("warning: GitHub asks for a pause of 12 s (answer 429); waiting");
        (clock.GetUtcNow() - clock.Start).ShouldBeGreaterThanOrEqualTo(TimeSpan.FromSeconds(12));
    }

    [Fact]
    public async Task Pauses_have_one_budget_a_run()
    {
        var gitHub = Always(() => FakeGitHub.Json(HttpStatusCode.TooManyRequests, new { message = "slow down" }, ("Retry-After", "25")));

        var refused = await Refusal(gitHub);

        refused.Message.ShouldBe("127.0.0.1:8099 lets us ask no more: it asks for a pause of 25 s; more from 13:01 UTC");
        gitHub.Requests.Count.ShouldBe(3, "two pauses of 25 s fit into 60 s");
    }

    [Fact]
    public async Task Requests_that_wait_side_by_side_spend_the_time_once()
    {
        var budget = new WaitBudget(TimeSpan.FromSeconds(60), clock);

        budget.TryTake(TimeSpan.FromSeconds(40), all: true).ShouldBeTrue();
        budget.TryTake(TimeSpan.FromSeconds(40), all: true).ShouldBeTrue();
        var rest = budget.RestAsync(TestContext.Current.CancellationToken);
        rest.IsCompleted.ShouldBeFalse("nobody asks while GitHub wants silence");
        clock.Advance(TimeSpan.FromSeconds(40));
        await rest;
        budget.TryTake(TimeSpan.FromSeconds(21), all: true).ShouldBeFalse();
        budget.TryTake(TimeSpan.FromSeconds(20), all: true).ShouldBeTrue();
    }

    [Fact]
    public async Task A_long_pause_is_not_waited() =>
        (await Refusal(Always(() => FakeGitHub.Json(HttpStatusCode.TooManyRequests, new { message = "slow down" }, ("Retry-After", "3600")))))
            .Message.ShouldBe("127.0.0.1:8099 lets us ask no more: it asks for a pause of 3600 s; more from 14:00 UTC");

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task A_server_error_that_passes_is_only_a_delay(int errors)
    {
        using var source = Source(First(errors, () => FakeGitHub.Json(HttpStatusCode.BadGateway, new { message = "oops" })));

        (await Drive(Resolve(source))).ShouldBeOfType<ResolvedRef>();
        source.Usage[Stack.Repository].ShouldBe(new ApiUsage(errors + 1, errors + 1));
    }

    [Fact]
    public async Task A_server_error_that_stays_ends_after_five_tries()
    {
        var gitHub = Always(() => FakeGitHub.Json(HttpStatusCode.InternalServerError, new { message = "oops" }));

        var refused = await Refusal(gitHub);

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
        refused.Message.ShouldBe("127.0.0.1:8099 failed 5 times at GET /repos/Bizoholic-Digital/bizosaas-platform/commits/main: "
            + "it answered 500 Internal Server Error");
        gitHub.Requests.Count.ShouldBe(5);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_tried_again()
    {
        var gitHub = new FakeGitHub(Repository)
        {
            Instead = (_, number, _) => number == 1
                ? throw new HttpRequestException("connection reset")
                : Task.FromResult<HttpResponseMessage?>(null),
        };
        using var source = Source(gitHub);

        (await Drive(Resolve(source))).ShouldBeOfType<ResolvedRef>();
    }

    [Fact]
    public async Task A_server_that_hangs_ends_with_whom_what_and_how_long()
    {
        var gitHub = new FakeGitHub(Repository)
        {
            Instead = async (_, _, token) =>
            {
                await Task.Delay(System.Threading.Timeout.Infinite, token);
                return null;
            },
        };

        var refused = await Refusal(gitHub);

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
        refused.Message.ShouldMatch(
            "^127.0.0.1:8099 does not answer GET /repos/Bizoholic-Digital/bizosaas-platform/commits/main: silent for 15 s, tried 2 times, 3[0-9] s in all$");
    }

    [Fact]
    public async Task A_body_that_stops_in_the_middle_counts_as_silence()
    {
        var gitHub = Always(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessSilence()) });

        (await Refusal(gitHub)).Message.ShouldContain("silent for 15 s");
    }

    [Theory]
    [InlineData("<html>captive portal</html>")]
    [InlineData("{\"message\":\"fine\"}")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task An_answer_that_GitHub_does_not_send_is_refused_and_not_kept(string body)
    {
        var refused = await Refusal(Always(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent(body, Encoding.UTF8, "application/json") }));

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
        refused.Message.ShouldContain("something that GitHub does not send");
        Directory.GetFiles(cache).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a//b")]
    [InlineData("/etc/passwd")]
    [InlineData("a\0b")]
    public async Task A_tree_with_a_path_that_git_cannot_hold_is_refused(string path)
    {
        var gitHub = Always(() => FakeGitHub.Json(HttpStatusCode.OK, new { tree = new[] { new { path, mode = "100644", sha = Repository.Commit } } }));
        using var source = Source(gitHub);

        var refused = await Should.ThrowAsync<WorldRefusedException>(Drive(source.ReadTreeAsync(Stack.Repository, Repository.Commit, [], TestContext.Current.CancellationToken)));

        refused.Message.ShouldContain("an entry that git cannot hold");
        refused.Message.ShouldNotContain("\0");
        Directory.GetFiles(cache).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_token_goes_to_GitHub_and_into_no_file_no_log_and_no_message()
    {
        var echo = First(1, () => FakeGitHub.Json(HttpStatusCode.Forbidden, new { message = $"token {Token} is bad" }));
        using var source = Source(echo, Token);
        var refused = await Should.ThrowAsync<WorldRefusedException>(Drive(Resolve(source)));
        await Drive(Resolve(source));

        echo.Requests[0].Headers.Authorization!.Parameter.ShouldBe(Token);
        refused.ToString().ShouldNotContain(Token);
        string.Join('\n', refused.Evidence).ShouldNotContain(Token);
        log.Lines.ShouldNotContain(line => line.Contains(Token));
        var files = Directory.GetFiles(cache);
        files.ShouldNotBeEmpty();
        files.Select(File.ReadAllText).ShouldNotContain(text => text.Contains(Token));
    }

    [Fact]
    public async Task No_other_host_is_asked_in_GitHubs_place()
    {
        var gitHub = Always(() => Redirect("https://evil.example/repos/x"));

        var refused = await Refusal(gitHub, Token);

        refused.Message.ShouldContain("redirects GET /repos/Bizoholic-Digital/bizosaas-platform/commits/main to https://evil.example");
        gitHub.Requests.ShouldAllBe(request => request.RequestUri!.Authority == "127.0.0.1:8099");
    }

    [Fact]
    public async Task A_renamed_repository_is_followed_on_the_same_host()
    {
        var gitHub = new FakeGitHub(Repository)
        {
            Instead = (request, _, _) => Task.FromResult(request.RequestUri!.AbsolutePath.Contains("/old/", StringComparison.Ordinal)
                ? Redirect("/repos/Bizoholic-Digital/bizosaas-platform/commits/main")
                : null),
        };
        using var source = Source(gitHub, Token);
        var old = new RepositoryName("old", "name");

        (await source.ResolveAsync(old, "main", TestContext.Current.CancellationToken)).ShouldBeOfType<ResolvedRef>();
        await source.ReadTreeAsync(old, Repository.Commit, [], TestContext.Current.CancellationToken);

        source.TraitsOf(old).CurrentName.ShouldBe(Stack.Repository);
        gitHub.Paths.ShouldBe(
        [
            "/repos/old/name/commits/main",
            "/repos/Bizoholic-Digital/bizosaas-platform/commits/main",
            "/repos/Bizoholic-Digital/bizosaas-platform",
            $"/repos/Bizoholic-Digital/bizosaas-platform/git/trees/{Repository.Commit}?recursive=1",
        ], "what is known to have moved is asked for at its new address at once");
        source.Usage[old].ShouldBe(new ApiUsage(4, 4));
    }

    [Fact]
    public async Task An_archive_is_fetched_from_another_host_without_the_token()
    {
        var gitHub = new FakeGitHub(Repository)
        {
            Instead = (request, _, _) => Task.FromResult<HttpResponseMessage?>(request.RequestUri!.Host == "codeload.example"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent([1, 2, 3]) }
                : Redirect("https://codeload.example/archive?token=theirs")),
        };
        using var source = Source(gitHub, Token);

        await using var archive = await source.OpenArchiveAsync(Stack.Repository, Repository.Commit, TestContext.Current.CancellationToken);
        var bytes = new MemoryStream();
        await archive.CopyToAsync(bytes, TestContext.Current.CancellationToken);

        bytes.ToArray().ShouldBe([1, 2, 3]);
        gitHub.Requests[0].Headers.Authorization!.Parameter.ShouldBe(Token);
        gitHub.Requests[1].Headers.Authorization.ShouldBeNull();
        gitHub.Requests[1].Headers.ToString().ShouldNotContain(Token);
        source.Usage[Stack.Repository].ShouldBe(new ApiUsage(1, 1));
    }

    [Fact]
    public async Task An_archive_that_stalls_ends_in_words()
    {
        using var source = Source(Always(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(new EndlessSilence()) }));

        await using var archive = await source.OpenArchiveAsync(Stack.Repository, Repository.Commit, TestContext.Current.CancellationToken);
        var refused = await Should.ThrowAsync<WorldRefusedException>(Drive(archive.ReadAsync(new byte[10], TestContext.Current.CancellationToken).AsTask()));

        refused.Message.ShouldContain("it stopped in the middle and was silent for 15 s");
    }

    [Fact]
    public void A_token_that_cannot_be_one_is_refused_without_showing_it()
    {
        var refused = Should.Throw<WorldRefusedException>(() => Source(new FakeGitHub(Repository), Token + "\nX-Evil: 1"));

        refused.Failure.ShouldBe(FailureClass.CredentialsRejected);
        refused.ToString().ShouldNotContain(Token);
    }

    [Fact]
    public async Task Cancelling_is_no_refusal()
    {
        using var stop = new CancellationTokenSource();
        using var source = Source(new FakeGitHub(Repository)
        {
            Instead = async (_, _, token) =>
            {
                await stop.CancelAsync();
                await Task.Delay(System.Threading.Timeout.Infinite, token);
                return null;
            },
        });

        await Should.ThrowAsync<OperationCanceledException>(source.ResolveAsync(Stack.Repository, "main", stop.Token));
    }

    private static HttpResponseMessage Redirect(string to)
    {
        var response = new HttpResponseMessage(HttpStatusCode.MovedPermanently);
        response.Headers.Location = new Uri(to, UriKind.RelativeOrAbsolute);
        return response;
    }

    private static FakeGitHub Always(Func<HttpResponseMessage> answer) => First(int.MaxValue, answer);

    private static FakeGitHub First(int many, Func<HttpResponseMessage> answer) =>
        new(Repository) { Instead = (_, number, _) => Task.FromResult(number <= many ? answer() : null) };

    private async Task<WorldRefusedException> Refusal(FakeGitHub gitHub, string? token = null)
    {
        using var source = Source(gitHub, token);
        return await Should.ThrowAsync<WorldRefusedException>(Drive(Resolve(source)));
    }

    private GitHubRepositorySource Source(HttpMessageHandler wire, string? token = null) =>
        new(new Uri(FakeGitHub.Root), token, cache, clock, log, Patience.Default, wire);

    private static Task<RefResolution> Resolve(GitHubRepositorySource source) =>
        source.ResolveAsync(Stack.Repository, "main", TestContext.Current.CancellationToken);

    // Lets time pass as long as the task waits for it.
    private async Task<T> Drive<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            clock.Advance(TimeSpan.FromMilliseconds(500));
            await Task.WhenAny(task, Task.Delay(1, TestContext.Current.CancellationToken));
        }

        return await task;
    }

    private sealed class EndlessSilence : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Delay(System.Threading.Timeout.Infinite, cancellationToken);
            return 0;
        }
    }
}
