using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>Single targets: part of the rollout, HealthCheck, Teardown.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class TargetTests(TargetTests.Fixture fixture) : IClassFixture<TargetTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task DeployPhase3_from_nothing_deploys_the_first_three_phases_and_not_the_fourth()
    {
        await World.Engine.RemoveAsync();
        await World.WriteAsync(World.Good);

        (await World.RunAsync("DeployPhase3")).ShouldEndWith(0);

        (await World.Engine.ContainersAsync()).Select(container => container.Service).ShouldBe(["brain-api", "django-crm", "saleor-api"]);
        var report = await World.ReadReportAsync();
        report.Phases("outcome").ShouldBe(["succeeded", "succeeded", "succeeded", "not-started"]);
        report.Services("state")["ai-agents"].ShouldBe("not-deployed");

        // What is not deployed yet is no failure.
        (await World.RunAsync("HealthCheck")).ShouldEndWith(0);
    }

    [Fact]
    public async Task HealthCheck_names_the_one_service_that_was_stopped()
    {
        await World.EnsureGoodAsync();
        (await World.RunAsync("HealthCheck")).ShouldEndWith(0);
        await World.Engine.StopAsync((await World.Engine.ContainersAsync()).Single(container => container.Service == "django-crm").Id);

        (await World.RunAsync("HealthCheck")).ShouldEndWith(1).ShouldSay("django-crm");

        var report = await World.ReadReportAsync();
        report.Services("state").Where(service => service.Value != "healthy").Select(service => service.Key).ShouldBe(["django-crm"]);
        report.Diagnoses.Select(diagnosis => diagnosis.Service).ShouldBe(["django-crm"]);

        // Deploying again starts it, and only it.
        var others = (await World.Engine.ContainersAsync()).Select(container => $"{container.Id} {container.StartedAt}").ToList();
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        var after = await World.Engine.ContainersAsync();
        after.Count.ShouldBe(6);
        after.ShouldAllBe(container => container.Health == "healthy");
        others.ShouldBeSubsetOf(after.Select(container => $"{container.Id} {container.StartedAt}"));
    }

    [Fact]
    public async Task Teardown_removes_what_is_ours_and_nothing_else()
    {
        await World.EnsureGoodAsync();
        var foreign = $"foreign-{World.Project}";
        var port = World.Machine.FreePort();
        await World.Machine.HoldPortAsync(foreign, port);
        try
        {
            (await World.RunAsync("Teardown")).ShouldEndWith(0);

            (await World.Engine.AllAsync()).ShouldBeEmpty();
            var engine = await World.Engine.WholeEngineAsync();
            engine.ShouldContain($" {World.Network}");
            engine.ShouldContain(World.Machine.SaleorImage);
            using var http = new HttpClient();
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), TestContext.Current.CancellationToken);
            ((int)answer.StatusCode).ShouldBe(404);
        }
        finally
        {
            await World.Machine.RemoveContainerAsync(foreign);
        }

        (await World.RunAsync("HealthCheck")).ShouldEndWith(1).ShouldSay(World.Project);
        (await World.RunAsync("Teardown")).ShouldEndWith(0);
    }

    /// <summary>Six services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "targets");
}
