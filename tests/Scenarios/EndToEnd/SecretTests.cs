using System.Text;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Rollouts;
using PhasedRollout.Tests.Scenarios.Support;

namespace PhasedRollout.Tests.Scenarios.EndToEnd;

/// <summary>Every secret is a canary: it may be in the containers' environment and in the env file, and nowhere else.</summary>
[Collection(ScenarioSequence.Name)]
[Trait("Category", "Scenario")]
public sealed class SecretTests(SecretTests.Fixture fixture) : IClassFixture<SecretTests.Fixture>
{
    private const string Token = "ghp_canaryCanaryCanaryCanaryCanaryCana42";
    private const string FromFile = "OPENAI_API_KEY";
    private const string FromCommand = "SALEOR_SECRET_KEY";

    private RolloutWorld World => fixture.World;

    private IReadOnlyList<string> Canaries =>
        [Token, .. World.Good.Variables.Where(variable => SecretNames.Contains(variable.Key)).Select(variable => variable.Value)];

    [Fact]
    public async Task A_good_run_shows_no_byte_of_a_secret()
    {
        Canaries.Count.ShouldBeGreaterThan(5);

        await ShowNothingAsync(0);

        (await EnvironmentAsync("ai-agents")).ShouldContain($"{FromFile}={World.Good.Variables[FromFile]}");
        (await EnvironmentAsync("saleor-api")).ShouldContain($"SECRET_KEY={World.Good.Variables[FromCommand]}");
    }

    [Fact]
    public async Task Not_even_when_a_service_that_fails_prints_its_own_environment()
    {
        var script = $"{ScenarioRepository.PathOf("ai-agents")}/service.sh";
        await World.Repository.CommitAsync("Tell everything", [(script, "#!/bin/sh\nenv\necho \"could not connect to $DATABASE_URL with $OPENAI_API_KEY\" >&2\nexit 1\n")]);
        try
        {
            var run = await ShowNothingAsync(1);
            run.ShouldSay("could not connect to");
        }
        finally
        {
            await World.Repository.CommitAsync("Tell nothing", [(script, FixtureFiles.ServiceScript)]);
        }
    }

    private async Task<ProgramRun> ShowNothingAsync(int exitCode)
    {
        World.DeleteOutput();
        await using var program = World.Start(await SourcesAsync(), "Deploy", "--verbosity", "verbose");
        var arguments = new HashSet<string>(StringComparer.Ordinal);
        while (!program.HasEnded)
        {
            arguments.UnionWith(CommandLines());
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        var run = (await program.EndAsync(TestContext.Current.CancellationToken)).ShouldEndWith(exitCode);
        ShouldHideThem("what the program said", run.Output);
        ShouldHideThem("process arguments", string.Join('\n', arguments));
        foreach (var file in Files())
            ShouldHideThem(file, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file)));
        ShouldHideThem("images", await World.Engine.ImagesAsync());
        ShouldHideThem("container labels", string.Join('\n', (await World.Engine.ContainersAsync()).SelectMany(container => container.Labels.Values)));
        return run;
    }

    /// <summary>The env file holds all but two of the values; one of them stands in a file, and one is what a program says.</summary>
    private async Task<Dictionary<string, string>> SourcesAsync()
    {
        var variables = World.Good.Variables.Where(variable => variable.Key is not (FromFile or FromCommand)).ToDictionary();
        variables.Count.ShouldBe(World.Good.Variables.Count - 2);
        await World.WriteAsync(World.Good with { Variables = variables });
        foreach (var name in (string[])[FromFile, FromCommand])
            await File.WriteAllTextAsync(Path.Combine(World.Folder, name), World.Good.Variables[name] + "\n");
        return new Dictionary<string, string>
        {
            ["GITHUB_TOKEN"] = Token,
            [$"{FromFile}_FILE"] = Path.Combine(World.Folder, FromFile),
            [$"{FromCommand}_COMMAND"] = $"cat '{Path.Combine(World.Folder, FromCommand)}'",
        };
    }

    private async Task<IEnumerable<string>> EnvironmentAsync(string service)
    {
        var id = (await World.Engine.ContainersAsync()).Single(container => container.Service == service).Id;
        return (await World.Machine.Client.Containers.InspectContainerAsync(id, TestContext.Current.CancellationToken)).Config!.Env ?? [];
    }

    private IEnumerable<string> Files() =>
        ((string[])[World.Reports, World.Phases, Path.Combine(World.Folder, ".nuke")]).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories));

    private void ShouldHideThem(string where, string text)
    {
        // The message itself is a log: it says where, and not what.
        foreach (var canary in Canaries)
            text.Split('\n').Where(line => line.Contains(canary, StringComparison.Ordinal)).Select(line => line.Replace(canary, "(secret)", StringComparison.Ordinal))
                .ShouldBeEmpty($"{where} shows a secret");
    }

    private static IEnumerable<string> CommandLines()
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => Path.GetFileName(folder).All(char.IsAsciiDigit)))
        {
            string line;
            try
            {
                line = File.ReadAllText(Path.Combine(process, "cmdline"));
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            yield return line;
        }
    }

    /// <summary>Six services and an accepted token.</summary>
    public sealed class Fixture(ScenarioMachine machine) : SmallWorld(machine, "secrets")
    {
        protected override async Task SetUpAsync()
        {
            World.Tokens.Add(Token);
            await base.SetUpAsync();
        }
    }
}
