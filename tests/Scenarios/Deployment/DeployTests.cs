using System.Net;
using System.Net.Sockets;
using PhasedRollout.Contexts;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Deployment;

[Collection(EngineScenario.Sequence)]
[Trait("Category", "Scenario")]
public sealed class DeployTests : EngineScenario
{
    private Service Web => Quick(Stacks.Build("web", "web"));

    [Fact]
    public async Task A_first_deployment_builds_and_starts_and_a_second_one_touches_nothing()
    {
        var rollout = Stacks.Rollout(Project, [Web]);

        var first = await DeployAsync(rollout);
        first.Failure.ShouldBeNull(Log.ToString());
        first.Result.ShouldBe(PhaseResult.Succeeded);
        first.Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.Created);
        var before = (await ContainersAsync()).ShouldHaveSingleItem();
        before.State.ShouldBe("running");
        before.Name.ShouldBe($"{Project}-web-1");

        var second = await DeployAsync(rollout);
        second.Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
        second.Services[0].ImageId.ShouldBe(before.ImageId);
        (await ContainersAsync()).ShouldHaveSingleItem().Id.ShouldBe(before.Id);
        Repository.ArchivesOpened.ShouldBe(1);
    }

    [Fact]
    public async Task Containers_carry_the_labels_by_which_Compose_and_we_know_them()
    {
        var rollout = Stacks.Rollout(Project, [Web with { Environment = new Dictionary<string, string?> { ["PASSWORD"] = "hunter2-hunter2" } }]);
        await DeployAsync(rollout);

        var labels = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString()).Labels;
        labels[ComposeLabels.Project].ShouldBe(Project);
        labels[ComposeLabels.Service].ShouldBe("web");
        labels[ComposeLabels.ContainerNumber].ShouldBe("1");
        labels[ComposeLabels.OneOff].ShouldBe("False");
        labels[ComposeLabels.ConfigFiles].ShouldBe("/stack/compose.yml");
        labels[ComposeLabels.WorkingDirectory].ShouldBe("/stack");
        labels[RolloutLabels.Phase].ShouldBe("1");
        labels[RolloutLabels.Commit].ShouldBe(Repository.Commit);
        labels[RolloutLabels.Tree].ShouldBe(Repository.TreeId("web"));
        labels[RolloutLabels.Image].ShouldStartWith("sha256:");
        labels.Values.ShouldNotContain(value => value.Contains("hunter2", StringComparison.Ordinal));
        Log.ToString().ShouldNotContain("hunter2");
    }

    [Fact]
    public async Task Everything_that_the_model_says_of_a_container_reaches_it()
    {
        var other = $"{Project}-other";
        await Engine.CreateNetworkAsync(new NetworkSpec(other, null, new Dictionary<string, string>(), false, false, new Dictionary<string, string>()), Stop);
        var service = Web with
        {
            ContainerName = $"{Project}-named",
            Environment = new Dictionary<string, string?> { ["A"] = "b", ["ABSENT"] = null },
            Command = ["/bin/sh", "-c", "sleep 999"],
            User = "1000",
            WorkingDirectory = "/tmp",
            Hostname = "inside",
            StopSignal = "SIGUSR1",
            Init = true,
            ReadOnly = true,
            CapAdd = ["NET_ADMIN"],
            CapDrop = ["MKNOD"],
            ExtraHosts = ["vps:10.1.2.3"],
            MemoryLimit = 64 << 20,
            Cpus = 0.5m,
            SharedMemorySize = 1 << 20,
            Restart = "on-failure:3",
            Ports = [new PortMapping(8000, null, "127.0.0.1")],
            Mounts = [new MountDefinition("volume", "data", "/data", ReadOnly: false), new MountDefinition("tmpfs", null, "/scratch", ReadOnly: false),
                new MountDefinition("tmpfs", null, "/sized", ReadOnly: false) { Options = "size=1m,mode=1770" }],
            Networks = [new NetworkAttachment("default", ["www"]), new NetworkAttachment("other", ["elsewhere"])],
            Healthcheck = new Healthcheck(["CMD", "true"], TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(1), 2, TimeSpan.FromSeconds(3), Disabled: false),
            Logging = new LoggingDefinition("json-file", new Dictionary<string, string> { ["max-size"] = "1m" }),
        };
        var rollout = Stacks.Rollout(Project, [service]);
        rollout = rollout with
        {
            Networks = new Dictionary<string, NetworkDefinition>(rollout.Networks) { ["other"] = new("other", other, External: true, null, Stacks.Nowhere) },
            Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", $"{Project}_data", External: false, null, Stacks.Nowhere) },
        };

        var outcome = await DeployAsync(rollout);
        outcome.Failure.ShouldBeNull(Log.ToString());

        var docker = await Engine.GetClientAsync(Stop);
        var container = await docker.Containers.InspectContainerAsync($"{Project}-named", Stop);
        container.Config!.Env.ShouldContain("A=b");
        container.Config!.Env.ShouldNotContain(variable => variable.StartsWith("ABSENT", StringComparison.Ordinal));
        container.Config!.Cmd.ShouldBe(["/bin/sh", "-c", "sleep 999"]);
        container.Config!.User.ShouldBe("1000");
        container.Config!.WorkingDir.ShouldBe("/tmp");
        container.Config!.Hostname.ShouldBe("inside");
        container.Config!.StopSignal.ShouldBe("SIGUSR1");
        container.Config!.StopTimeout.ShouldBe(TimeSpan.FromSeconds(1));
        container.Config!.Healthcheck!.Test.ShouldBe(["CMD", "true"]);
        container.Config!.Healthcheck!.Interval.ShouldBe(TimeSpan.FromSeconds(2));
        container.Config!.Healthcheck.StartPeriod.ShouldBe(TimeSpan.FromSeconds(3));
        container.Config!.Healthcheck.Retries.ShouldBe(2);
        container.HostConfig!.Init.ShouldBe(true);
        container.HostConfig!.ReadonlyRootfs.ShouldBeTrue();
        container.HostConfig!.CapAdd.ShouldBe(["NET_ADMIN"]);
        container.HostConfig!.CapDrop.ShouldBe(["MKNOD"]);
        container.HostConfig!.ExtraHosts.ShouldBe(["vps:10.1.2.3"]);
        container.HostConfig!.Memory.ShouldBe(64 << 20);
        container.HostConfig!.NanoCPUs.ShouldBe(500_000_000);
        container.HostConfig!.ShmSize.ShouldBe(1 << 20);
        container.HostConfig!.RestartPolicy!.MaximumRetryCount.ShouldBe(3);
        container.HostConfig!.LogConfig!.Config["max-size"].ShouldBe("1m");
        container.HostConfig!.Tmpfs!["/sized"].ShouldBe("size=1m,mode=1770");
        container.NetworkSettings!.Ports["8000/tcp"].ShouldHaveSingleItem().HostIP.ShouldBe("127.0.0.1");
        container.NetworkSettings!.Networks[$"{Project}_default"].Aliases!.Take(2).ShouldBe(["web", "www"]);
        container.NetworkSettings!.Networks[other].Aliases.ShouldContain("elsewhere");
        container.Mounts!.ShouldContain(mount => mount.Name == $"{Project}_data" && mount.Destination == "/data");
    }

    [Fact]
    public async Task A_change_replaces_the_container_and_keeps_its_anonymous_volume()
    {
        Repository = await new MemoryRepository().WithServiceAsync("web", "date +%N > /state/born-$$; sleep 1000", "VOLUME /state");
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var before = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());
        before.AnonymousVolumes.Keys.ShouldBe(["/state"]);

        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web with { Environment = new Dictionary<string, string?> { ["A"] = "2" } }]));
        outcome.Failure.ShouldBeNull(Log.ToString());
        outcome.Services[0].Change.ShouldBe(ServiceChange.Replaced);
        var after = (await ContainersAsync()).ShouldHaveSingleItem();
        after.Id.ShouldNotBe(before.Id);
        after.Name.ShouldBe(before.Name);
        after.AnonymousVolumes.ShouldBe(before.AnonymousVolumes);
    }

    [Fact]
    public async Task A_phase_that_fails_its_gate_goes_back_to_the_very_container_that_ran()
    {
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var before = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());

        var changed = Stacks.Rollout(Project, [Web with { Environment = new Dictionary<string, string?> { ["A"] = "2" } }]);
        var outcome = await DeployAsync(changed, gate: service => service.ContainerId == before.Id);

        outcome.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        outcome.Failure.ShouldBeOfType<GateFailed>().Undo.ShouldHaveSingleItem().ShouldStartWith("web: runs again as before");
        Evidence.Asked.ShouldHaveSingleItem().ShouldBe([before.Name]);
        var after = (await ContainersAsync()).ShouldHaveSingleItem();
        after.Id.ShouldBe(before.Id);
        after.Name.ShouldBe(before.Name);
        after.State.ShouldBe("running");
    }

    [Fact]
    public async Task A_first_deployment_that_fails_its_gate_leaves_nothing()
    {
        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web]), gate: _ => false);

        outcome.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        outcome.Services[0].Change.ShouldBe(ServiceChange.None);
        (await ContainersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_build_that_fails_touches_nothing_and_names_its_step()
    {
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var before = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());

        Repository = await new MemoryRepository().WithServiceAsync("web", "sleep 1000", "RUN echo collecting foo==9.9.9 && exit 3");
        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web]));

        outcome.Result.ShouldBe(PhaseResult.NotStarted);
        var failed = outcome.Failure.ShouldBeOfType<BuildFailed>();
        failed.Step.ShouldNotBeNull().ShouldEndWith("RUN echo collecting foo==9.9.9 && exit 3");
        failed.Error.ShouldContain("exit code: 3");
        failed.Log.ShouldContain("collecting foo==9.9.9");
        (await ContainersAsync()).ShouldHaveSingleItem().Id.ShouldBe(before.Id);
    }

    [Fact]
    public async Task A_heredoc_is_named_as_what_an_old_BuildKit_cannot_do()
    {
        Repository.With("web/Dockerfile", "FROM scratch\nCOPY <<EOF /hello\nhello\nEOF\nCMD [\"/hello\"]\n");
        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web]));

        if ((await Engine.DescribeAsync(Stop)).ApiVersion < new Version(1, 42))
            outcome.Failure.ShouldBeOfType<BuildFailed>().Error.ShouldContain("'# syntax=docker/dockerfile:1'");
        else
            outcome.Failure.ShouldNotBeOfType<BuildFailed>();
    }

    [Fact]
    public async Task What_only_BuildKit_builds_is_built_with_arguments_labels_and_target()
    {
        Repository.With("web/Dockerfile", $"""
            FROM scratch AS wanted
            COPY --chmod=755 busybox /bin/busybox
            RUN ["/bin/busybox", "--install", "-s", "/bin"]
            ARG WORD
            RUN --mount=type=cache,target=/cache echo {Project} $WORD && touch /cache/x
            FROM scratch
            COPY nothing /
            """);
        var web = Web with
        {
            Build = Web.Build! with
            {
                Target = "wanted",
                Arguments = new Dictionary<string, string?> { ["WORD"] = "a&b=c d" },
                Labels = new Dictionary<string, string> { ["owner"] = "team \"a\"" },
            },
            Command = ["sleep", "1000"],
        };

        var outcome = await DeployAsync(Stacks.Rollout(Project, [web]));

        outcome.Failure.ShouldBeNull(Log.ToString());
        Log.Lines.ShouldContain($"debug: [web] {Project} a&b=c d");
        var image = await Engine.FindImageAsync((await ContainersAsync()).ShouldHaveSingleItem().ImageId, Stop);
        image.ShouldNotBeNull().Labels["owner"].ShouldBe("team \"a\"");
        image.Labels.ShouldContainKey("phased-rollout.fingerprint");
    }

    [Fact]
    public async Task Services_of_one_context_are_built_side_by_side_and_a_huge_line_breaks_nothing()
    {
        Repository = await new MemoryRepository().WithServiceAsync("web", "sleep 1000", $"RUN echo {Project} && head -c 3000000 /dev/zero | tr '\\0' a && echo");
        Service[] services = [.. Enumerable.Range(0, 4).Select(i => Quick(Stacks.Build($"web{i}", "web")))];

        var outcome = await DeployAsync(Stacks.Rollout(Project, services));

        outcome.Failure.ShouldBeNull(Log.ToString());
        (await ContainersAsync()).Count.ShouldBe(4);
        Log.Lines.ShouldAllBe(line => line.Length < 20_000);
        Log.Lines.ShouldContain(line => line.EndsWith("aaaaaaaa", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Dockerfile\n")] // built by the classic builder
    public async Task A_run_that_is_stopped_while_it_builds_leaves_no_step_running(string ignore)
    {
        var seconds = $"1{Random.Shared.Next(100_000, 999_999)}.25";
        Repository = (await new MemoryRepository().WithServiceAsync("web", "sleep 1000", $"RUN sleep {seconds}")).With("web/.dockerignore", ignore);
        using var stop = new CancellationTokenSource();
        var rollout = Stacks.Rollout(Project, [Web]);
        var run = Deployment(_ => true).DeployAsync(rollout, Stacks.Phases(rollout, Repository), 1, stop.Token);
        await HostProcesses.UntilAsync(() => HostProcesses.Runs($"sleep {seconds}"), "the step runs", Stop);

        await stop.CancelAsync();

        (await run).Failure.ShouldBeOfType<DeploymentCancelled>();
        await HostProcesses.UntilAsync(() => !HostProcesses.Runs($"sleep {seconds}"), "the step ended", Stop);
        (await Engine.ListImagesAsync(Project, Stop)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_port_that_a_process_holds_goes_back_and_says_what_the_engine_said()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web with { Ports = [new PortMapping(80, port)] }]));

        outcome.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        var refused = outcome.Failure.ShouldBeOfType<OperationRefused>();
        refused.Operation.ShouldBe($"StartContainer {Project}-web-1");
        refused.Error.ShouldContain("address already in use");
        (await ContainersAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_container_of_somebody_else_with_the_name_is_never_touched()
    {
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var image = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString()).ImageId;
        await Engine.CreatePlaceholderAsync($"{Project}-theirs", image, new Dictionary<string, string>(), Stop);

        var rollout = Stacks.Rollout(Project, [Web with { ContainerName = $"{Project}-theirs" }]);
        var outcome = await DeployAsync(rollout);

        outcome.Result.ShouldBe(PhaseResult.NotStarted);
        outcome.Failure.ShouldBeOfType<OperationRefused>().Error.ShouldContain($"'{Project}-theirs'");
        (await Engine.ListContainersAsync(Stop)).ShouldContain(container => container.Name == $"{Project}-theirs" && container.State == "created");
        (await ContainersAsync()).ShouldHaveSingleItem().State.ShouldBe("running");
    }

    [Fact]
    public async Task A_container_made_by_docker_compose_is_replaced_and_given_back_on_failure()
    {
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var ours = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());
        await Engine.RemoveContainerAsync(ours.Id, volumes: false, Stop);
        var docker = await Engine.GetClientAsync(Stop);
        var adopted = (await docker.Containers.CreateContainerAsync(new global::Docker.DotNet.Models.CreateContainerParameters
        {
            Name = $"{Project}_web_1",
            Image = ours.ImageId,
            Labels = new Dictionary<string, string> { [ComposeLabels.Project] = Project, [ComposeLabels.Service] = "web", [ComposeLabels.OneOff] = "False" },
        }, Stop)).ID;
        await Engine.StartContainerAsync(adopted, Stop);

        var failed = await DeployAsync(Stacks.Rollout(Project, [Web]), gate: service => service.ContainerId == adopted);
        failed.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        var back = (await ContainersAsync()).ShouldHaveSingleItem();
        (back.Id, back.Name, back.State).ShouldBe((adopted, $"{Project}_web_1", "running"));

        (await DeployAsync(Stacks.Rollout(Project, [Web]))).Result.ShouldBe(PhaseResult.Succeeded, Log.ToString());
        (await ContainersAsync()).ShouldHaveSingleItem().Name.ShouldBe($"{Project}-web-1");
    }

    [Fact]
    public async Task What_a_killed_run_left_is_settled_by_the_next_one()
    {
        await DeployAsync(Stacks.Rollout(Project, [Web]));
        var old = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());
        await Engine.RenameContainerAsync(old.Id, new PreviousName(old.Name, "0badcafe", PreviousKind.Running).ToString(), Stop);
        await Engine.StopContainerAsync(old.Id, Stop);

        var changed = Stacks.Rollout(Project, [Web with { Environment = new Dictionary<string, string?> { ["A"] = "2" } }]);
        var failed = await DeployAsync(changed, gate: service => service.ContainerId == old.Id);
        failed.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        var back = (await ContainersAsync()).ShouldHaveSingleItem();
        (back.Id, back.Name, back.State).ShouldBe((old.Id, old.Name, "running"));
    }

    [Fact]
    public async Task A_later_phase_does_not_start_over_an_earlier_one_that_is_gone()
    {
        var rollout = Stacks.Rollout(Project, [Web], [Web with { Name = "api" }]);
        (await DeployAsync(rollout, 2)).Failure.ShouldBeOfType<EarlierPhaseUnhealthy>().EarlierPhase.ShouldBe(1);

        (await DeployAsync(rollout, 1)).Result.ShouldBe(PhaseResult.Succeeded, Log.ToString());
        (await DeployAsync(rollout, 2)).Result.ShouldBe(PhaseResult.Succeeded, Log.ToString());
        await Engine.StopContainerAsync($"{Project}-web-1", Stop);
        var failure = (await DeployAsync(rollout, 2)).Failure.ShouldBeOfType<EarlierPhaseUnhealthy>();
        failure.Services.ShouldHaveSingleItem().Reason.ShouldContain("exited");
    }

    [Fact]
    public async Task A_dependency_is_waited_for_until_it_completed()
    {
        await Repository.WithServiceAsync("migrate", "sleep 1; exit 0");
        var migrate = Quick(Stacks.Build("migrate", "migrate"));
        var web = Web with { DependsOn = [new ServiceDependency("migrate", DependencyCondition.CompletedSuccessfully)] };
        var outcome = await DeployAsync(Stacks.Rollout(Project, [migrate, web]));
        outcome.Failure.ShouldBeNull(Log.ToString());
        Log.Lines.ShouldContain(line => line.Contains("AwaitDependency migrate", StringComparison.Ordinal));

        var again = await DeployAsync(Stacks.Rollout(Project, [migrate, web]));
        again.Result.ShouldBe(PhaseResult.Unchanged, Log.ToString());
    }

    [Fact]
    public async Task Teardown_removes_what_was_deployed_and_nothing_else()
    {
        var rollout = Stacks.Rollout(Project, [Web with { Mounts = [new MountDefinition("volume", "data", "/data", ReadOnly: false)] }]);
        rollout = rollout with { Volumes = new Dictionary<string, VolumeDefinition> { ["data"] = new("data", $"{Project}_data", false, null, Stacks.Nowhere) } };
        (await DeployAsync(rollout)).Failure.ShouldBeNull(Log.ToString());
        var image = (await ContainersAsync()).ShouldHaveSingleItem().ImageId;
        var theirs = $"{Project}-theirs";
        await Engine.CreateNetworkAsync(new NetworkSpec(theirs, null, new Dictionary<string, string>(), false, false,
            new Dictionary<string, string> { [RolloutLabels.CreatedNetwork] = Project }), Stop);

        await Deployment(_ => true).TeardownAsync(Project, volumes: false, Stop);
        (await ContainersAsync()).ShouldBeEmpty();
        (await Engine.ListImagesAsync(Project, Stop)).ShouldBeEmpty();
        var networks = (await Engine.ListNetworksAsync(Stop)).Select(network => network.Name).ToArray();
        networks.ShouldNotContain($"{Project}_default");
        networks.ShouldContain(theirs);
        (await Engine.ListVolumesAsync(Stop)).ShouldContain(volume => volume.Name == $"{Project}_data");
        (await Engine.FindImageAsync(image, Stop)).ShouldBeNull();

        await Deployment(_ => true).TeardownAsync(Project, volumes: true, Stop);
        (await Engine.ListVolumesAsync(Stop)).ShouldNotContain(volume => volume.Name == $"{Project}_data");
    }

    [Fact]
    public async Task A_run_that_is_stopped_at_the_gate_goes_back_and_says_so()
    {
        using var stop = new CancellationTokenSource();
        var rollout = Stacks.Rollout(Project, [Web]);
        var deployment = Deployment(_ =>
        {
            stop.Cancel();
            stop.Token.ThrowIfCancellationRequested();
            return true;
        });

        var outcome = await deployment.DeployAsync(rollout, Stacks.Phases(rollout, Repository), 1, stop.Token);
        outcome.Failure.ShouldBeOfType<DeploymentCancelled>().Undo.ShouldHaveSingleItem();
        outcome.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        (await ContainersAsync()).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Dockerfile\n")] // only the classic builder takes it out of the archive
    [InlineData("")]
    public async Task A_context_arrives_with_modes_and_links_and_without_what_is_ignored(string alsoIgnored)
    {
        Repository = (await new MemoryRepository().WithServiceAsync("web", "sleep 1000",
                "COPY . /context\nRUN cd /context && find . | sort && ls -l run.sh && cat link && cat attributes && echo"))
            .With("web/run.sh", "#!/bin/sh\n", TreeEntryKind.Executable)
            .With("web/attributes", "$Format:%H$")
            .With("web/link", "sub/deep/file", TreeEntryKind.Symlink)
            .With("web/escape", "../../other/secret", TreeEntryKind.Symlink)
            .With("web/sub/deep/file", "deep content")
            .With("web/sub/ignored.log", "x")
            .With("web/.dockerignore", $"**/*.log\n{alsoIgnored}# {Project}\n")
            .With("other/secret", "not yours");
        var all = Repository.ArchiveEntries;
        Repository.ArchiveEntries = () => all()
            .Where(entry => entry.Path != "web/run.sh") // export-ignore
            .Select(entry => entry.Path == "web/attributes" ? (entry.Path, entry.Kind, "expanded"u8.ToArray()) : entry) // export-subst
            .Append(("web/../../../etc/evil", TreeEntryKind.File, "evil"u8.ToArray()))
            .Append(("web/not-in-the-tree", TreeEntryKind.File, "evil"u8.ToArray()));

        var outcome = await DeployAsync(Stacks.Rollout(Project, [Web]));
        outcome.Failure.ShouldBeNull(Log.ToString());
        string[] seen = [.. Log.Lines.Where(line => line.StartsWith("debug: [web] ", StringComparison.Ordinal)).Select(line => line["debug: [web] ".Length..])];
        seen.Where(line => line.StartsWith("./", StringComparison.Ordinal)).ShouldBe(
            [.. (string[])(alsoIgnored.Length > 0 ? ["./.dockerignore"] : ["./.dockerignore", "./Dockerfile"]), "./attributes", "./busybox", "./link", "./run.sh", "./sub", "./sub/deep", "./sub/deep/file"]);
        seen.ShouldContain(line => line.StartsWith("-rwxr-xr-x", StringComparison.Ordinal) && line.EndsWith("run.sh", StringComparison.Ordinal));
        seen.ShouldContain("deep content$Format:%H$");
        Repository.BlobsRead.ShouldBe([Repository.BlobId("web/run.sh"), Repository.BlobId("web/attributes")], ignoreOrder: true);
    }
}
