using PhasedRollout.Demo.Fixture;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>A new commit builds and starts, and then does not pass its gate: what ran before runs again.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class GateFailureTests(GateFailureTests.Fixture fixture) : IClassFixture<GateFailureTests.Fixture>
{
    private const string Service = "ai-agents";

    private static readonly string Script = $"{ScenarioRepository.PathOf(Service)}/service.sh";

    private RolloutWorld World => fixture.World;

    [Fact]
    public Task A_service_that_never_becomes_healthy_is_rolled_back_with_its_log_as_evidence() =>
        FailAsync("unhealthy", "migration 0042 is missing", """
            #!/bin/sh
            echo "migration 0042 is missing: every page answers 404"
            mkdir -p /tmp/empty
            httpd -f -p "$PORT" -h /tmp/empty &
            trap 'kill $!; exit 0' TERM
            wait

            """);

    [Fact]
    public Task A_service_that_exits_is_rolled_back_with_its_log_as_evidence() =>
        FailAsync("crash-loop", "ModuleNotFoundError: no module named langchain", """
            #!/bin/sh
            echo "ModuleNotFoundError: no module named langchain" >&2
            exit 3

            """);

    [Fact]
    public Task A_service_that_listens_on_another_port_is_rolled_back_and_the_port_is_named() =>
        FailAsync("wrong-port", "9999", """
            #!/bin/sh
            echo "Uvicorn running on http://0.0.0.0:9999"
            mkdir -p /tmp/www
            echo ok > /tmp/www/health
            httpd -f -p 9999 -h /tmp/www &
            trap 'kill $!; exit 0' TERM
            wait

            """);

    private async Task FailAsync(string expected, string evidence, string script)
    {
        await World.EnsureGoodAsync();
        var before = await World.Engine.ContainersAsync();
        World.DeleteOutput();
        await World.Repository.CommitAsync($"Provoke {expected}", [(Script, script)]);
        try
        {
            var run = (await World.RunAsync("Deploy")).ShouldEndWith(1);

            var after = await World.Engine.ContainersAsync();
            after.Select(container => (container.Service, container.Id)).ShouldBe(before.Select(container => (container.Service, container.Id)), run.Output);
            after.ShouldAllBe(container => container.Health == "healthy", run.Output);
            // Of the phase that failed, too, only what was replaced was ever stopped.
            after.Where(container => container.Service != Service).Select(container => container.StartedAt)
                .ShouldBe(before.Where(container => container.Service != Service).Select(container => container.StartedAt));

            var report = await World.ReadReportAsync();
            report.Classes[0].ShouldBe(expected, run.Output);
            report.Diagnoses[0].Service.ShouldBe(Service);
            string.Join('\n', report.Diagnoses[0].Evidence.Append(report.Diagnoses[0].Cause)).ShouldContain(evidence, Case.Sensitive, run.Output);
            report.Diagnoses[0].Remedy.ShouldNotBeNullOrWhiteSpace();
            report.Phases("outcome").ShouldBe(["unchanged", "unchanged", "unchanged", "rolled-back"]);
            report.Services("change")[Service].ShouldBe("rolled-back");
            report.Services("state")[Service].ShouldBe("healthy", run.Output);
        }
        finally
        {
            await World.Repository.CommitAsync("As it was", [(Script, FixtureFiles.ServiceScript)]);
        }
    }

    /// <summary>Six services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "gates");
}
