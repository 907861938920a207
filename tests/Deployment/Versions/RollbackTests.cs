using System.Globalization;
using CsCheck;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Versions;
using PhasedRollout.Diagnosis;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Versions;

/// <summary>What is kept after the gate, and the way back to it.</summary>
public class RollbackTests
{
    private readonly MemoryTarget target = new MemoryTarget().WithImage("acme/web:1", "sha256:one").WithNetwork("shop_default");
    private int run;

    [Fact]
    public async Task A_first_deployment_keeps_nothing_and_there_is_nothing_to_go_back_to()
    {
        await DeployAsync(User("a", "web"));

        Kept.ShouldBeEmpty();
        (await RollbackAsync(User("a", "web"))).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_replaced_is_kept_without_a_label_of_Compose_and_its_image_by_a_tag_of_ours()
    {
        await DeployAsync(User("a", "web"));
        await DeployAsync(User("b", "web"));

        var kept = Kept.ShouldHaveSingleItem();
        kept.Container.Name.ShouldBe("shop-web-1.kept-1");
        kept.Container.State.ShouldBe("created");
        kept.Container.Labels.Keys.ShouldAllBe(label => label.StartsWith("phased-rollout.", StringComparison.Ordinal));
        kept.Tag.ShouldBe("phased-rollout-kept/shop/web:1");
        (await target.FindImageAsync(kept.Tag!, TestContext.Current.CancellationToken))!.Id.ShouldBe("sha256:one");
    }

    [Fact]
    public async Task Rollback_goes_back_version_by_version_until_nothing_is_kept()
    {
        foreach (var user in new[] { "a", "b", "c" })
            await DeployAsync(User(user, "web"));
        var newest = User("c", "web");

        foreach (var user in new[] { "b", "a" })
        {
            var outcome = (await RollbackAsync(newest)).ShouldNotBeNull();
            outcome.Result.ShouldBe(PhaseResult.Succeeded);
            outcome.Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.RolledBack);
            Running.ShouldBe([("shop-web-1", Hash(User(user, "web"), "web"))]);
        }

        (await RollbackAsync(newest)).ShouldBeNull();
        Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_service_that_came_with_the_change_goes_with_it()
    {
        await DeployAsync(User("a", "web"));
        await DeployAsync(User("b", "web", "api"));

        var outcome = (await RollbackAsync(User("b", "web", "api"))).ShouldNotBeNull();
        outcome.Services.ShouldContain(service => service.Service == "api" && service.Change == ServiceChange.Removed);
        target.Containers.ShouldHaveSingleItem().Name.ShouldBe("shop-web-1");
    }

    [Fact]
    public async Task A_service_that_came_alone_is_a_change_to_go_back_from_as_well()
    {
        await DeployAsync(User("a", "web"));
        await DeployAsync(User("b", "web"));
        await DeployAsync(User("b", "web", "api"));

        (await RollbackAsync(User("b", "web", "api"))).ShouldNotBeNull().Services.ShouldHaveSingleItem().Service.ShouldBe("api");
        Running.ShouldBe([("shop-web-1", Hash(User("b", "web"), "web"))]);
        (await RollbackAsync(User("b", "web"))).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        Running.ShouldBe([("shop-web-1", Hash(User("a", "web"), "web"))]);
    }

    [Fact]
    public async Task A_service_that_left_the_file_with_the_change_can_be_gone_back_to()
    {
        await DeployAsync(User("a", "web", "api"));
        await DeployAsync(User("b", "web", "api"));

        (await RollbackAsync(User("b", "web"))).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        Running.Select(container => container.Name).ShouldBe(["shop-api-1", "shop-web-1"]);
    }

    [Fact]
    public async Task What_somebody_else_removes_before_the_gate_is_said_to_be_gone_and_was_kept_before_it_was_stopped()
    {
        await DeployAsync(Port("a"));
        var outcome = await DeployAsync(Port("b"), passes: _ =>
        {
            target.Lose(container => container.Previous is not null);
            return false;
        });

        outcome.Result.ShouldBe(PhaseResult.Failed);
        outcome.Failure.ShouldNotBeNull().Undo.ShouldHaveSingleItem().ShouldBe(
            "web: could not go back: what ran before is no longer there, and container 'shop-web-1' runs in its place; it is kept: ./build.sh Rollback brings it back");
        (await RollbackAsync(Port("b"))).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        Running.ShouldBe([("shop-web-1", Hash(Port("a"), "web"))]);
    }

    [Fact]
    public async Task What_somebody_else_removes_while_the_new_one_is_on_trial_beside_it_was_kept_before()
    {
        await DeployAsync(Beside("a"));
        target.Witness = write =>
        {
            if (write.StartsWith("start shop-web-1.trial-", StringComparison.Ordinal))
                target.Lose(container => container.Name == "shop-web-1");
        };
        var outcome = await DeployAsync(Beside("b"), passes: _ => false);
        target.Witness = _ => { };

        outcome.Failure.ShouldNotBeNull().Undo.ShouldHaveSingleItem().ShouldBe(
            "web: could not go back: what ran before is no longer there, and nothing runs in its place; it is kept: ./build.sh Rollback brings it back");
        (await RollbackAsync(Beside("b"))).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        Running.ShouldBe([("shop-web-1", Hash(Beside("a"), "web"))]);
    }

    [Fact]
    public async Task What_somebody_else_stops_while_the_new_one_stands_beside_it_runs_again_when_the_phase_fails()
    {
        await DeployAsync(Beside("a"));
        var before = target.Picture;
        target.Witness = write =>
        {
            if (write.StartsWith("start shop-web-1.next-", StringComparison.Ordinal))
                target.Halt("shop-web-1");
        };

        var outcome = await DeployAsync(Beside("b"), passes: service => !service.ContainerName.Contains(".next-", StringComparison.Ordinal));

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        target.Picture.ShouldBe(before);
    }

    [Fact]
    public async Task What_a_killed_run_kept_of_a_container_that_still_stands_is_forgotten_when_the_change_is_not_asked_for_any_more()
    {
        await DeployAsync(Beside("a"));
        var before = target.Picture;
        target.Witness = write =>
        {
            if (write.StartsWith("keep ", StringComparison.Ordinal))
                target.DiesAfter = target.Writes.Count;
        };
        await Should.ThrowAsync<DeployerDiedException>(() => DeployAsync(Beside("b")));
        (target.Witness, target.DiesAfter) = (_ => { }, null);
        Kept.ShouldHaveSingleItem();

        (await DeployAsync(Beside("a"))).Result.ShouldBe(PhaseResult.Unchanged);

        target.Picture.ShouldBe(before);
        Tags.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("remove shop-web-1.kept-1")]
    [InlineData("remove image phased-rollout-kept/shop/web:1")]
    public async Task What_is_kept_and_cannot_be_removed_keeps_nothing_from_going_back(string refused)
    {
        await DeployAsync(Port("a"));
        target.Refuses = write => write == refused;
        var outcome = await DeployAsync(Port("b"), passes: _ => WebIs("a"));
        target.Refuses = _ => false;

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        Running.ShouldBe([("shop-web-1", Hash(Port("a"), "web"))]);
        (await DeployAsync(Port("a"))).Result.ShouldBe(PhaseResult.Unchanged);
        target.Containers.ShouldHaveSingleItem();
        (await DeployAsync(Port("c"))).Result.ShouldBe(PhaseResult.Succeeded);
        Kept.ShouldHaveSingleItem();
        Tags.ShouldHaveSingleItem();
    }

    [Theory]
    [InlineData(1, "web")]
    [InlineData(2, "api", "web")]
    public async Task A_version_that_somebody_removed_a_part_of_is_refused_as_a_whole_and_named(int removed, params string[] missing)
    {
        foreach (var user in new[] { "a", "b", "c" })
            await DeployAsync(User(user, "web", "api"));
        target.Lose(container => missing.Any(service => container.Name == $"shop-{service}-1.kept-2"));
        var (before, writes) = (target.Picture, target.Writes.Count);

        var outcome = (await RollbackAsync(User("c", "web", "api"))).ShouldNotBeNull();

        var lost = outcome.Failure.ShouldBeOfType<VersionNotKept>();
        (lost.Version, string.Join(' ', lost.Missing), lost.Kept.Count).ShouldBe((2, string.Join(' ', missing), 2 - removed));
        (outcome.Result, outcome.Phase).ShouldBe((PhaseResult.NotStarted, 1));
        (target.Picture, target.Writes.Count).ShouldBe((before, writes));
        var diagnosis = Diagnostician.FromPhase(outcome, [], "Rollback").ShouldHaveSingleItem();
        diagnosis.Cause.ShouldBe($"phase 1 cannot go back: what ran before its last change is not kept of {string.Join(", ", missing)}; nothing was touched");
        diagnosis.NextCommand.ShouldBe("./build.sh DeployPhase1");
    }

    [Fact]
    public async Task A_service_that_the_last_change_did_not_touch_needs_no_version_of_it()
    {
        await DeployAsync(User("a", "web", "api"));
        await DeployAsync(User("b", "web", "api"));
        var mixed = Stacks.Rollout("shop", [Stacks.Image("web") with { User = "c" }, Stacks.Image("api") with { User = "b" }]);
        await DeployAsync(mixed);
        target.Lose(container => container.Name == "shop-api-1.kept-1");

        (await RollbackAsync(mixed)).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        Running.ShouldBe([("shop-api-1", Hash(User("b", "web", "api"), "api")), ("shop-web-1", Hash(User("b", "web", "api"), "web"))]);
        (await RollbackAsync(mixed)).ShouldNotBeNull().Failure.ShouldBeOfType<VersionNotKept>().Missing.ShouldBe(["api"]);
    }

    [Fact]
    public async Task A_lower_phase_is_not_taken_back_in_the_place_of_one_whose_version_is_gone()
    {
        var stacks = new[] { "a", "b" }.Select(user => Stacks.Rollout("shop", [Stacks.Image("web") with { User = user }], [Stacks.Image("api") with { User = user }])).ToArray();
        foreach (var stack in stacks)
            for (var phase = 1; phase <= 2; phase++)
                await DeployAsync(stack, phase: phase);
        target.Lose(container => container.Name.StartsWith("shop-api-1.kept-", StringComparison.Ordinal));

        var lost = (await RollbackAsync(stacks[1])).ShouldNotBeNull();
        lost.Phase.ShouldBe(2);
        lost.Failure.ShouldBeOfType<VersionNotKept>().OtherPhase.ShouldBe(1);
        (await RollbackAsync(stacks[1], phase: 1)).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
    }

    [Fact]
    public async Task A_network_that_somebody_removed_is_made_again()
    {
        await DeployAsync(User("a", "web"));
        await DeployAsync(User("b", "web"));
        await target.RemoveNetworkAsync("shop_default-id", TestContext.Current.CancellationToken);

        (await RollbackAsync(User("b", "web"))).ShouldNotBeNull().Result.ShouldBe(PhaseResult.Succeeded);
        target.Observed.Networks.ShouldContain(network => network.Name == "shop_default");
    }

    [Fact]
    public async Task No_more_versions_are_kept_than_asked_for_and_their_tags_go_with_them()
    {
        foreach (var user in new[] { "a", "b", "c", "d" })
            await DeployAsync(User(user, "web"), keep: 2);

        Kept.Select(kept => kept.Version).ShouldBe([2, 3]);
        Tags.ShouldBe(["phased-rollout-kept/shop/web:2", "phased-rollout-kept/shop/web:3"]);

        await DeployAsync(User("e", "web"), keep: 0);
        target.Containers.ShouldHaveSingleItem();
        Tags.ShouldBeEmpty();
    }

    [Fact]
    public async Task The_tag_that_a_killed_run_left_is_swept_and_those_of_others_stay()
    {
        target.WithImage("phased-rollout-kept/shop/gone:7").WithImage("phased-rollout-kept/shop-two/web:1");
        await DeployAsync(User("a", "web"));
        await DeployAsync(User("b", "web"));

        Tags.ShouldBe(["phased-rollout-kept/shop-two/web:1", "phased-rollout-kept/shop/web:1"]);
    }

    [Fact]
    public async Task A_rollback_that_fails_its_gate_goes_back_to_what_ran_and_keeps_the_version()
    {
        await DeployAsync(User("a", "web", "api"));
        await DeployAsync(User("b", "web", "api"));
        var before = target.Picture;

        var outcome = (await RollbackAsync(User("b", "web", "api"), passes: service => service.ContainerName != "shop-web-1" || service.ContainerId == WebOf("b"))).ShouldNotBeNull();

        outcome.Result.ShouldBe(PhaseResult.RolledBack);
        target.Picture.ShouldBe(before);
    }

    [Fact]
    public async Task What_cannot_be_kept_does_not_fail_the_phase_and_leaves_it_settled()
    {
        await DeployAsync(User("a", "web"));
        target.Refuses = write => write.StartsWith("tag ", StringComparison.Ordinal);
        (await DeployAsync(User("b", "web"))).Result.ShouldBe(PhaseResult.Succeeded);

        target.Containers.ShouldHaveSingleItem().Name.ShouldBe("shop-web-1");
    }

    [Fact]
    public async Task Another_phase_can_be_picked_and_the_highest_is_the_default()
    {
        var stacks = new[] { "a", "b" }.Select(user => Stacks.Rollout("shop", [Stacks.Image("web") with { User = user }], [Stacks.Image("api") with { User = user }])).ToArray();
        foreach (var stack in stacks)
            for (var phase = 1; phase <= 2; phase++)
                await DeployAsync(stack, phase: phase);

        (await RollbackAsync(stacks[1], phase: 1)).ShouldNotBeNull().Phase.ShouldBe(1);
        (await RollbackAsync(stacks[1])).ShouldNotBeNull().Phase.ShouldBe(2);
        (await RollbackAsync(stacks[1])).ShouldBeNull();
    }

    [Fact]
    public async Task A_killed_rollback_that_is_run_again_ends_where_an_undisturbed_one_ends()
    {
        var undisturbed = await RolledBackAsync(null);
        await Gen.Int[0, 40].SampleAsync(async death => (await RolledBackAsync(death)).ShouldBe(undisturbed), iter: 120, threads: 1);
    }

    [Fact]
    public async Task A_killed_change_that_fails_when_it_is_run_again_keeps_nothing_of_itself()
    {
        for (var death = 0; death < 20; death++)
        {
            var test = new RollbackTests();
            await test.DeployAsync(User("a", "web", "api"));
            var before = test.target.Picture;
            test.target.DiesAfter = test.target.Writes.Count + death;
            try
            {
                await test.DeployAsync(User("b", "web", "api"));
                break;
            }
            catch (DeployerDiedException)
            {
                test.target.DiesAfter = null;
            }

            // Once something that was set aside is removed, the phase had passed its gate.
            if (test.target.Writes.Any(write => write.StartsWith("remove ", StringComparison.Ordinal) && write.Contains(".previous-", StringComparison.Ordinal)))
                break;
            if ((await test.DeployAsync(User("b", "web", "api"), passes: _ => false)).Result == PhaseResult.RolledBack)
                test.target.Picture.ShouldBe(before, $"killed after {death} writes");
        }
    }

    private static async Task<string> RolledBackAsync(int? death)
    {
        var test = new RollbackTests();
        await test.DeployAsync(User("a", "web", "api"));
        await test.DeployAsync(User("b", "web", "api", "new"));
        test.target.DiesAfter = test.target.Writes.Count + death;
        try
        {
            await test.RollbackAsync(User("b", "web", "api", "new"));
        }
        catch (DeployerDiedException)
        {
            test.target.DiesAfter = null;
            await test.RollbackAsync(User("b", "web", "api", "new"));
        }

        return test.target.Picture + "\n" + string.Join(' ', test.Tags);
    }

    private IReadOnlyList<KeptContainer> Kept => KeptContainer.Of("shop", target.Observed);

    private IReadOnlyList<string> Tags => [.. target.References.Where(reference => reference.StartsWith("phased-rollout-kept/", StringComparison.Ordinal))];

    private IEnumerable<(string Name, string? Hash)> Running => target.Containers.Where(container => container.IsRunning)
        .Select(container => (container.Name, container.ConfigHash)).OrderBy(container => container.Name, StringComparer.Ordinal);

    private string WebOf(string user) => target.Containers.Single(container => container.ConfigHash == Hash(User(user, "web", "api"), "web")).Id;

    private static Rollout User(string user, params string[] services) =>
        Stacks.Rollout("shop", [.. services.Select(name => Stacks.Image(name) with { User = user })]);

    // A port of the host is why what runs stops first.
    private static Rollout Port(string user) => Stacks.Rollout("shop", [Stacks.Image("web") with { User = user, Ports = [new PortMapping(80, 8080)] }]);

    // What is restarted and holds nothing that is for one alone is replaced beside the running one.
    private static Rollout Beside(string user) => Stacks.Rollout("shop", [Stacks.Image("web") with { User = user, Restart = "always" }]);

    private bool WebIs(string user) => target.Containers.Any(container => container is { Name: "shop-web-1", IsRunning: true } && container.ConfigHash == Hash(Port(user), "web"));

    private static string Hash(Rollout rollout, string service) => WantedService.From(
        rollout, 1, Stacks.Phases(rollout)[0].Services.Single(candidate => candidate.Service.Name == service),
        new PreparedImage("acme/web:1", "sha256:one", "sha256:one"), Stacks.Settings()).Container.ConfigHash;

    private Task<PhaseOutcome> DeployAsync(Rollout rollout, int keep = 3, int phase = 1, Func<GatedService, bool>? passes = null) =>
        Deployment(keep, passes).DeployAsync(rollout, Stacks.Phases(rollout), phase, CancellationToken.None);

    private Task<PhaseOutcome?> RollbackAsync(Rollout rollout, int? phase = null, Func<GatedService, bool>? passes = null) =>
        Deployment(3, passes).RollbackAsync(rollout, phase, CancellationToken.None);

    private PhasedDeployment Deployment(int keep, Func<GatedService, bool>? passes) => new(
        target, new MemoryRepository(), new FakeGate(passes ?? (_ => true)), new FakeEvidence(),
        Stacks.Settings((++run).ToString(CultureInfo.InvariantCulture)) with { KeepVersions = keep }, TimeProvider.System, new RecordingLog());
}
