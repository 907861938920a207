using System.Globalization;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>What only looks changes nothing: a witness stands between the program and the engine.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class ReadOnlyTests(ReadOnlyTests.Fixture fixture) : IClassFixture<ReadOnlyTests.Fixture>
{
    private RolloutWorld World => fixture.World;

    [Theory]
    [InlineData("Deploy", "--plan")]
    [InlineData("VerifyContexts")]
    [InlineData("GeneratePhaseComposes")]
    [InlineData("Preflight")]
    [InlineData("Preview")]
    public async Task What_only_looks_sends_the_engine_nothing_but_questions(params string[] arguments)
    {
        await World.WriteAsync(World.Good);
        var before = OtherFiles();
        await using var witness = new EngineWitness(World.Machine.DockerHost, Path.Combine(World.Folder, ".nuke", "engine.sock"));

        (await World.RunAsync([.. arguments, "--docker-host", witness.DockerHost])).ShouldEndWith(0);

        witness.Changes.ShouldBeEmpty();
        (witness.Requests.Count > 0).ShouldBe(arguments is ["Preflight"] or ["Preview"]);
        OtherFiles().ShouldBe(before);
        (await World.Engine.AllAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_witness_sees_what_a_deployment_does()
    {
        await World.WriteAsync(World.Good);
        await using var witness = new EngineWitness(World.Machine.DockerHost, Path.Combine(World.Folder, ".nuke", "engine.sock"));
        try
        {
            (await World.RunAsync("DeployPhase1", "--docker-host", witness.DockerHost)).ShouldEndWith(0);
            witness.Changes.ShouldContain(request => request.StartsWith("POST ") && request.Contains("/containers/create"));
        }
        finally
        {
            await World.Engine.RemoveAsync();
        }
    }

    /// <summary>The files outside of phases/, reports/ and .nuke/, with size and time.</summary>
    private List<string> OtherFiles() =>
    [
        .. Directory.EnumerateFiles(World.Folder, "*", SearchOption.AllDirectories)
            .Where(file => !((string[])[World.Phases, World.Reports, Path.Combine(World.Folder, ".nuke")]).Any(folder => file.StartsWith(folder + "/", StringComparison.Ordinal)))
            .Select(file => string.Create(CultureInfo.InvariantCulture, $"{file} {new FileInfo(file).Length} {File.GetLastWriteTimeUtc(file):O}"))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Six services.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "readonly");
}
