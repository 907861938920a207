using PhasedRollout.Demo.GitHub;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A deployment tells GitHub of itself, by Deployment, commit status and comment; what GitHub answers changes no deployment.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class GitHubNoticeTests(GitHubNoticeTests.Fixture fixture) : IClassFixture<GitHubNoticeTests.Fixture>
{
    private const string Token = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB";

    private static readonly Dictionary<string, string> Variables = new() { ["GITHUB_TOKEN"] = Token };

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task Every_phase_is_told_and_the_comment_is_written_anew_rather_than_again()
    {
        await BeginAsync();
        World.GitHub.Writes.AddComment(12, "Looks good to me");

        (await DeployAsync(0)).Output.ShouldNotContain(Token);
        await World.WriteAsync(PlainStack.Of(World, "2"));
        await DeployAsync(0);

        var writes = World.GitHub.Writes;
        writes.Deployments.Count.ShouldBe(2);
        var commit = writes.Deployments[0].Commit;
        commit.Length.ShouldBe(40);
        writes.Deployments.ShouldAllBe(deployment => deployment.Environment == "staging" && deployment.Commit == commit);
        writes.Deployments[1].States.Select(state => $"{state.State}: {state.Description}").SkipLast(1).ShouldBe(
        [
            "in_progress: Phase 1 of 2, First: deploying",
            "in_progress: Phase 1 of 2, First: succeeded",
            "in_progress: Phase 2 of 2, Second: deploying",
            "in_progress: Phase 2 of 2, Second: succeeded",
        ]);
        writes.Deployments[1].States[^1].State.ShouldBe("success");
        writes.Statuses.Select(status => (status.Commit, status.Context, status.State)).ShouldBe(
            [(commit, "phased-rollout/staging", "success"), (commit, "phased-rollout/staging", "success")]);
        writes.Comments.Count.ShouldBe(2);
        writes.Comments[0].Body.ShouldBe("Looks good to me");
        writes.Comments[1].Issue.ShouldBe(12);
        writes.Comments[1].Body.ShouldContain((await World.ReadReportAsync()).RunId, Case.Sensitive);
    }

    [Fact]
    public async Task A_failed_deployment_ends_with_its_cause_at_the_commit()
    {
        await BeginAsync();
        var failing = PlainStack.Of(World, "1");
        await World.WriteAsync(failing with { Compose = failing.Compose.Replace("[\"CMD\", \"true\"]", "[\"CMD\", \"false\"]", StringComparison.Ordinal) });

        await DeployAsync(1);

        var deployment = World.GitHub.Writes.Deployments.ShouldHaveSingleItem();
        deployment.States.Select(state => state.State).ShouldBe(["in_progress", "failure", "failure"]);
        deployment.States[^1].Description.ShouldStartWith("unhealthy: ");
        var status = World.GitHub.Writes.Statuses.ShouldHaveSingleItem();
        status.State.ShouldBe("failure");
        status.Description.ShouldBe(deployment.States[^1].Description);
        World.GitHub.Writes.Comments.ShouldHaveSingleItem().Body.ShouldContain("unhealthy", Case.Sensitive);
    }

    [Theory]
    [InlineData(GitHubFaultKind.Forbidden)]
    [InlineData(GitHubFaultKind.NotFound)]
    [InlineData(GitHubFaultKind.BadGateway)]
    [InlineData(GitHubFaultKind.Drop)]
    public async Task What_GitHub_answers_to_a_status_fails_no_deployment(GitHubFaultKind kind)
    {
        await BeginAsync();
        World.GitHub.Fail(new GitHubFault("/deployments/", kind, 1));

        var run = await DeployAsync(0);

        run.ShouldSay("GitHub did not take a deployment status");
        var deployment = World.GitHub.Writes.Deployments.ShouldHaveSingleItem();
        // What passes is told when the run has ended; a refusal stays one.
        deployment.States.Select(state => state.State).ShouldBe(kind is GitHubFaultKind.Forbidden or GitHubFaultKind.NotFound ? [] : ["success"]);
        World.GitHub.Writes.Statuses.ShouldHaveSingleItem().State.ShouldBe("success");
        World.GitHub.Writes.Comments.ShouldHaveSingleItem();
        (await World.Engine.ContainersAsync()).Count.ShouldBe(3);
    }

    private async Task BeginAsync()
    {
        World.Tokens.Add(Token);
        await World.ServeAnewAsync();
        await World.Engine.RemoveAsync();
        World.DeleteOutput();
        await World.WriteAsync(World.Good);
    }

    private async Task<ProgramRun> DeployAsync(int expected) =>
        (await World.RunAsync(Variables, "Deploy", "--github-deployment", "staging", "--github-comment", "12")).ShouldEndWith(expected);

    /// <summary>Three services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "notices");
}
