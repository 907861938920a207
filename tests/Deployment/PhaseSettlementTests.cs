using PhasedRollout.Deployment;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>An engine that refuses or goes away at the wrong moment: a phase that passed its gate stands, and one that did not says what is known.</summary>
public class PhaseSettlementTests
{
    private readonly MemoryTarget target = new MemoryTarget().WithImage("acme/web:1", "sha256:one").WithNetwork("shop_default");
    private readonly RecordingLog log = new();
    private int run;

    [Fact]
    public async Task An_engine_that_goes_away_while_the_old_container_is_removed_takes_no_phase_back()
    {
        await DeployAsync("a");
        target.Refuses = write => write.StartsWith("remove shop-web-1.previous-", StringComparison.Ordinal) ? throw Away() : false;
        var outcome = await DeployAsync("b");
        target.Refuses = _ => false;

        outcome.Result.ShouldBe(PhaseResult.Succeeded, log.ToString());
        log.Lines.ShouldContain(line => line.Contains("passed its gate and could not be tidied up", StringComparison.Ordinal));
        (await DeployAsync("b")).Failure.ShouldBeNull();
        target.Containers.Where(container => !container.IsKept).ShouldHaveSingleItem().Name.ShouldBe("shop-web-1");
    }

    [Fact]
    public async Task An_answer_that_was_lost_while_the_old_container_is_removed_is_asked_for_again()
    {
        await DeployAsync("a");
        var lost = 1;
        target.Refuses = write => write.StartsWith("remove shop-web-1.previous-", StringComparison.Ordinal) && lost-- > 0 ? throw Away() : false;

        (await DeployAsync("b")).Result.ShouldBe(PhaseResult.Succeeded, log.ToString());
        target.Containers.Where(container => !container.IsKept).ShouldHaveSingleItem().Name.ShouldBe("shop-web-1");
    }

    [Fact]
    public async Task An_engine_that_does_not_list_the_kept_images_takes_no_phase_back()
    {
        await DeployAsync("a");
        var outcome = await DeployAsync("b", _ =>
        {
            target.LooksWithoutAnswer = 1;
            return true;
        });

        outcome.Result.ShouldBe(PhaseResult.Succeeded, log.ToString());
        log.Lines.ShouldContain(line => line.Contains("may be left: no engine answers", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_could_not_be_removed_of_a_phase_keeps_the_next_phase_of_the_same_run_from_nothing()
    {
        Rollout Stack(string user) => Stacks.Rollout("shop",
            [Stacks.Image("web") with { User = user, Restart = "always", Ports = [new PortMapping(80, 8000)] }], [Stacks.Image("api") with { User = user, Restart = "always" }]);
        async Task<PhaseOutcome> DeployPhaseAsync(PhasedDeployment deployment, string user, int phase) =>
            await deployment.DeployAsync(Stack(user), Stacks.Phases(Stack(user)), phase, TestContext.Current.CancellationToken);

        var first = Deployment();
        await DeployPhaseAsync(first, "a", 1);
        await DeployPhaseAsync(first, "a", 2);
        target.Refuses = write => write.StartsWith("remove shop-web-1.previous-", StringComparison.Ordinal);
        var second = Deployment();
        (await DeployPhaseAsync(second, "b", 1)).Failure.ShouldBeNull();
        (await DeployPhaseAsync(second, "b", 2)).Failure.ShouldBeNull(log.ToString());

        (await DeployPhaseAsync(Deployment(), "b", 2)).Failure.ShouldBeOfType<EarlierPhaseUnhealthy>("another run knows of no gate that passed");
    }

    [Fact]
    public async Task What_is_refused_once_is_kept_all_the_same()
    {
        await DeployAsync("a");
        var refusals = 1;
        target.Refuses = write => write.StartsWith("tag ", StringComparison.Ordinal) && refusals-- > 0;
        (await DeployAsync("b")).Result.ShouldBe(PhaseResult.Succeeded);

        target.Containers.Count(container => container.IsKept).ShouldBe(1);
        log.Lines.ShouldNotContain(line => line.StartsWith("warning", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_tag_that_was_left_when_its_version_was_forgotten_is_removed_by_the_next_run(bool isKilled)
    {
        foreach (var user in (string[])["a", "b", "c", "d"])
            await DeployAsync(user);
        target.Witness = write =>
        {
            if (isKilled && write == "remove shop-web-1.kept-1")
                target.DiesAfter = target.Writes.Count;
        };
        target.Refuses = write => write == "remove image phased-rollout-kept/shop/web:1";
        var deploying = DeployAsync("e");
        if (isKilled)
            await Should.ThrowAsync<DeployerDiedException>(() => deploying);
        else
            (await deploying).Result.ShouldBe(PhaseResult.Succeeded);
        (target.Witness, target.Refuses, target.DiesAfter) = (_ => { }, _ => false, null);
        target.References.ShouldContain("phased-rollout-kept/shop/web:1");

        (await DeployAsync("e")).Failure.ShouldBeNull();
        target.References.Where(reference => reference.StartsWith("phased-rollout-kept/", StringComparison.Ordinal))
            .ShouldBe(["phased-rollout-kept/shop/web:2", "phased-rollout-kept/shop/web:3", "phased-rollout-kept/shop/web:4"]);
    }

    [Fact]
    public async Task A_container_that_somebody_removes_before_it_is_started_is_told_as_that()
    {
        await DeployAsync("a");
        target.Witness = write =>
        {
            if (write == "create shop-web-1")
                target.Forget("shop-web-1");
        };
        var outcome = await DeployAsync("b");

        outcome.Failure.ShouldBeOfType<OperationRefused>().IsGone.ShouldBeTrue(log.ToString());
        var diagnosis = Diagnostician.FromPhase(outcome, [])[0];
        (diagnosis.Failure, diagnosis.SubCause).ShouldBe((FailureClass.Unknown, "container-gone"));
        diagnosis.Cause.ShouldStartWith("web: its container was removed while it was being deployed, and not by this run");
        diagnosis.Remedy.ShouldContain("docker compose down");
    }

    [Fact]
    public async Task Of_a_container_that_another_one_needs_nothing_is_said_to_be_removed()
    {
        await DeployAsync("a");
        target.Refuses = write => write == "start shop-web-1"
            ? throw new TargetRefusedException(write, "joining network namespace of container: No such container: shop-db-1")
            : false;

        (await DeployAsync("b")).Failure.ShouldBeOfType<OperationRefused>().IsGone.ShouldBeFalse();
    }

    [Fact]
    public async Task After_an_engine_that_went_away_nobody_is_said_to_have_answered_all_along()
    {
        await DeployAsync("a", beside: true);
        var gates = 0;
        var outcome = await DeployAsync("b", _ => ++gates == 1 ? throw Away() : true, beside: true);

        outcome.Result.ShouldBe(PhaseResult.RolledBack, log.ToString());
        outcome.Services.ShouldHaveSingleItem().Downtime.ShouldBeNull();
        outcome.Failure.ShouldBeOfType<TargetLost>().Undo.ShouldHaveSingleItem().ShouldStartWith("web: runs as before, and the new one is removed");
    }

    [Fact]
    public async Task What_was_started_again_on_the_way_back_did_not_run_all_along()
    {
        await DeployAsync("a", beside: true);
        target.Witness = write =>
        {
            if (write.StartsWith("start shop-web-1.trial-", StringComparison.Ordinal))
                target.Halt("shop-web-1");
        };
        var outcome = await DeployAsync("b", service => service.ContainerName == "shop-web-1", beside: true);

        outcome.Result.ShouldBe(PhaseResult.RolledBack, log.ToString());
        outcome.Failure.ShouldNotBeNull().Undo.ShouldHaveSingleItem().ShouldStartWith("web: runs again as before");
    }

    private static WorldRefusedException Away() => new(FailureClass.EngineUnreachable, "no engine answers", "start it");

    private Task<PhaseOutcome> DeployAsync(string user, Func<GatedService, bool>? gate = null, bool beside = false)
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web") with { User = user, Restart = "always", Ports = beside ? [] : [new PortMapping(80, 8000)] }]);
        return Deployment(gate).DeployAsync(rollout, Stacks.Phases(rollout), 1, TestContext.Current.CancellationToken);
    }

    private PhasedDeployment Deployment(Func<GatedService, bool>? gate = null) => new(
        target, new MemoryRepository(), new FakeGate(gate ?? (_ => true)), new FakeEvidence(), Stacks.Settings(FormattableString.Invariant($"run-{++run}")), TimeProvider.System, log);
}
