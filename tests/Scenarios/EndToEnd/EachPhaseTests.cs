using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A broken version of one service in each phase of the ten services in turn. Explicit, for ten services are slow;
/// <see cref="GateFailureTests"/> tries one phase.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class EachPhaseTests(EachPhaseTests.Fixture fixture) : IClassFixture<EachPhaseTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Theory(Explicit = true)]
    [InlineData(1, "saleor-api")]
    [InlineData(2, "auth-service")]
    [InlineData(3, "temporal-integration")]
    [InlineData(4, "amazon-sourcing")]
    public async Task What_ran_before_answers_again_and_the_cause_is_named(int phase, string service)
    {
        await World.EnsureGoodAsync();
        var before = await World.Engine.ContainersAsync();
        before.Count.ShouldBe(10);
        await World.WriteAsync(World.Good.With($"\n  {service}:\n", $"\n  {service}:\n    command: [\"sh\", \"-c\", \"echo the licence has expired >&2; exit 3\"]\n"));
        World.DeleteOutput();

        var run = (await World.RunAsync("Deploy")).ShouldEndWith(1).ShouldSay("the licence has expired");

        var after = await World.Engine.ContainersAsync();
        after.Select(container => (container.Service, container.Id)).ShouldBe(before.Select(container => (container.Service, container.Id)), run.Output);
        after.ShouldAllBe(container => container.Health == "healthy", run.Output);
        using var http = new HttpClient();
        foreach (var url in ScenarioCompose.HealthUrls(World.Good.Compose))
            (await http.GetAsync(new Uri(url), TestContext.Current.CancellationToken)).IsSuccessStatusCode.ShouldBeTrue(url);
        var report = await World.ReadReportAsync();
        report.Classes[0].ShouldBe("crash-loop", run.Output);
        report.Diagnoses[0].Service.ShouldBe(service);
        report.Phases("outcome").ShouldBe(Enumerable.Range(1, 4).Select(number => number < phase ? "unchanged" : number == phase ? "rolled-back" : "not-started"));
        await World.WriteAsync(World.Good);
    }

    /// <summary>All ten services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : WorldFixture(machine, "each")
    {
        protected override Task SetUpAsync() => World.UseSeedAsync(ScenarioCompose.Ten);
    }
}
