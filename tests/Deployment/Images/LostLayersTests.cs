using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Images;
using PhasedRollout.Deployment.Journal;
using PhasedRollout.Deployment.Locking;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Compose;
using PhasedRollout.Tests.Deployment.Locking;

namespace PhasedRollout.Tests.Deployment.Images;

/// <summary>Somebody prunes, or removes another project, while an image is built.</summary>
public sealed class LostLayersTests : IDisposable
{
    private const string Lost = "No such image: sha256:3b0fa1a0ce6e3ba1c9d5bbd2a2f6e7c1d0e9f8a7b6c5d4e3f2a1b0c9d8e7f6a5";

    private readonly TemporaryFolder folder = new();
    private readonly MemoryRepository repository = new MemoryRepository().With("web/Dockerfile", "FROM scratch\n");
    private readonly MemoryTarget target = new MemoryTarget().WithNetwork("shop_default");
    private readonly RecordingLog log = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(Lost)]
    [InlineData("failed to get destination image \"sha256:3b0fa1a0ce6e\": No such image: sha256:3b0fa1a0ce6e")]
    [InlineData("failed to export image: failed to set parent sha256:3b0fa1a0ce6e: unknown parent image ID sha256:3b0fa1a0ce6e")]
    [InlineData("failed to export image: failed to create image: failed to get layer sha256:3b0fa1a0ce6e: layer does not exist")]
    public void The_builders_words_for_layers_that_were_taken_away_are_known(string error) => LostLayers.Names(error).ShouldBeTrue();

    [Theory]
    [InlineData("No such image: acme/base:1")]
    [InlineData("pull access denied for acme/base, repository does not exist or may require 'docker login'")]
    [InlineData("COPY failed: file not found in build context or excluded by .dockerignore: stat app: file does not exist")]
    [InlineData("invalid from flag value builder: pull access denied for builder")]
    public void What_the_Dockerfile_got_wrong_is_another_matter(string error) => LostLayers.Names(error).ShouldBeFalse();

    [Fact]
    public async Task A_build_whose_layers_were_taken_away_is_built_once_more_and_that_is_said()
    {
        target.Build = build => target.Builds.Count == 1 ? new BuildAnswer(null, "Step 2/3", Lost) : new BuildAnswer("sha256:web", null, null);

        (await DeployAsync()).Result.ShouldBe(PhaseResult.Succeeded, log.ToString());

        target.Builds.Count.ShouldBe(2);
        log.Lines.ShouldContain($"warning: web: {Lost}: somebody removed what the build stood on; it is built once more");
        JournalReader.Read(folder.File("journal.jsonl")).Where(line => line.Operation == "BuildImage").Select(line => line.Cause).ShouldBe(
            ["no image of what it is built from is on the target", $"what the build before stood on was removed: {Lost}"]);
    }

    [Fact]
    public async Task Two_services_of_one_context_are_built_side_by_side()
    {
        var both = new CountdownEvent(2);
        target.Build = build =>
        {
            both.Signal();
            return both.Wait(TimeSpan.FromSeconds(30)) ? new BuildAnswer($"sha256:{build.Service}", null, null) : new BuildAnswer(null, null, "built one after the other");
        };

        (await DeployAsync(Stacks.Build("web", "web"), Stacks.Build("api", "web"))).Result.ShouldBe(PhaseResult.Succeeded, log.ToString());
    }

    [Fact]
    public async Task A_second_loss_fails_the_phase()
    {
        target.Build = _ => new BuildAnswer(null, "Step 2/3", Lost);

        (await DeployAsync()).Failure.ShouldBeOfType<BuildFailed>().Error.ShouldBe(Lost);

        target.Builds.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Any_other_failure_is_not_tried_again()
    {
        target.Build = _ => new BuildAnswer(null, "Step 2/3", "The command '/bin/sh -c false' returned a non-zero code: 1");

        (await DeployAsync()).Failure.ShouldBeOfType<BuildFailed>();

        target.Builds.ShouldHaveSingleItem();
    }

    private Task<PhaseOutcome> DeployAsync() => DeployAsync(Stacks.Build("web", "web"));

    private async Task<PhaseOutcome> DeployAsync(params Service[] services)
    {
        var rollout = Stacks.Rollout("shop", services);
        var holder = new LockHolder("run", "alice", "ci-1", new DeployerProcess("machine", 1, "2"));
        var held = new DeploymentLock(new MemoryLocks(TimeProvider.System), holder, new LockSettings(), new MemoryProcesses(), TimeProvider.System, log);
        using var journal = new RunJournal(folder.File("journal.jsonl"), holder, new Redactor(), TimeProvider.System, log);
        await held.AcquireAsync("shop", TestContext.Current.CancellationToken);
        var outcome = await new PhasedDeployment(
            new RecordedTarget(target, held, journal), repository, new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), TimeProvider.System, log)
            .DeployAsync(rollout, Stacks.Phases(rollout, repository), 1, TestContext.Current.CancellationToken);
        await held.ReleaseAsync();
        return outcome;
    }
}
