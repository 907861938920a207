using Microsoft.Extensions.Time.Testing;
using PhasedRollout.Deployment;

namespace PhasedRollout.Tests.Deployment.Images;

public class PulledImageTests
{
    private const string Tag = "acme/web:1";
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Pinned = $"{Tag}@{Digest}";

    private readonly RecordingLog log = new();

    [Fact]
    public async Task What_was_verified_is_pulled_tagged_and_remembered()
    {
        var target = new MemoryTarget { Registry = new RegistryAnswer(true, Digest) };

        (await DeployAsync(target, Digest)).Result.ShouldBe(PhaseResult.Succeeded);

        target.Writes.Take(2).ShouldBe([$"pull {Pinned}", $"tag {Tag}"]);
        target.Containers.ShouldHaveSingleItem().Labels[RolloutLabels.Digest].ShouldBe(Digest);
    }

    [Fact]
    public async Task A_second_run_is_unchanged_also_when_the_registry_does_not_answer_any_more()
    {
        var target = new MemoryTarget { Registry = new RegistryAnswer(true, Digest) };
        await DeployAsync(target, Digest);

        target.Registry = new RegistryAnswer(null, "no route to host");
        (await DeployAsync(target, Digest)).Result.ShouldBe(PhaseResult.Unchanged);
        (await DeployAsync(target, digest: null)).Result.ShouldBe(PhaseResult.Unchanged);
    }

    [Fact]
    public async Task What_the_target_has_by_its_digest_is_not_pulled_again_even_when_it_is_always_to_be_pulled()
    {
        var target = new MemoryTarget().WithImage(Pinned, "sha256:id").WithImage(Tag, "sha256:id");

        (await DeployAsync(target, Digest, "always")).Result.ShouldBe(PhaseResult.Succeeded);

        target.Writes.ShouldNotContain(write => write.StartsWith("pull", StringComparison.Ordinal) || write.StartsWith("tag", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_engine_without_a_way_to_the_registry_takes_what_it_has_under_the_tag_and_says_so()
    {
        var target = new MemoryTarget { Registry = new RegistryAnswer(null, "no route to host") }.WithImage(Tag, "sha256:loaded");

        (await DeployAsync(target, Digest)).Result.ShouldBe(PhaseResult.Succeeded);

        log.Lines.ShouldContain(line => line.StartsWith("warning", StringComparison.Ordinal) && line.Contains("sha256:loaded", StringComparison.Ordinal));
        target.Containers.ShouldHaveSingleItem().Labels.ShouldNotContainKey(RolloutLabels.Digest);
    }

    [Fact]
    public async Task Without_the_tag_on_the_target_the_pull_has_failed()
    {
        var target = new MemoryTarget { Registry = new RegistryAnswer(null, "no route to host") };

        var outcome = await DeployAsync(target, Digest);

        outcome.Failure.ShouldBeOfType<PullFailed>().Error.ShouldBe("no route to host");
        outcome.Result.ShouldBe(PhaseResult.NotStarted);
    }

    private Task<PhaseOutcome> DeployAsync(MemoryTarget target, string? digest, string policy = "missing")
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web") with { PullPolicy = policy }]);
        return new PhasedDeployment(
            target, new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), new FakeTimeProvider(), log)
            .DeployAsync(rollout, Stacks.Phases(rollout, digest: digest), 1, TestContext.Current.CancellationToken);
    }
}
