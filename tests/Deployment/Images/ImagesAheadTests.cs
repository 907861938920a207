using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Images;

/// <summary>The images of the phases to come are built while the present one starts and holds its gate.</summary>
public class ImagesAheadTests
{
    private readonly MemoryTarget target = new MemoryTarget().WithNetwork("shop_default");
    private readonly MemoryRepository repository = new MemoryRepository().With("web/Dockerfile", "FROM scratch").With("api/Dockerfile", "FROM scratch");
    private readonly Rollout rollout = Stacks.Rollout("shop", [Stacks.Build("web", "web")], [Stacks.Build("api", "api")]);
    private readonly DeploymentSettings settings = Stacks.Settings();

    [Fact]
    public async Task The_next_phase_is_built_at_the_gate_of_the_present_one_and_the_archive_is_read_once()
    {
        var deployment = Deployment(new WaitingGate(() => target.Builds.Count == 2));

        (await DeployAsync(deployment, 1, 2)).Result.ShouldBe(PhaseResult.Succeeded);
        target.Writes.ShouldNotContain(write => write.Contains("shop-api", StringComparison.Ordinal));
        (await DeployAsync(deployment, 2, 2)).Result.ShouldBe(PhaseResult.Succeeded);

        target.Builds.Count.ShouldBe(2);
        repository.ArchivesOpened.ShouldBe(1);
    }

    [Fact]
    public async Task Every_further_phase_of_the_run_is_built_ahead_in_the_order_of_the_phases()
    {
        repository.With("jobs/Dockerfile", "FROM scratch").With("worker/Dockerfile", "FROM scratch");
        var four = Stacks.Rollout("shop",
            [Stacks.Build("web", "web")], [Stacks.Build("api", "api")], [Stacks.Build("jobs", "jobs")], [Stacks.Build("worker", "worker")]);
        var deployment = Deployment(new WaitingGate(() => target.Builds.Count == 3), settings with { Parallelism = 1 });

        (await deployment.DeployAsync(four, Stacks.Phases(four, repository), 1, 3, TestContext.Current.CancellationToken)).Result.ShouldBe(PhaseResult.Succeeded);

        target.Builds.Select(build => build.Service).ShouldBe(["web", "api", "jobs"]);
        repository.ArchivesOpened.ShouldBe(1);
    }

    [Fact]
    public async Task Nothing_is_built_for_a_phase_that_does_not_come()
    {
        (await DeployAsync(Deployment(new FakeGate(_ => true)), 1, 1)).Result.ShouldBe(PhaseResult.Succeeded);
        target.Builds.ShouldHaveSingleItem().Service.ShouldBe("web");
    }

    [Fact]
    public async Task A_build_that_fails_ahead_fails_the_phase_that_it_is_for()
    {
        target.Build = build => build.Service == "api" ? new BuildAnswer(null, "Step 2/2", "no such package") : new BuildAnswer("sha256:web", null, null);
        var deployment = Deployment(new WaitingGate(() => target.Builds.Count == 2));

        (await DeployAsync(deployment, 1, 2)).Result.ShouldBe(PhaseResult.Succeeded);
        var second = await DeployAsync(deployment, 2, 2);

        second.Result.ShouldBe(PhaseResult.NotStarted);
        second.Failure.ShouldBeOfType<BuildFailed>().Error.ShouldBe("no such package");
    }

    [Fact]
    public async Task A_phase_that_fails_says_its_own_failure_and_not_that_of_the_next()
    {
        target.Build = build => build.Service == "api" ? new BuildAnswer(null, null, "no such package") : new BuildAnswer("sha256:web", null, null);
        var deployment = Deployment(new WaitingGate(() => target.Builds.Count == 2, passes: false));

        (await DeployAsync(deployment, 1, 2)).Failure.ShouldBeOfType<GateFailed>();
    }

    [Fact]
    public async Task A_damaged_archive_is_not_kept_for_the_next_run()
    {
        var archives = Path.Combine(settings.WorkDirectory, "archives");
        Directory.CreateDirectory(archives);
        await File.WriteAllTextAsync(Path.Combine(archives, $"acme--platform--{repository.Commit}.tar.gz"), "no archive", TestContext.Current.CancellationToken);

        (await DeployAsync(Deployment(new FakeGate(_ => true)), 1, 1)).Result.ShouldBe(PhaseResult.Succeeded);

        repository.BlobsRead.ShouldHaveSingleItem();
        Directory.EnumerateFiles(archives).ShouldBeEmpty();
    }

    private PhasedDeployment Deployment(IPhaseGate gate, DeploymentSettings? given = null) =>
        new(target, repository, gate, new FakeEvidence(), given ?? settings, TimeProvider.System, new RecordingLog());

    private Task<PhaseOutcome> DeployAsync(PhasedDeployment deployment, int phase, int last) =>
        deployment.DeployAsync(rollout, Stacks.Phases(rollout, repository), phase, last, TestContext.Current.CancellationToken);

    /// <summary>A gate that is held until something happened beside it.</summary>
    private sealed class WaitingGate(Func<bool> happened, bool passes = true) : IPhaseGate
    {
        public async Task<GateVerdict> HoldAsync(IReadOnlyList<GatedService> services, GateSettings patience, CancellationToken cancellationToken)
        {
            for (var look = 0; !happened() && look < 6000; look++)
                await Task.Delay(10, cancellationToken);
            happened().ShouldBeTrue();
            return await new FakeGate(_ => passes).HoldAsync(services, patience, cancellationToken);
        }
    }
}
