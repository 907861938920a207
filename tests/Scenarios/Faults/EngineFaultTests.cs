using System.Diagnostics;
using Docker.DotNet.Models;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.Faults;

/// <summary>The engine misbehaves in the middle of a change: the cause is named, and what ran before runs on.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class EngineFaultTests(EngineFaultTests.Fixture fixture) : IClassFixture<EngineFaultTests.Fixture>
{
    private const int MostTries = 12;

    private static readonly TimeSpan Absence = TimeSpan.FromSeconds(4);

    private static int _versions;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private RolloutWorld World => fixture.World;

    [Fact]
    public async Task An_engine_that_answers_500_is_quoted_and_what_ran_before_runs_again()
    {
        await EnsureAsync();
        var before = await IdsAsync();
        var report = await FailAsync(request => request.StartsWith("POST ", StringComparison.Ordinal) && request.EndsWith("/start", StringComparison.Ordinal)
            && request.Contains(World.Project, StringComparison.Ordinal)
            ? ProxyAct.Answer(500, """{"message":"layer store is on fire"}""")
            : ProxyAct.Pass);

        report.Diagnoses[0].Evidence.ShouldContain(line => line.Contains("layer store is on fire", StringComparison.Ordinal));
        (await IdsAsync()).ShouldBe(before);
        await ConvergesAsync();
    }

    [Fact]
    public async Task An_engine_that_goes_away_in_the_middle_of_a_phase_and_comes_back_loses_nothing()
    {
        await EnsureAsync();
        var before = await IdsAsync();
        var away = new Stopwatch();
        var unanswered = 0;
        var report = await FailAsync(request =>
        {
            if (request.EndsWith("/stop", StringComparison.Ordinal))
                away.Start();
            // The HTTP client tries a request that was cut four times by itself: a shorter absence than that is none.
            return away.IsRunning && (away.Elapsed < Absence || Volatile.Read(ref unanswered) < MostTries) && Interlocked.Increment(ref unanswered) > 0
                ? ProxyAct.Cut
                : ProxyAct.Pass;
        });

        report.Classes[0].ShouldBe("engine-unreachable");
        (await IdsAsync()).ShouldBe(before);
        await ConvergesAsync();
    }

    [Fact]
    public async Task An_image_that_is_deleted_before_its_container_is_made_is_named_and_built_again_by_the_next_run()
    {
        await EnsureAsync();
        var before = await IdsAsync();
        var report = await FailAsync(request => request.Contains($"/containers/create?name={World.Project}-", StringComparison.Ordinal)
            ? ProxyAct.Answer(404, """{"message":"No such image: gone:latest"}""")
            : ProxyAct.Pass);

        report.Classes[0].ShouldBe("image-unavailable");
        (await IdsAsync()).ShouldBe(before);
        await ConvergesAsync();
    }

    [Fact]
    public async Task A_disk_that_is_full_during_a_build_is_named_before_anything_was_touched()
    {
        await EnsureAsync();
        var before = await World.Engine.FingerprintAsync();
        await World.Repository.CommitAsync("Build anew", [("plain/full.txt", $"{_versions++}\n")]);
        var report = await FailAsync(request => request.Contains("/build?", StringComparison.Ordinal)
            ? ProxyAct.Answer(200, """{"stream":"Step 1/2 : FROM base\n"}""" + "\n" + """{"errorDetail":{"message":"write /x: no space left on device"},"error":"write /x: no space left on device"}""" + "\n")
            : ProxyAct.Pass);

        report.Classes[0].ShouldBe("disk-full");
        (await World.Engine.FingerprintAsync()).ShouldBe(before);
        await ConvergesAsync();
    }

    [Fact]
    public async Task An_engine_that_hangs_up_in_the_middle_of_a_build_is_named_before_anything_was_touched()
    {
        await EnsureAsync();
        var before = await World.Engine.FingerprintAsync();
        await World.Repository.CommitAsync("Build anew", [("plain/hung-up.txt", $"{_versions++}\n")]);
        var report = await FailAsync(request => request.Contains("/build?", StringComparison.Ordinal) ? ProxyAct.Begin(200, """{"stream":"Step 1/2 : FROM base\n"}""" + "\n") : ProxyAct.Pass);

        report.Classes[0].ShouldBe("engine-unreachable");
        report.Diagnoses[0].Cause.ShouldContain("ended prematurely");
        (await World.Engine.FingerprintAsync()).ShouldBe(before);
        await ConvergesAsync();
    }

    [Fact]
    public async Task A_network_that_is_there_twice_is_named_before_anything_was_touched()
    {
        await EnsureAsync();
        var before = await World.Engine.FingerprintAsync();
        var twin = await World.Machine.Client.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = World.Network, Driver = "bridge" }, Stop);
        try
        {
            var report = await FailAsync(_ => ProxyAct.Pass);
            report.Classes[0].ShouldBe("network-missing");
            report.Diagnoses[0].Cause.ShouldContain("2 networks");
            (await World.Engine.FingerprintAsync()).ShouldBe(before);
        }
        finally
        {
            await World.Machine.Client.Networks.DeleteNetworkAsync(twin.ID, CancellationToken.None);
        }

        await ConvergesAsync();
    }

    [Fact]
    public async Task A_name_that_somebody_else_took_in_the_meantime_is_named_and_his_container_is_left_alone()
    {
        await World.Engine.RemoveAsync();
        await World.WriteAsync(PlainStack.Of(World, "before the conflict"));
        var name = $"{World.Project}-api-1";
        var foreign = "";
        await using var proxy = new EngineProxy(World.Machine.DockerHost, request => request.Contains($"/containers/create?name={name}", StringComparison.Ordinal) && !request.Contains("previous", StringComparison.Ordinal) && foreign.Length == 0
            ? ProxyAct.After(async () => foreign = (await World.Machine.Client.Containers.CreateContainerAsync(
                new CreateContainerParameters { Name = name, Image = World.Machine.BaseImage, Cmd = ["true"] }, Stop)).ID)
            : ProxyAct.Pass);
        try
        {
            (await World.RunAsync("Deploy", "--docker-host", proxy.DockerHost)).ShouldEndWith(1).ShouldSay("already in use");
            var report = await World.ReadReportAsync();
            report.Diagnoses[0].Cause.ShouldContain("belongs to another container");
            (await World.Machine.Client.Containers.InspectContainerAsync(foreign, Stop)).ID.ShouldBe(foreign);
        }
        finally
        {
            if (foreign.Length > 0)
                await World.Machine.Client.Containers.RemoveContainerAsync(foreign, new ContainerRemoveParameters { Force = true }, CancellationToken.None);
        }

        await ConvergesAsync();
    }

    private async Task EnsureAsync()
    {
        await World.WriteAsync(PlainStack.Of(World, "good"));
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
    }

    /// <summary>Deploys another version through a proxy, and expects that it fails with a cause.</summary>
    private async Task<ReportFile> FailAsync(Func<string, ProxyAct> decide)
    {
        await World.WriteAsync(PlainStack.Of(World, FormattableString.Invariant($"version {_versions++}")));
        await using var proxy = new EngineProxy(World.Machine.DockerHost, decide);
        (await World.RunAsync("Deploy", "--docker-host", proxy.DockerHost)).ShouldEndWith(1);
        var report = await World.ReadReportAsync();
        report.Classes.ShouldNotBeEmpty();
        return report;
    }

    private async Task ConvergesAsync()
    {
        (await World.RunAsync("Deploy")).ShouldEndWith(0);
        (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Health)).ShouldBe([("api", "healthy"), ("db", "healthy"), ("web", "healthy")]);
        (await World.Engine.AllAsync()).ShouldAllBe(container => !container.Contains(".previous-", StringComparison.Ordinal));
        (await World.Engine.WholeEngineAsync()).ShouldNotContain($"phased-rollout.lock.{World.Project}");
    }

    private async Task<IEnumerable<(string Service, string Id)>> IdsAsync() => (await World.Engine.ContainersAsync()).Select(container => (container.Service, container.Id));

    /// <summary>Three quick services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : PlainWorld(machine, "faults");
}
