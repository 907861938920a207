using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment;

/// <summary>A service that nothing binds to one container at a time is replaced while its old container answers.</summary>
public class BesideTests
{
    private static readonly Service Web = Stacks.Image("web") with { Restart = "always" };

    [Fact]
    public void What_holds_nothing_of_the_host_is_tried_and_started_beside_what_runs() =>
        Plan([Deployed(Before(Web))], Web).ToString().ShouldBe("""
            CreateContainer shop-web-1.trial-0badcafe: on trial beside what runs: replaces shop-web-1
            StartContainer shop-web-1.trial-0badcafe: it must become healthy before anybody is sent to it
            -- trial --
            StopContainer shop-web-1.trial-0badcafe: it became healthy
            RemoveContainer shop-web-1.trial-0badcafe: it became healthy
            CreateContainer shop-web-1.next-0badcafe: beside what runs: replaces shop-web-1
            StartContainer shop-web-1.next-0badcafe: it is new, and answers with the old one until the gate
            -- gate --
            RenameContainer shop-web-1 to shop-web-1.previous-0badcafe: its configuration changed
            RenameContainer shop-web-1.next-0badcafe to shop-web-1: it passed the gate beside the old one
            StopContainer shop-web-1.previous-0badcafe: what replaced it passed the gate
            RemoveContainer shop-web-1.previous-0badcafe: what replaced it passed the gate
            """);

    [Fact]
    public void On_trial_it_has_neither_the_services_names_nor_labels_that_a_proxy_reads()
    {
        var web = Web with
        {
            Labels = new Dictionary<string, string> { ["traefik.enable"] = "true" },
            Networks = [new NetworkAttachment("default", ["www"])],
        };
        var plan = Plan([Deployed(Before(web))], web);

        var trial = plan.Trial.OfType<CreateContainer>().ShouldHaveSingleItem().Container;
        trial.Configuration.Networks.ShouldHaveSingleItem().Aliases.ShouldBeEmpty();
        trial.Labels.Keys.ShouldAllBe(label => label.StartsWith("phased-rollout.", StringComparison.Ordinal));

        var next = plan.Switch.OfType<CreateContainer>().ShouldHaveSingleItem().Container;
        next.Configuration.Networks.ShouldHaveSingleItem().Aliases.ShouldBe(["web", "www"]);
        next.Labels.ShouldContainKeyAndValue("traefik.enable", "true");
        next.ConfigHash.ShouldBe(Wanted(web)[0].Container.ConfigHash);
    }

    public static TheoryData<string, Service> Bound => new()
    {
        { "nothing restarts or checks it, as with a job", Web with { Restart = "no" } },
        { "update_config says order: stop-first", Web with { StopsFirst = true } },
        { "it publishes ports of the host", Web with { Ports = [new PortMapping(80, 8080)] } },
        { "its network_mode is host", Web with { NetworkMode = "host", Networks = [] } },
        { "it has a fixed address", Web with { Networks = [new NetworkAttachment("default", [], "10.0.0.7")] } },
        { "the volume data is not for two at once", Web with { Mounts = [new MountDefinition("volume", "data", "/data", ReadOnly: true)] } },
        { "it may write to /srv on the host", Web with { Mounts = [new MountDefinition("bind", "/srv", "/srv", ReadOnly: false)] } },
        { "it is privileged, and may hold what is the host's", Web with { Privileged = true } },
        { "its x-health address does not tell which of two answered", Web with { HealthUrl = new HealthUrl(new Uri("http://shop.example/health")) } },
    };

    [Theory]
    [MemberData(nameof(Bound))]
    public void What_only_one_container_can_have_makes_the_old_one_stop_first(string reason, Service service)
    {
        var plan = Plan([Deployed(Before(service))], service);
        plan.Replacements["web"].StopsFirst.ShouldBe(reason);
        plan.Trial.ShouldBeEmpty();
        plan.Switch.OfType<StopContainer>().ShouldHaveSingleItem().Cause.ShouldBe($"gives way to what replaces it, since {reason}");
    }

    [Fact]
    public void Neither_does_an_anonymous_volume_belong_to_two() =>
        Plan([Deployed(Before(Web)) with { AnonymousVolumes = new Dictionary<string, string> { ["/data"] = "0123" } }], Web)
            .Replacements["web"].StopsFirst.ShouldBe("an anonymous volume goes over to the new container");

    [Fact]
    public void What_is_only_read_on_the_host_does_not_hinder() =>
        Plan([Deployed(Before(Web))], Web with
        {
            Mounts = [new MountDefinition("bind", "/etc/web.conf", "/etc/web.conf", ReadOnly: true), new MountDefinition("tmpfs", null, "/tmp", false)],
        }).IsBeside("web").ShouldBeTrue();

    [Fact]
    public void Services_that_depend_on_each_other_and_change_together_switch_together()
    {
        var api = Stacks.Image("api") with { Restart = "always" };
        var web = Web with { DependsOn = [new ServiceDependency("api", DependencyCondition.Started)] };

        var both = Plan([Deployed(Before(web), api), Deployed(Before(api))], web, api);
        both.Replacements["web"].StopsFirst.ShouldBe("api changes with it, and the two versions would meet");
        both.Replacements["api"].StopsFirst.ShouldBe("web changes with it, and the two versions would meet");

        Plan([Deployed(Before(web), api), Deployed(api)], web, api).IsBeside("web").ShouldBeTrue();
    }

    [Fact]
    public void Nothing_is_beside_what_does_not_run() =>
        Plan([Deployed(Before(Web)) with { State = "exited" }], Web).Replacements.ShouldBeEmpty();

    [Fact]
    public void What_an_interrupted_run_left_beside_is_removed_and_what_answers_is_not_touched_before_the_gate()
    {
        var old = Deployed(Before(Web));
        var left = Deployed(Web) with { Id = "left", Name = "shop-web-1.next-12345678" };
        var plan = Plan([old, left], Web);
        plan.ToString().ShouldStartWith("""
            StopContainer shop-web-1.next-12345678: an interrupted run left it before its gate
            RemoveContainer shop-web-1.next-12345678: an interrupted run left it before its gate
            CreateContainer shop-web-1.trial-0badcafe:
            """);
        plan.Prepare.Concat(plan.Switch).OfType<StopContainer>().ShouldNotContain(stop => stop.Container == old.Id);
    }

    [Fact]
    public void An_undo_removes_what_is_beside_and_leaves_what_runs()
    {
        var left = Deployed(Web) with { Id = "left", Name = "shop-web-1.trial-12345678" };
        DeploymentPlanner.PlanUndo("shop", Wanted(Web), new ObservedState([Deployed(Before(Web)), left], [], []), new HashSet<string>())
            .RemoveNew.Select(operation => operation.Title).ShouldBe(["StopContainer shop-web-1.trial-12345678", "RemoveContainer shop-web-1.trial-12345678"]);
    }

    [Theory]
    [InlineData("web.next-0123abcd", "web", false)]
    [InlineData("a.trial-1.trial-0123abcd", "a.trial-1", true)]
    public void The_name_says_what_it_is_to_become(string name, string original, bool isTrial)
    {
        var beside = BesideName.Parse(name).ShouldNotBeNull();
        beside.ShouldBe(new BesideName(original, "0123abcd", isTrial));
        beside.ToString().ShouldBe(name);
    }

    [Theory]
    [InlineData("web")]
    [InlineData("web.next-1")]
    [InlineData("web.previous-0123abcd")]
    [InlineData(".next-0123abcd")]
    public void An_ordinary_name_says_nothing(string name) => BesideName.Parse(name).ShouldBeNull();

    private static Service Before(Service service) => service with { User = "somebody" };

    private static DeploymentPlan Plan(DeployedContainer[] containers, params Service[] services) =>
        DeploymentPlanner.Plan("shop", Wanted(services), [], [], new ObservedState(containers, [], []), "0badcafe");

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
