using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.GitHub;
using PhasedRollout.Tests.Scenarios.EndToEnd;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>GitHub does not answer as one wishes: a clear sentence, the right class, and nothing is touched.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class GitHubFaultTests(GitHubFaultTests.Fixture fixture) : IClassFixture<GitHubFaultTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task A_token_that_GitHub_rejects_is_a_matter_of_credentials()
    {
        await World.ServeAnewAsync();

        var run = await RefuseAsync("credentials-rejected", new Dictionary<string, string> { ["GITHUB_TOKEN"] = "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB" });

        run.Output.ShouldNotContain("ghp_0123456789");
        run.ShouldSay("token");
    }

    [Theory]
    [InlineData(GitHubFaultKind.RateLimited, "github-unavailable", "rate limit")]
    [InlineData(GitHubFaultKind.TooManyRequests, "github-unavailable", "rate limit")]
    [InlineData(GitHubFaultKind.ServerError, "github-unavailable", "500")]
    [InlineData(GitHubFaultKind.NotFound, "build-context-not-found", FixtureRepository.FullName)]
    [InlineData(GitHubFaultKind.Garbage, "github-unavailable", "127.0.0.1")]
    public async Task GitHub_refuses(GitHubFaultKind kind, string expected, string said)
    {
        await World.ServeAnewAsync();
        World.GitHub.Fail(new GitHubFault("", kind) { Delay = TimeSpan.FromSeconds(1) });

        var run = await RefuseAsync(expected);

        run.Output.ShouldContain(said, Case.Insensitive);
    }

    [Fact]
    public async Task GitHub_hangs()
    {
        await World.ServeAnewAsync();
        World.GitHub.Fail(new GitHubFault("", GitHubFaultKind.Hang));

        (await RefuseAsync("github-unavailable")).Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(90));
    }

    [Fact]
    public async Task GitHub_cannot_be_reached()
    {
        await World.ServeAnewAsync();

        await RefuseAsync("github-unavailable", arguments: ["--github-url", $"http://127.0.0.1:{World.Machine.FreePort()}"]);
    }

    [Fact]
    public async Task A_passing_limit_is_waited_for()
    {
        await World.ServeAnewAsync();
        World.GitHub.Fail(new GitHubFault("/commits/", GitHubFaultKind.TooManyRequests, 1) { Delay = TimeSpan.FromSeconds(1) });
        World.GitHub.Fail(new GitHubFault("/git/trees/", GitHubFaultKind.ServerError, 1));
        await World.WriteAsync(World.Good);

        (await World.RunAsync("VerifyContexts")).ShouldEndWith(0);
    }

    private async Task<ProgramRun> RefuseAsync(string expected, IReadOnlyDictionary<string, string>? variables = null, string[]? arguments = null)
    {
        await World.WriteAsync(World.Good);
        World.DeleteOutput();

        var run = (await World.RunAsync(variables, ["Deploy", .. arguments ?? []])).ShouldEndWith(1);

        (await World.Engine.AllAsync()).ShouldBeEmpty();
        Directory.Exists(World.Phases).ShouldBeFalse();
        var report = await World.ReadReportAsync();
        report.Outcome.ShouldBe("failed");
        report.Classes.Distinct().ShouldBe([expected], run.Output);
        report.Diagnoses[0].Cause.ShouldNotBeNullOrWhiteSpace();
        report.Diagnoses[0].Remedy.ShouldNotBeNullOrWhiteSpace();
        report.Diagnoses[0].NextCommand.ShouldNotBeNullOrWhiteSpace();
        return run;
    }

    /// <summary>Six services, of which none is ever deployed.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "github");
}
