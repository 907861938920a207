using System.Text.Json;
using PhasedRollout.Deployment;
using PhasedRollout.Deployment.Previews;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Tests.Deployment.Previews;

/// <summary>What Preview says is what the deployment does.</summary>
public class DeploymentPreviewTests
{
    private readonly MemoryTarget target = new MemoryTarget().WithImage("acme/web:1", "sha256:one");

    [Fact]
    public async Task What_is_not_there_is_created_phase_by_phase_and_nothing_is_written()
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")], [Stacks.Image("api")]);

        var phases = await LookAsync(rollout);

        string.Join('\n', PreviewText.Lines(phases)).ShouldBe("""
            Phase 1, Phase 1: 1 to create
              create web: no container of the service
                CreateNetwork shop_default: no network of this name
                CreatePlaceholder shop-web-1.previous-0badcafe-absent: says that nothing was there before
                CreateContainer shop-web-1: no container of the service
                StartContainer shop-web-1: it is new
                RemoveContainer shop-web-1.previous-0badcafe-absent: the service passed the gate (after the gate)
            Phase 2, Phase 2: 1 to create
              create api: no container of the service
                CreatePlaceholder shop-api-1.previous-0badcafe-absent: says that nothing was there before
                CreateContainer shop-api-1: no container of the service
                StartContainer shop-api-1: it is new
                RemoveContainer shop-api-1.previous-0badcafe-absent: the service passed the gate (after the gate)
            """.Replace("0badcafe", Stacks.Settings().RunMark, StringComparison.Ordinal));
        target.Writes.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_as_asked_is_nothing_to_do()
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")]);
        await DeployAsync(rollout);

        PreviewText.Lines(await LookAsync(rollout)).ShouldBe(["Phase 1, Phase 1: nothing to do", "Nothing to do: everything is as asked."]);
    }

    [Fact]
    public async Task A_change_names_what_changed()
    {
        await DeployAsync(Stacks.Rollout("shop", [Stacks.Image("web"), Stacks.Image("api")]));
        target.WithImage("acme/web:2", "sha256:two");

        var services = (await LookAsync(Stacks.Rollout("shop", [Stacks.Image("web", "acme/web:2"), Stacks.Image("api") with { User = "somebody" }])))[0].Services;

        services.Select(service => (service.Service, service.Change, service.Cause)).ShouldBe(
            [("web", "replace", "its image changed, one is now two"), ("api", "replace", "its configuration changed")], ignoreOrder: true);
    }

    [Fact]
    public async Task What_is_replaced_beside_what_runs_is_said_and_why_anything_else_stops_first()
    {
        var web = Stacks.Image("web") with { Restart = "always" };
        var api = Stacks.Image("api") with { Restart = "always", Ports = [new PortMapping(80, 8080)] };
        await DeployAsync(Stacks.Rollout("shop", [web, api]));

        var lines = PreviewText.Lines(await LookAsync(Stacks.Rollout("shop", [web with { User = "a" }, api with { User = "a" }])));

        lines.ShouldContain("  replace web beside the running one: its configuration changed");
        lines.ShouldContain("  replace api after stopping what runs, since it publishes ports of the host: its configuration changed");
        lines.ShouldContain(line => line.StartsWith("    RenameContainer shop-web-1.next-", StringComparison.Ordinal)
            && line.EndsWith(" to shop-web-1: it passed the gate beside the old one (after the gate)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_image_that_has_to_be_pulled_or_is_not_to_be_had_is_said()
    {
        var phase = (await LookAsync(Stacks.Rollout("shop", [Stacks.Image("web", "acme/far:1"), Stacks.Image("api", "acme/away:1") with { PullPolicy = "never" }])))[0];

        phase.Operations[0].ShouldBe(new OperationPreview("image", "PullImage", "web", "acme/far:1", "it is not on the target"));
        phase.Services.ShouldContain(new ServicePreview("api", "blocked", "the image 'acme/away:1' is not on the target, and pull_policy is never"));
        PreviewText.Lines([phase])[0].ShouldBe("Phase 1, Phase 1: 1 to create, 1 blocked");
    }

    [Fact]
    public async Task Every_write_of_the_deployment_was_in_the_preview()
    {
        var beside = Stacks.Image("beside") with { Restart = "always" };
        await DeployAsync(Stacks.Rollout("shop", [Stacks.Image("web"), Stacks.Image("api"), beside]));
        var changed = Stacks.Rollout("shop",
            [Stacks.Image("web") with { User = "somebody" }, Stacks.Image("api"), beside with { User = "somebody" }, Stacks.Image("new")]);
        var foreseen = (await LookAsync(changed))[0].Operations;
        target.Writes.Clear();

        await DeployAsync(changed);

        foreseen.Count.ShouldBe(target.Writes.Count);
        string[] subjects = [.. foreseen.SelectMany(operation => operation.Subject.Split(" to ")).Distinct()];
        target.Writes.ShouldAllBe(write => subjects.Any(subject => write.Contains(subject)));
    }

    [Fact]
    public async Task The_document_says_the_same()
    {
        var rollout = Stacks.Rollout("shop", [Stacks.Image("web")], [Stacks.Image("api")]);
        var document = JsonDocument.Parse(PreviewText.Json("shop", await LookAsync(rollout, 2))).RootElement;

        document.GetProperty("nothingToDo").GetBoolean().ShouldBeFalse();
        var phase = document.GetProperty("phases").EnumerateArray().ShouldHaveSingleItem();
        phase.GetProperty("number").GetInt32().ShouldBe(2);
        phase.GetProperty("services")[0].GetProperty("change").GetString().ShouldBe("create");
        phase.GetProperty("operations").EnumerateArray().Last().GetProperty("step").GetString().ShouldBe("after the gate");
    }

    private Task<IReadOnlyList<PhasePreview>> LookAsync(Rollout rollout, int? phase = null) =>
        new DeploymentPreview(target, Stacks.Settings()).LookAsync(rollout, Stacks.Phases(rollout), phase, TestContext.Current.CancellationToken);

    private Task<PhaseOutcome> DeployAsync(Rollout rollout) => new PhasedDeployment(
        target, new MemoryRepository(), new FakeGate(_ => true), new FakeEvidence(), Stacks.Settings(), TimeProvider.System, new RecordingLog())
        .DeployAsync(rollout, Stacks.Phases(rollout), 1, TestContext.Current.CancellationToken);
}
