using System.Globalization;
using Docker.DotNet.Models;
using PhasedRollout.Deployment;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Deployment;

namespace PhasedRollout.Tests.Scenarios.Deployment;

/// <summary>A client on the service's network asks for it by its name all the time while it is replaced.</summary>
[Collection(EngineScenario.Sequence)]
[Trait("Category", "Scenario")]
public sealed class BesideTests : EngineScenario
{
    // Tries the next address when one does not answer, as most programs do; what the first one refused is counted too.
    private const string Poll = """
        while true; do
          answer=
          for address in $(nslookup -type=a web 127.0.0.11 2>/dev/null | awk '/^Address/ && !/:53$/ {print $2}'); do
            answer=$(printf 'GET / HTTP/1.0\r\n\r\n' | nc -w 2 $address 80 2>/dev/null | tail -n 1)
            [ -n "$answer" ] && break
            echo refused
          done
          echo "answer ${answer:-none}"
        done
        """;

    [Fact]
    public async Task Whoever_asks_for_a_service_by_its_name_is_answered_during_the_whole_replacement()
    {
        await GatedAsync(Shop("v1"));
        var client = await AskAllTheTimeAsync();
        await AnsweredAsync(client, "answer v1");

        var outcome = await GatedAsync(Shop("v2"));

        outcome.Failure.ShouldBeNull(Log.ToString());
        outcome.Services.ShouldHaveSingleItem().Change.ShouldBe(ServiceChange.Replaced);
        outcome.Services[0].Downtime.ShouldBe(TimeSpan.Zero);
        await AnsweredAsync(client, "answer v2");
        var lines = await SaidAsync(client);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{lines.Count(line => line != "refused")} answers, {lines.Count(line => line == "refused")} addresses that did not answer"));
        lines.ShouldNotContain("answer none");
        (await ContainersAsync()).ShouldHaveSingleItem().Name.ShouldBe($"{Project}-web-1");
    }

    [Fact]
    public async Task A_version_that_never_becomes_healthy_is_reached_by_nobody_and_the_old_one_answers_all_along()
    {
        await GatedAsync(Shop("v1"));
        var before = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());
        var client = await AskAllTheTimeAsync();
        await AnsweredAsync(client, "answer v1");

        var outcome = await GatedAsync(Shop("broken"));

        outcome.Result.ShouldBe(PhaseResult.RolledBack, Log.ToString());
        outcome.Services.ShouldHaveSingleItem().Downtime.ShouldBe(TimeSpan.Zero);
        (await SaidAsync(client)).ToHashSet().ShouldBe(["answer v1"]);
        var after = (await ContainersAsync()).ShouldHaveSingleItem();
        (after.Id, after.Name, after.State).ShouldBe((before.Id, before.Name, "running"));
    }

    // Two seconds go by before it listens.
    private Rollout Shop(string says) => Stacks.Rollout(Project, [Quick(Stacks.Build("web", "web")) with
    {
        Command = ["/bin/sh", "-c", $"mkdir -p /www; echo {says} > /www/index.html; sleep 2; exec httpd -f -p 80 -h /www"],
        Healthcheck = new Healthcheck(
            ["CMD-SHELL", "printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 1 127.0.0.1 80 | grep -q '^v'"],
            TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), 8, null, false),
        Restart = "always",
    }]);

    private async Task<string> AskAllTheTimeAsync()
    {
        var docker = await Engine.GetClientAsync(Stop);
        var web = (await ContainersAsync()).ShouldHaveSingleItem(Log.ToString());
        var client = (await docker.Containers.CreateContainerAsync(new CreateContainerParameters
        {
            Name = $"{Project}-client",
            Image = web.ImageId,
            Cmd = ["/bin/sh", "-c", Poll],
            HostConfig = new HostConfig { NetworkMode = $"{Project}_default" },
        }, Stop)).ID;
        await Engine.StartContainerAsync(client, Stop);
        return client;
    }

    private async Task AnsweredAsync(string client, string line)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!(await SaidAsync(client)).TakeLast(3).Contains(line))
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromMinutes(1), $"the client was never told '{line}'");
            await Task.Delay(100, Stop);
        }
    }

    private async Task<IReadOnlyList<string>> SaidAsync(string client)
    {
        var docker = await Engine.GetClientAsync(Stop);
        using var stream = await docker.Containers.GetContainerLogsAsync(
            client, new ContainerLogsParameters { ShowStdout = true, ShowStderr = true }, Stop);
        var (output, _) = await stream.ReadOutputToEndAsync(Stop);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
