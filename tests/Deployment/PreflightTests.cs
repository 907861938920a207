using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Contexts;

namespace PhasedRollout.Tests.Deployment;

public class PreflightTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    private readonly MemoryTarget target = new MemoryTarget().WithImage("acme/web:1").WithNetwork("bridge");

    private static VerifiedService Verified => new(Stacks.Image("web"), null, null, [], Verdict.Ready);

    [Fact]
    public async Task A_place_that_has_everything_gives_no_finding_and_is_not_written_to()
    {
        (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]))).ShouldBeEmpty();
        target.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_Dockerfile_that_needs_BuildKit_is_named_with_its_lines()
    {
        var settings = new PreflightSettings
        {
            Verified =
            [
                Verified with { BuildKitNeeds = [new BuildKitNeed(7, "RUN --mount", "leave it away"), new BuildKitNeed(9, "COPY --link", "leave it away too")] },
            ],
        };

        var finding = (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]), settings)).ShouldHaveSingleItem();

        (finding.Rule, finding.Service, finding.Blocks).ShouldBe(("VC212", "web", true));
        finding.Message.ShouldContain("line 7");
        finding.Evidence.ShouldBe(["line 7: RUN --mount: leave it away", "line 9: COPY --link: leave it away too"]);
    }

    [Theory]
    [InlineData("1.41", false, "which BuildKit of this engine (20.10) is too old for")]
    [InlineData("1.41", true, null)]
    [InlineData("1.42", false, null)]
    public async Task What_the_engines_BuildKit_is_too_old_for_is_named_unless_a_newer_frontend_is(string api, bool hasSyntax, string? says)
    {
        target.HasBuildKit = true;
        target.Api = Version.Parse(api);
        var need = new BuildKitNeed(7, "COPY --link", "leave it away") { Since = new Version(1, 42), IsUpToTarget = false, IsBuilt = false };
        var settings = new PreflightSettings { Verified = [Verified with { BuildKitNeeds = [need], HasSyntaxDirective = hasSyntax }] };

        var findings = await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]), settings);

        findings.Select(finding => finding.Message).ShouldBe(says is null ? [] : [$"line 7 of the Dockerfile of 'web' is COPY --link, {says}"]);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public async Task A_secret_that_BuildKit_would_ask_for_is_named_where_its_step_is_built(bool isBuilt, bool isNamed)
    {
        target.HasBuildKit = true;
        var need = new BuildKitNeed(7, "RUN --mount=type=secret", "fetch it before") { AsksClient = true, IsBuilt = isBuilt };
        var settings = new PreflightSettings { Verified = [Verified with { BuildKitNeeds = [need, new BuildKitNeed(9, "RUN --mount", "leave it away")], HasSyntaxDirective = true }] };

        var findings = await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]), settings);

        findings.SelectMany(finding => finding.Evidence).ShouldBe(isNamed ? ["line 7: RUN --mount=type=secret: fetch it before"] : []);
    }

    [Fact]
    public async Task A_missing_external_network_names_its_users_and_the_command()
    {
        var finding = (await CheckAsync(WithExternal())).ShouldHaveSingleItem();
        finding.Rule.ShouldBe("VC601");
        finding.Failure.ShouldBe(FailureClass.NetworkMissing);
        finding.Blocks.ShouldBeTrue();
        finding.Message.ShouldBe("the external network 'dokploy-network' does not exist; web would join it");
        finding.NextCommand.ShouldBe("docker network create dokploy-network");
    }

    [Fact]
    public async Task A_missing_external_network_is_created_when_that_is_asked_for()
    {
        (await CheckAsync(WithExternal(), new PreflightSettings { CreateMissingNetworks = true })).ShouldBeEmpty();
        target.Writes.ShouldBe(["create network dokploy-network"]);
        target.Networks.Single(network => network.Name == "dokploy-network").Labels[RolloutLabels.CreatedNetwork].ShouldBe("shop");
    }

    [Fact]
    public async Task A_swarm_network_that_is_not_attachable_does_not_fit()
    {
        target.WithNetwork("dokploy-network", "overlay", "swarm");
        (await CheckAsync(WithExternal())).ShouldHaveSingleItem().Message.ShouldContain("not attachable");
    }

    [Fact]
    public async Task A_port_that_somebody_elses_container_holds_is_named_with_its_holder()
    {
        target.WithContainer(Holder("theirs-nginx-1", "theirs", "nginx"));
        var finding = (await CheckAsync(WithPort())).ShouldHaveSingleItem();
        finding.Rule.ShouldBe("VC303");
        finding.Failure.ShouldBe(FailureClass.PortConflict);
        finding.Service.ShouldBe("web");
        finding.Message.ShouldBe("host port 8000/tcp is held by container 'theirs-nginx-1' of service 'nginx' in project 'theirs'");
    }

    [Fact]
    public async Task A_port_that_this_rollout_holds_is_fine()
    {
        target.WithContainer(Holder("shop-web-1", "shop", "web"));
        (await CheckAsync(WithPort())).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_port_that_an_orphan_holds_is_not_fine()
    {
        target.WithContainer(Holder("shop-gone-1", "shop", "gone"));
        (await CheckAsync(WithPort())).ShouldHaveSingleItem().Message.ShouldEndWith("of service 'gone', which is no longer in the file");
    }

    [Theory]
    [InlineData(true, Certainty.Certain)]
    [InlineData(false, Certainty.Likely)]
    public async Task A_port_that_a_process_holds_is_certain_only_where_we_can_see_it(bool local, Certainty certainty)
    {
        target.IsLocal = local;
        target.WithListener(8000, new PortHolder("0.0.0.0:8000", 4711, "python3"));
        var finding = (await CheckAsync(WithPort())).ShouldHaveSingleItem();
        finding.Certainty.ShouldBe(certainty);
        finding.Message.ShouldBe("host port 8000/tcp is held by python3 (process 4711), listening on 0.0.0.0:8000");
    }

    [Fact]
    public async Task An_image_that_is_not_there_and_not_to_be_had_blocks()
    {
        target.Registry = new RegistryAnswer(false, "denied: requested access to the resource is denied");
        var finding = (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web", "ghcr.io/acme/web:2")]))).ShouldHaveSingleItem();
        (finding.Failure, finding.Blocks).ShouldBe((FailureClass.ImageUnavailable, true));
        finding.Message.ShouldContain("denied");

        target.Registry = new RegistryAnswer(true, "sha256:1");
        (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web", "ghcr.io/acme/web:2")]))).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_image_that_was_pinned_and_cannot_be_pulled_there_does_not_block_where_the_target_has_its_tag()
    {
        target.Registry = new RegistryAnswer(null, "no route to host");
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")]);

        var finding = (await CheckAsync(rollout, digest: Digest)).ShouldHaveSingleItem();
        (finding.Rule, finding.Certainty).ShouldBe(("VC902", Certainty.Hint));
        finding.Message.ShouldContain("sha256:acme/web:1");

        target.WithImage($"acme/web:1@{Digest}");
        (await CheckAsync(rollout, digest: Digest)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("linux/arm64", null, true)]
    [InlineData("linux/amd64", null, false)]
    [InlineData("linux/386", null, false)]
    [InlineData("linux/arm64", "linux/arm64", false)]
    public async Task An_image_of_the_target_for_another_processor_is_named(string made, string? wanted, bool named)
    {
        target.WithImage("acme/web:1", platform: made);
        var findings = await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web") with { Platform = wanted }]));

        findings.Count.ShouldBe(named ? 1 : 0);
        findings.ShouldAllBe(finding => finding.Rule == "VC216" && finding.Certainty == Certainty.Likely);
    }

    [Theory]
    [InlineData("linux/arm64,linux/s390x", null, Certainty.Certain)]
    [InlineData("linux/arm64", null, Certainty.Likely)]
    [InlineData("linux/amd64,linux/arm64", null, null)]
    [InlineData("linux/amd64,linux/arm64", "linux/s390x", Certainty.Certain)]
    [InlineData("", null, null)]
    public async Task An_image_that_is_not_published_for_the_targets_processor_is_named(string offered, string? wanted, Certainty? certainty)
    {
        target.Registry = new RegistryAnswer(true, Digest,
            [.. offered.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(platform => ImagePlatform.Parse(platform)!)]);
        var findings = await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web", "acme/other:1") with { Platform = wanted }]));

        findings.Select(finding => (Certainty?)finding.Certainty).ShouldBe(certainty is null ? [] : [certainty]);
        findings.ShouldAllBe(finding => finding.Rule == "VC216" && finding.Message.Contains(wanted ?? "linux/amd64", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_base_image_that_is_not_there_for_the_targets_processor_is_named()
    {
        target.WithImage("acme/local:1", platform: "linux/arm64");
        var registry = new MemoryRegistry { Otherwise = new ImageFound(Digest) };
        registry.Platforms["acme/remote:1"] = [new ImagePlatform("linux", "arm64", null), new ImagePlatform("linux", "s390x", null)];
        registry.Platforms["python:3.12"] = [new ImagePlatform("linux", "amd64", null), new ImagePlatform("linux", "arm64", null)];
        registry.Answers["acme/silent:1"] = new RegistryUnreachable("no route to host");
        var settings = new PreflightSettings
        {
            Verified = [Verified with { BaseImages = ["acme/local:1", "acme/remote:1", "python:3.12", "acme/silent:1"] }],
        };

        var findings = await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]), settings, registry: registry);

        findings.Select(finding => (finding.Rule, finding.Certainty)).ShouldBe([("VC216", Certainty.Likely), ("VC216", Certainty.Likely)]);
        findings.Select(finding => finding.Message.Split('\'')[1]).ShouldBe(["acme/local:1", "acme/remote:1"]);
    }

    [Fact]
    public async Task A_container_name_of_somebody_else_blocks()
    {
        target.WithContainer(new DeployedContainer { Id = "x", Name = "shop-web-1", State = "exited", Image = "nginx" });
        var finding = (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]))).ShouldHaveSingleItem();
        finding.Rule.ShouldBe("VC906");
        finding.Message.ShouldBe("the container name 'shop-web-1' is held by container 'shop-web-1' (image nginx)");
    }

    [Theory]
    [InlineData(10L << 20, Certainty.Certain)]
    [InlineData(500L << 20, Certainty.Likely)]
    public async Task Little_disk_is_said_and_no_disk_blocks(long free, Certainty certainty)
    {
        target.FreeDisk = free;
        var finding = (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]))).ShouldHaveSingleItem();
        (finding.Failure, finding.Certainty).ShouldBe((FailureClass.DiskFull, certainty));
    }

    [Fact]
    public async Task What_the_text_lacks_is_named_all_at_once()
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web") with { UndeployableKeys = [new UndeployableKey("services/web/gpus", Stacks.Nowhere)] }]) with
        {
            UnsetVariables = [new UnsetVariable("A", "services/web/image", null, Stacks.Nowhere), new UnsetVariable("B", "services/web/environment/B", "needed", Stacks.Nowhere)],
        };

        var findings = await CheckAsync(rollout);
        findings.Select(finding => $"{finding.Rule} {finding.Message}").ShouldBe(
            ["VC508 A has no value", "VC508 B has no value: needed", "VC904 services/web/gpus is valid Compose, and deploying it to an engine is not available yet"]);
        findings.ShouldAllBe(finding => finding.Failure == FailureClass.InvalidCompose && finding.Blocks);
    }

    [Fact]
    public async Task A_database_that_refuses_is_found_beside_an_engine_that_is_gone()
    {
        target.DiesAfter = null;
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")]) with
        {
            Requirements = [new Requirement("postgresql://u:secret@vps:5433/db", "x-rollout/requires/0", null, Stacks.Nowhere)],
        };
        var answer = new RequirementAnswer("postgresql://vps:5433/db", FailureClass.CredentialsRejected, "password authentication failed", "correct the password");
        var finding = (await CheckAsync(rollout, probe: new FakeProbe(answer))).ShouldHaveSingleItem();
        (finding.Failure, finding.Blocks, finding.Where).ShouldBe((FailureClass.CredentialsRejected, true, "x-rollout/requires/0"));
        finding.Rule.ShouldBe("VC903");
        finding.ToString().ShouldNotContain("secret");
    }

    [Fact]
    public async Task An_engine_that_is_gone_is_one_finding()
    {
        target.LooksWithoutAnswer = int.MaxValue;
        var finding = (await CheckAsync(Stacks.Rollout("shop", [Stacks.Image("web")]))).ShouldHaveSingleItem();
        (finding.Rule, finding.Failure, finding.Blocks).ShouldBe(("VC901", FailureClass.EngineUnreachable, true));
    }

    [Theory]
    [InlineData(true, FailureClass.DatabaseUnreachable, true)]
    [InlineData(false, FailureClass.DatabaseUnreachable, false)]
    [InlineData(false, FailureClass.CredentialsRejected, true)]
    public async Task A_database_that_is_not_reached_from_here_blocks_only_where_here_is_the_engines_host(bool local, FailureClass failure, bool blocks)
    {
        target.IsLocal = local;
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")]) with
        {
            Requirements = [new Requirement("redis://vps:6380", "x-rollout/requires/0", null, Stacks.Nowhere)],
        };

        var findings = await CheckAsync(rollout, probe: new FakeProbe(new RequirementAnswer("redis://vps:6380", failure, "no", "do")));

        findings.Single(finding => finding.Rule == PreflightRules.Requirement).Blocks.ShouldBe(blocks);
    }

    [Fact]
    public async Task A_context_that_could_not_be_looked_up_blocks()
    {
        var finding = (await CheckAsync(Stacks.Rollout("shop", [Unverified("web")]))).ShouldHaveSingleItem();
        (finding.Rule, finding.Failure, finding.Service, finding.Blocks).ShouldBe(("VC905", FailureClass.BuildContextNotFound, "web", true));
    }

    [Fact]
    public async Task A_finding_that_the_file_accepts_does_not_block()
    {
        var rollout = WithExternal() with { Accepted = [new AcceptedFinding("VC601", null, "somebody makes it later")] };
        var finding = (await CheckAsync(rollout)).ShouldHaveSingleItem();
        finding.Blocks.ShouldBeFalse();
        finding.Accepted.ShouldBe("somebody makes it later");
    }

    private Task<IReadOnlyList<Finding>> CheckAsync(Rollout rollout, PreflightSettings? settings = null, IRequirementProbe? probe = null, string? digest = null, IImageRegistry? registry = null) =>
        new Preflight(target, probe ?? new FakeProbe(new RequirementAnswer("", null, "", "")), new RecordingLog(), registry).CheckAsync(
            rollout, Stacks.Phases(rollout, digest: digest), settings ?? new PreflightSettings(), TestContext.Current.CancellationToken);

    private static Service Unverified(string name) => Stacks.Image(name) with
    {
        Image = null,
        Build = new BuildDefinition("https://example.com/app.tar.gz", "Dockerfile") { Reference = new OtherContext("https://example.com/app.tar.gz", "a file to download from example.com") },
    };

    private static Rollout WithExternal() => Stacks.Rollout("shop", [Stacks.Image("web") with { Networks = [new NetworkAttachment("dokploy-network", [])] }]) with
    {
        Networks = new Dictionary<string, NetworkDefinition>
        {
            ["dokploy-network"] = new("dokploy-network", "dokploy-network", External: true, null, Stacks.Nowhere),
        },
    };

    private static Rollout WithPort() => Stacks.Rollout("shop", [Stacks.Image("web") with { Ports = [new PortMapping(80, 8000)] }]);

    private static DeployedContainer Holder(string name, string project, string service) => new()
    {
        Id = name,
        Name = name,
        State = "running",
        Labels = new Dictionary<string, string> { [ComposeLabels.Project] = project, [ComposeLabels.Service] = service },
        Ports = [new PublishedPort("0.0.0.0", 8000, "tcp"), new PublishedPort("::", 8000, "tcp")],
    };

    internal sealed class FakeProbe(RequirementAnswer answer) : IRequirementProbe
    {
        public Task<RequirementAnswer> ProbeAsync(Requirement requirement, CancellationToken cancellationToken) => Task.FromResult(answer);
    }
}
