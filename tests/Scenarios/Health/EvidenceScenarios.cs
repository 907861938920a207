using Docker.DotNet.Models;
using PhasedRollout.Deployment;

namespace PhasedRollout.Tests.Scenarios.Health;

/// <summary>What a real engine's containers can tell, from inside their own network.</summary>
public sealed class EvidenceScenarios(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Databases_are_asked_from_inside_the_network_of_a_container_that_runs_and_by_a_helper_when_it_does_not()
    {
        var network = $"evidence-scenario-{Environment.ProcessId}";
        var created = await engine.Client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = network }, Stop);
        try
        {
            void Join(CreateContainerParameters container) => container.HostConfig!.NetworkMode = network;
            var server = await engine.StartAsync("nc -ll -p 6379 -e cat", Join);
            var variables = new Dictionary<string, string?>
            {
                ["REDIS_URL"] = $"redis://{server.ContainerName}:6379/0",
                ["OTHER_URL"] = $"redis://{server.ContainerName}:6380/0",
                ["DATABASE_URL"] = "postgresql://u:p@nobody-of-that-name:5432/x",
            };
            var running = await engine.StartAsync("sleep 600", Join, service => service with { Environment = variables });
            var ended = await engine.StartAsync("exit 3", Join, service => service with { Environment = variables });
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            while ((await engine.Client.Containers.InspectContainerAsync(ended.ContainerId, Stop)).State?.Status != "exited"
                || (await engine.Evidence.CollectAsync([server], Stop))[0].ListeningPorts is not [6379])
                await Task.Delay(200, patience.Token);

            foreach (var seen in await engine.Evidence.CollectAsync([running, ended], Stop))
            {
                var said = seen.Events.Concat(seen.Reached.Select(one => $"{one.Server.Host}: {one.Said}")).Concat(seen.Missing);
                TestContext.Current.TestOutputHelper?.WriteLine($"{seen.Status}: {string.Join("; ", said)}");
                seen.Missing.ShouldBeEmpty();
                seen.Networks.ShouldBe([network]);
                seen.Events.ShouldContain(happened => happened.Contains("start", StringComparison.Ordinal));
                seen.Reached.Select(one => one.Outcome).ShouldBe([Reach.Answers, Reach.Refuses, Reach.UnknownHost]);
            }

            var helpers = new ContainersListParameters
            {
                All = true,
                Filters = new Dictionary<string, IDictionary<string, bool>>
                {
                    ["label"] = new Dictionary<string, bool> { [$"phased-rollout.helper={ended.Service.Name}"] = true },
                },
            };
            (await engine.Client.Containers.ListContainersAsync(helpers, Stop)).ShouldBeEmpty();
        }
        finally
        {
            await engine.RemoveContainersAsync();
            await engine.Client.Networks.DeleteNetworkAsync(created.ID, CancellationToken.None);
        }
    }
}
