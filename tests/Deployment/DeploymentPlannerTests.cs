using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

public class DeploymentPlannerTests
{
    private static readonly Service Web = Stacks.Image("web");

    [Fact]
    public void A_service_that_is_not_there_is_created()
    {
        Plan([], Web).ShouldBe("""
            CreateNetwork shop_default: no network of this name
            CreatePlaceholder shop-web-1.previous-0badcafe-absent: says that nothing was there before
            CreateContainer shop-web-1: no container of the service
            StartContainer shop-web-1: it is new
            -- gate --
            RemoveContainer shop-web-1.previous-0badcafe-absent: the service passed the gate
            """);
    }

    [Fact]
    public void What_is_as_asked_and_runs_is_not_touched() =>
        Plan([Deployed(Web)], Web).ShouldBe("CreateNetwork shop_default: no network of this name");

    [Fact]
    public void What_is_as_asked_and_does_not_run_is_started() =>
        Plan([Deployed(Web) with { State = "exited" }], Web).ShouldEndWith("\nStartContainer shop-web-1: it is as asked and does not run");

    [Fact]
    public void What_changed_is_replaced_and_kept_until_the_gate_has_passed() =>
        Plan([Deployed(Web with { User = "somebody" })], Web).ShouldEndWith("""

            RenameContainer shop-web-1 to shop-web-1.previous-0badcafe: its configuration changed
            CreateContainer shop-web-1: replaces shop-web-1
            StopContainer shop-web-1.previous-0badcafe: gives way to what replaces it, since nothing restarts or checks it, as with a job
            StartContainer shop-web-1: it is new
            -- gate --
            RemoveContainer shop-web-1.previous-0badcafe: what replaced it passed the gate
            """);

    [Fact]
    public void What_docker_compose_made_is_replaced_like_an_older_version() =>
        Plan([Deployed(Web) with
        {
            Name = "shop_web_1",
            Labels = new Dictionary<string, string> { [ComposeLabels.Project] = "shop", [ComposeLabels.Service] = "web" },
        }], Web).ShouldContain("RenameContainer shop_web_1 to shop_web_1.previous-0badcafe: it was not deployed from here");

    [Fact]
    public void The_container_of_a_docker_compose_run_is_nobodys_old_version() =>
        Plan([Deployed(Web) with
        {
            Name = "shop-web-run-1",
            Labels = new Dictionary<string, string> { [ComposeLabels.Project] = "shop", [ComposeLabels.Service] = "web", [ComposeLabels.OneOff] = "True" },
        }], Web).ShouldNotContain("shop-web-run-1");

    [Fact]
    public void What_was_created_and_never_started_is_made_anew() =>
        Plan([Deployed(Web) with { State = "created" }], Web).ShouldContain(
            "RemoveContainer shop-web-1: an interrupted run created and never started it");

    [Fact]
    public void A_change_that_was_never_settled_is_settled_after_the_gate()
    {
        var old = Deployed(Web with { User = "somebody" }) with { Id = "old", Name = "shop-web-1.previous-12345678", State = "exited" };
        Plan([old, Deployed(Web)], Web).ShouldEndWith("""

            -- gate --
            RemoveContainer shop-web-1.previous-12345678: what replaced it passed the gate
            """);
    }

    [Fact]
    public void A_job_that_completed_is_not_run_again()
    {
        var migrate = Stacks.Image("migrate");
        var web = Web with { DependsOn = [new ServiceDependency("migrate", DependencyCondition.CompletedSuccessfully)] };
        Plan([Deployed(migrate, web) with { State = "exited", ExitCode = 0 }, Deployed(web, migrate)], migrate, web)
            .ShouldBe("CreateNetwork shop_default: no network of this name");
        Plan([Deployed(migrate, web) with { State = "exited", ExitCode = 1 }, Deployed(web, migrate)], migrate, web)
            .ShouldContain("StartContainer shop-migrate-1");
    }

    [Fact]
    public void Every_old_container_of_a_phase_stops_before_any_new_one_starts()
    {
        var lines = Plan([Deployed(Web with { User = "a" }), Deployed(Stacks.Image("api") with { User = "a" })], Web, Stacks.Image("api")).Split('\n').ToList();
        lines.FindLastIndex(line => line.StartsWith("StopContainer", StringComparison.Ordinal))
            .ShouldBeLessThan(lines.FindIndex(line => line.StartsWith("StartContainer", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_name_that_somebody_else_holds_is_foreign_and_one_of_the_service_is_not()
    {
        var wanted = Wanted(Web);
        var theirs = Deployed(Web) with { Labels = new Dictionary<string, string>() };
        DeploymentPlanner.ForeignNames("shop", wanted, Observed(theirs)).ShouldHaveSingleItem().Holder.ShouldBe(theirs);
        DeploymentPlanner.ForeignNames("shop", wanted, Observed(Deployed(Web))).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("web.previous-0123abcd", "web", PreviousKind.Running)]
    [InlineData("web.previous-0123abcd-stopped", "web", PreviousKind.Stopped)]
    [InlineData("a.previous-00000000.previous-0123abcd-absent", "a.previous-00000000", PreviousKind.Absent)]
    public void A_kept_containers_name_says_what_it_was(string name, string original, PreviousKind kind)
    {
        var previous = PreviousName.Parse(name).ShouldNotBeNull();
        previous.ShouldBe(new PreviousName(original, "0123abcd", kind));
        previous.ToString().ShouldBe(name);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web.previous-0123abc")]
    [InlineData("web.previous-0123abcd-other")]
    [InlineData(".previous-0123abcd")]
    public void An_ordinary_name_is_ordinary(string name) => PreviousName.Parse(name).ShouldBeNull();

    private static string Plan(DeployedContainer[] containers, params Service[] services)
    {
        var rollout = Stacks.Rollout("shop", services);
        return DeploymentPlanner.Plan("shop", Wanted(services), ProjectResources.Networks(rollout, Stacks.Phases(rollout)[0]), [],
            Observed(containers), "0badcafe").ToString();
    }

    private static ObservedState Observed(params DeployedContainer[] containers) => new(containers, [], []);

    private static WantedService[] Wanted(params Service[] services)
    {
        var rollout = Stacks.Rollout("shop", services);
        return [.. Stacks.Phases(rollout)[0].Services.Select(service => WantedService.From(
            rollout, 1, service, new PreparedImage("acme/web:1", "sha256:1", "sha256:1"), Stacks.Settings()))];
    }

    private static DeployedContainer Deployed(Service service, params Service[] others) => Wanted([service, .. others])[0] is var wanted
        ? new DeployedContainer { Id = "id-" + service.Name, Name = wanted.Container.Name, State = "running", Labels = wanted.Container.Labels }
        : throw new InvalidOperationException();
}
