using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Images;
using PhasedRollout.Deployment.Previews;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Images;

/// <summary>A context that could not be verified, and that the user accepts.</summary>
public sealed class AcceptedContextTests
{
    private const string Archive = "https://example.com/app.tar.gz";

    private readonly MemoryTarget target = new();
    private readonly RecordingLog log = new();

    [Theory]
    [InlineData("VC905", "web")]
    [InlineData("VC101", "web")]
    [InlineData("vc905", null)]
    public async Task Is_fetched_by_the_engine_and_said_so(string rule, string? service)
    {
        var outcome = await DeployAsync(Archive, new AcceptedFinding(rule, service, "our own pipeline makes it"));

        outcome.Failure.ShouldBeNull();
        outcome.Result.ShouldBe(PhaseResult.Succeeded);
        var build = target.Builds.ShouldHaveSingleItem();
        (build.Remote, build.Dockerfile).ShouldBe((Archive, "docker/Dockerfile"));
        target.Containers.ShouldHaveSingleItem().Labels.ShouldNotContainKey(RolloutLabels.Commit);
        log.Lines.ShouldContain(line => line.StartsWith("warning", StringComparison.Ordinal) && line.Contains("our own pipeline makes it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Is_built_at_every_deployment_and_unchanged_when_the_image_is_the_same()
    {
        await DeployAsync(Archive, new AcceptedFinding("VC905", null, "ours"));
        (await DeployAsync(Archive, new AcceptedFinding("VC905", null, "ours"))).Result.ShouldBe(PhaseResult.Unchanged);
        target.Builds.Count.ShouldBe(2);

        target.Build = _ => new BuildAnswer("sha256:another", null, null);
        (await DeployAsync(Archive, new AcceptedFinding("VC905", null, "ours"))).Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.Replaced);
    }

    [Theory]
    [InlineData("VC905", "api")]
    [InlineData("VC204", null)]
    public async Task Of_another_service_or_of_another_rule_is_not_deployed(string rule, string? service)
    {
        var outcome = await DeployAsync(Archive, new AcceptedFinding(rule, service, "ours"));

        outcome.Failure.ShouldBeOfType<BuildFailed>().Error.ShouldBe("its context could not be verified, and nothing without a verified commit is deployed");
        target.Writes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("docker-image://python:3.12", null)]
    [InlineData(Archive, "FROM scratch")]
    public async Task That_no_engine_fetches_says_why_before_and_after(string context, string? inline)
    {
        var accepted = new AcceptedFinding("VC905", "web", "ours");
        EngineContext.Refusal(Service(context, inline).Build!).ShouldNotBeNull();

        (await DeployAsync(context, accepted, inline)).Failure.ShouldBeOfType<BuildFailed>().Error.ShouldContain("the engine cannot fetch it itself");
        target.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task Preflight_shows_it_as_accepted_and_the_preview_what_would_be_built()
    {
        var rollout = Rollout(Archive, new AcceptedFinding("VC101", "web", "ours"));
        var finding = (await new Preflight(target, new PreflightTests.FakeProbe(new RequirementAnswer("", null, "", "")), log)
            .CheckAsync(rollout, Stacks.Phases(rollout), new PreflightSettings(), TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        (finding.Rule, finding.Accepted, finding.Blocks).ShouldBe(("VC905", "ours", false));

        var preview = (await new DeploymentPreview(target, Stacks.Settings())
            .LookAsync(rollout, Stacks.Phases(rollout), null, TestContext.Current.CancellationToken)).ShouldHaveSingleItem();
        preview.Services.ShouldHaveSingleItem().Change.ShouldBe("create");
    }

    private Task<PhaseOutcome> DeployAsync(string context, AcceptedFinding accepted, string? inline = null)
    {
        var rollout = Rollout(context, accepted, inline);
        return new PhasedDeployment(
            target, new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), new FakeTimeProvider(), log)
            .DeployAsync(rollout, Stacks.Phases(rollout), 1, TestContext.Current.CancellationToken);
    }

    private static Rollout Rollout(string context, AcceptedFinding accepted, string? inline = null) =>
        Stacks.Rollout("shop", [Service(context, inline)]) with { Accepted = [accepted] };

    private static Service Service(string context, string? inline) => Stacks.Image("web") with
    {
        Image = null,
        Build = new BuildDefinition(context, "docker/Dockerfile") { Reference = new OtherContext(context, "a file to download"), DockerfileInline = inline },
    };
}
