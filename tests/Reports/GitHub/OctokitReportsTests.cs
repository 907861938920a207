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

    private static GitHubStandInOptions Options(TemporaryRepository repository) => new()
    {
        Repositories = new Dictionary<string, string> { ["acme/platform"] = repository.Directory },
        Tokens = new HashSet<string> { Token },
    };
}
