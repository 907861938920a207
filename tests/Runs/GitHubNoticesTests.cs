using PhasedRollout.Reports;
using PhasedRollout.Rollouts;
using PhasedRollout.Runs;
using PhasedRollout.Tests.Contexts;
using PhasedRollout.Tests.Reports;

namespace PhasedRollout.Tests.Runs;

public class GitHubNoticesTests
{
    private readonly MemoryLog log = new();
    private readonly MemoryGitHub github = new();

    [Fact]
    public async Task A_failed_deployment_is_told_phase_by_phase_with_its_cause()
    {
        await RunAsync(Notices("staging", null), SampleRuns.BuildFailed);

        github.Told.ShouldBe(
        [
            "deployment acme/platform@0123456 staging: shop: 3 phases, run 20261123T212705Z-1f2e",
            "InProgress: Phase 1 of 3, Pre-built image: deploying",
            "InProgress: Phase 1 of 3, Pre-built image: succeeded",
            "InProgress: Phase 2 of 3, Core services: deploying",
            "Failure: Phase 2 of 3, Core services: rolled back",
            "Failure: build-failure: The image of brain-api could not be built: step 4 of 7 failed.",
            "commit phased-rollout/staging Failure: build-failure: The image of brain-api could not be built: step 4 of 7 failed.",
        ]);
    }

    [Fact]
    public async Task What_GitHub_refuses_is_one_warning_each_and_fails_nothing()
    {
        github.Refusal = new WorldRefusedException(FailureClass.CredentialsRejected, "GitHub did not take a deployment: 403", "the token needs to write");

        await RunAsync(Notices("staging", "12"), SampleRuns.BuildFailed);

        // A Deployment, a commit status and a comment: each needs a permission of its own.
        github.Asked.ShouldBe(3);
        log.Lines.Count(line => line.Contains("403", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task A_GitHub_that_is_down_is_not_waited_for_with_every_phase_and_told_the_end()
    {
        github.Refusal = new WorldRefusedException(FailureClass.GitHubUnavailable, "GitHub did not take a deployment status: 502", "later");
        github.RefusedRequests = 2..3;

        await RunAsync(Notices("staging", null), SampleRuns.BuildFailed);

        github.Told.ShouldBe(
        [
            "deployment acme/platform@0123456 staging: shop: 3 phases, run 20261123T212705Z-1f2e",
            "Failure: build-failure: The image of brain-api could not be built: step 4 of 7 failed.",
            "commit phased-rollout/staging Failure: build-failure: The image of brain-api could not be built: step 4 of 7 failed.",
        ]);
        log.Lines.Count(line => line.Contains("502", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Without_a_token_it_says_so_once()
    {
        await RunAsync(new GitHubNotices(new GitHubNoticeSettings("staging", "12", new Dictionary<string, string>()), null, new Redactor(), log), SampleRuns.Succeeded);

        log.Lines.Count(line => line.Contains("token", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task A_comment_holds_no_secret_and_the_same_marker_each_time()
    {
        var redactor = new Redactor();
        redactor.Add("hunter2");
        foreach (var id in (string[])["2026-01", "2026-02"])
        {
            var record = SampleRuns.BuildFailed with { Id = id, Diagnoses = [SampleRuns.BuildFailed.Diagnoses[0] with { Cause = "refused hunter2" }] };
            var notices = new GitHubNotices(new GitHubNoticeSettings(null, "12", new Dictionary<string, string>()), github, redactor, log);
            await notices.EndedAsync(ReportModelBuilder.Build(record, redactor), record, TestContext.Current.CancellationToken);
        }

        github.Comments.Select(comment => comment.Marker).Distinct().ShouldHaveSingleItem();
        github.Comments.ShouldAllBe(comment => comment.Number == 12 && comment.Body.StartsWith(comment.Marker) && !comment.Body.Contains("hunter2"));
    }

    [Fact]
    public async Task The_job_s_own_repository_and_commit_come_first()
    {
        var variables = new Dictionary<string, string>
        {
            ["GITHUB_REPOSITORY"] = "me/infra",
            ["GITHUB_SHA"] = "fedcba9876543210fedcba9876543210fedcba98",
            ["GITHUB_SERVER_URL"] = "https://github.com",
            ["GITHUB_RUN_ID"] = "77",
        };

        await RunAsync(new GitHubNotices(new GitHubNoticeSettings("staging", null, variables), github, new Redactor(), log), SampleRuns.Succeeded);

        github.Places.Distinct().ShouldBe([new GitHubPlace("me", "infra", variables["GITHUB_SHA"], "https://github.com/me/infra/actions/runs/77")]);
    }

    [Theory]
    [InlineData("refs/pull/12/merge", 12)]
    [InlineData("refs/heads/main", null)]
    [InlineData("refs/pull/99999999999/merge", null)]
    [InlineData(null, null)]
    public void A_pull_request_is_read_from_the_ref(string? reference, int? number) => GitHubNotices.PullRequestOf(reference).ShouldBe(number);

    private GitHubNotices Notices(string? environment, string? comment) =>
        new(new GitHubNoticeSettings(environment, comment, new Dictionary<string, string>()), github, new Redactor(), log);

    private static async Task RunAsync(GitHubNotices notices, RunRecord record)
    {
        foreach (var phase in record.PhaseOutcomes)
        {
            var title = record.Rollout!.Phases[phase.Outcome.Phase - 1].Title;
            await notices.PhaseBeginsAsync(record, phase.Outcome.Phase, title, record.Rollout.Phases.Count, TestContext.Current.CancellationToken);
            await notices.PhaseEndedAsync(phase.Outcome, title, record.Rollout.Phases.Count);
        }

        await notices.EndedAsync(ReportModelBuilder.Build(record, new Redactor()), record, TestContext.Current.CancellationToken);
    }

    private sealed class MemoryGitHub : IGitHubReports
    {
        public List<string> Told { get; } = [];

        public List<GitHubPlace> Places { get; } = [];

        public List<(int Number, string Marker, string Body)> Comments { get; } = [];

        public int Asked { get; private set; }

        public WorldRefusedException? Refusal { get; set; }

        public Range RefusedRequests { get; set; } = 1..1000;

        public Task<long> CreateDeploymentAsync(GitHubPlace place, string environment, string description, CancellationToken cancellationToken)
        {
            Tell(place, $"deployment {place.Owner}/{place.Name}@{place.Commit[..7]} {environment}: {description}");
            return Task.FromResult(7L);
        }

        public Task SetDeploymentStatusAsync(GitHubPlace place, long deployment, GitHubState state, string description, CancellationToken cancellationToken)
        {
            deployment.ShouldBe(7);
            Tell(place, $"{state}: {description}");
            return Task.CompletedTask;
        }

        public Task SetCommitStatusAsync(GitHubPlace place, string context, GitHubState state, string description, CancellationToken cancellationToken)
        {
            Tell(place, $"commit {context} {state}: {description}");
            return Task.CompletedTask;
        }

        public Task WriteCommentAsync(GitHubPlace place, int pullRequest, string marker, string body, CancellationToken cancellationToken)
        {
            Tell(place, "comment");
            Comments.Add((pullRequest, marker, body));
            return Task.CompletedTask;
        }

        private void Tell(GitHubPlace place, string what)
        {
            Asked++;
            if (Refusal is not null && Asked >= RefusedRequests.Start.Value && Asked < RefusedRequests.End.Value)
                throw Refusal;

            what.Length.ShouldBeLessThan(300);
            Places.Add(place);
            Told.Add(what);
        }
    }
}
