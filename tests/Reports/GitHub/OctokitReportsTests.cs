using System.Net;
using System.Text;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Reports;
using PhasedRollout.Reports.GitHub;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Demo.GitHub;

namespace PhasedRollout.Tests.Reports.GitHub;

public class OctokitReportsTests
{
    private const string Token = "ghp_0123456789abcdef0123";
    private static readonly GitHubPlace Place = new("acme", "platform", "0123456789abcdef0123456789abcdef01234567", "https://github.com/acme/platform/actions/runs/7");

    [Fact]
    public async Task A_deployment_its_statuses_a_commit_status_and_a_comment_reach_GitHub()
    {
        var stop = TestContext.Current.CancellationToken;
        using var repository = new TemporaryRepository(("README.md", "shop"));
        await using var github = GitHubStandIn.Start(Options(repository));
        using var reports = new OctokitReports(github.Url, Token);

        var id = await reports.CreateDeploymentAsync(Place, "staging", "shop", stop);
        await reports.SetDeploymentStatusAsync(Place, id, GitHubState.InProgress, "Phase 1", stop);
        await reports.SetDeploymentStatusAsync(Place, id, GitHubState.Success, "done", stop);
        await reports.SetCommitStatusAsync(Place, "phased-rollout/staging", GitHubState.Failure, "build-failure", stop);

        var deployment = github.Writes.Deployments.ShouldHaveSingleItem();
        (deployment.Commit, deployment.Environment).ShouldBe((Place.Commit, "staging"));
        deployment.States.Select(state => state.State).ShouldBe(["in_progress", "success"]);
        deployment.States[0].LogUrl.ShouldBe(Place.JobUrl);
        github.Writes.Statuses.ShouldBe([new WrittenStatus(Place.Commit, "phased-rollout/staging", "failure", "build-failure")]);
        github.UnexpectedRequests.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_comment_is_written_over_the_one_before_and_never_over_somebody_else_s()
    {
        var stop = TestContext.Current.CancellationToken;
        using var repository = new TemporaryRepository(("README.md", "shop"));
        await using var github = GitHubStandIn.Start(Options(repository));
        foreach (var number in Enumerable.Range(1, 120))
            github.Writes.AddComment(12, $"comment {number} quotes <!-- m -->");
        using var reports = new OctokitReports(github.Url, Token);

        await reports.WriteCommentAsync(Place, 12, "<!-- m -->", "<!-- m -->\nfirst", stop);
        await reports.WriteCommentAsync(Place, 12, "<!-- m -->", "<!-- m -->\nsecond", stop);

        github.Writes.Comments.Count.ShouldBe(121);
        github.Writes.Comments[^1].Body.ShouldBe("<!-- m -->\nsecond");
    }

    [Fact]
    public async Task A_token_that_may_not_write_is_a_refusal_that_names_what_it_needs()
    {
        using var repository = new TemporaryRepository(("README.md", "shop"));
        await using var github = GitHubStandIn.Start(Options(repository));
        using var reports = new OctokitReports(github.Url, "ghp_another0123456789abcd");

        var refused = await Should.ThrowAsync<WorldRefusedException>(() => reports.CreateDeploymentAsync(Place, "staging", "shop", TestContext.Current.CancellationToken));

        refused.Remedy.ShouldContain("deployments");
        refused.Message.ShouldNotContain("ghp_");
    }

    [Fact]
    public async Task Every_request_is_sent_as_the_documentation_asks()
    {
        var stop = TestContext.Current.CancellationToken;
        using var wire = new Wire(_ => (HttpStatusCode.Created, "application/json", "{\"id\":5000000000,\"state\":\"a state of later times\"}"));
        using var reports = new OctokitReports(new Uri("https://github.example/api/v3"), Token, () => wire);

        (await reports.CreateDeploymentAsync(Place, "staging", "shop \"1\" ▶", stop)).ShouldBe(5000000000);
        await reports.SetDeploymentStatusAsync(Place, 7, GitHubState.InProgress, "Phase 1", stop);
        await reports.SetDeploymentStatusAsync(Place with { JobUrl = null }, 7, GitHubState.Error, "stopped", stop);
        await reports.SetCommitStatusAsync(Place, "phased-rollout/staging", GitHubState.InProgress, "deploying", stop);
        await reports.WriteCommentAsync(Place with { Name = "a b" }, 12, "<!-- m -->", "<!-- m -->\nfirst", stop);

        const string Root = "https://github.example/api/v3/repos/acme/platform";
        wire.Requests.ShouldBe(
        [
            $"POST {Root}/deployments " + """{"ref":"0123456789abcdef0123456789abcdef01234567","auto_merge":false,"required_contexts":[],"environment":"staging","description":"shop \u00221\u0022 \u25B6"}""",
            $"POST {Root}/deployments/7/statuses " + """{"state":"in_progress","log_url":"https://github.com/acme/platform/actions/runs/7","description":"Phase 1"}""",
            $"POST {Root}/deployments/7/statuses " + """{"state":"error","description":"stopped"}""",
            $"POST {Root}/statuses/{Place.Commit} " + """{"state":"pending","target_url":"https://github.com/acme/platform/actions/runs/7","description":"deploying","context":"phased-rollout/staging"}""",
            "GET https://github.example/api/v3/repos/acme/a%20b/issues/12/comments ",
            "POST https://github.example/api/v3/repos/acme/a%20b/issues/12/comments " + """{"body":"\u003C!-- m --\u003E\nfirst"}""",
        ]);
        wire.Tokens.ShouldBe(["Token " + Token]);
    }

    [Theory]
    [InlineData(403, "application/json", """{"message":"Resource not accessible","documentation_url":"https://docs.github.com/rest"}""", true, "403 Resource not accessible")]
    [InlineData(404, "application/json", """{"message":"Not Found"}""", true, "404 Not Found")]
    [InlineData(422, "application/json", """{"message":"Validation Failed","errors":[{"resource":"Deployment","code":"custom"}]}""", true, "422 Validation Failed")]
    [InlineData(403, "application/json", """{"message":"API rate limit exceeded for user"}""", false, "403 API Rate Limit exceeded")]
    [InlineData(403, "application/json", """{"message":"You have exceeded a secondary rate limit. Please wait"}""", false, "403")]
    [InlineData(429, "application/json", """{"message":"Too many"}""", false, "429 Too many")]
    [InlineData(502, "text/html", "<html>Bad Gateway</html>", false, "502 <html>Bad Gateway</html>")]
    [InlineData(500, "application/json", "[1]", false, "500")]
    [InlineData(503, "text/plain", "", false, "503")]
    public async Task What_GitHub_refuses_is_told_in_its_words(int status, string contentType, string body, bool isRefusal, string told)
    {
        using var wire = new Wire(_ => ((HttpStatusCode)status, contentType, body));
        using var reports = new OctokitReports(new Uri("https://github.example"), Token, () => wire);

        var refused = await Should.ThrowAsync<WorldRefusedException>(
            () => reports.SetDeploymentStatusAsync(Place, 7, GitHubState.Success, "done", TestContext.Current.CancellationToken));

        refused.Failure.ShouldBe(isRefusal ? FailureClass.CredentialsRejected : FailureClass.GitHubUnavailable);
        refused.Message.ShouldStartWith("GitHub did not take a deployment status for acme/platform: " + told);
    }

    [Theory]
    [InlineData("text/html", "<html>It works!</html>")]
    [InlineData("application/json", "{}")]
    [InlineData("application/json", "{\"id\":")]
    [InlineData("application/json", "\"no\"")]
    public async Task What_is_no_answer_of_GitHub_s_is_told_and_fails_nothing_else(string contentType, string body)
    {
        using var wire = new Wire(_ => (HttpStatusCode.OK, contentType, body));
        using var reports = new OctokitReports(new Uri("https://github.example"), Token, () => wire);

        var refused = await Should.ThrowAsync<WorldRefusedException>(
            () => reports.CreateDeploymentAsync(Place, "staging", "shop", TestContext.Current.CancellationToken));

        refused.Failure.ShouldBe(FailureClass.GitHubUnavailable);
    }

    private static GitHubStandInOptions Options(TemporaryRepository repository) => new()
    {
        Repositories = new Dictionary<string, string> { ["acme/platform"] = repository.Directory },
        Tokens = new HashSet<string> { Token },
    };

    private sealed class Wire(Func<HttpRequestMessage, (HttpStatusCode Status, string ContentType, string Body)> answer) : HttpMessageHandler
    {
        public List<string> Requests { get; } = [];

        public HashSet<string> Tokens { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken);
            Requests.Add($"{request.Method} {request.RequestUri!.AbsoluteUri} {body}");
            Tokens.Add(request.Headers.Authorization!.ToString());
            var (status, contentType, text) = answer(request);
            return new HttpResponseMessage(status) { RequestMessage = request, Content = new StringContent(text, Encoding.UTF8, contentType) };
        }
    }
}
