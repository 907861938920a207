using System.Text.RegularExpressions;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>Docker Compose with the same stack.</summary>
/// <param name="program">Docker Compose.</param>
/// <param name="folder">Where checkout and compose file go.</param>
/// <param name="dockerHost">The engine.</param>
/// <param name="time">The clock.</param>
internal sealed partial class ComposePeer(ComposeProgram program, string folder, string dockerHost, TimeProvider time)
{
    private string File => Path.Combine(folder, "compose.yml");

    /// <summary>Its compose file's env file.</summary>
    public string EnvFile => Path.Combine(folder, ".env");

    /// <summary>Checks the contexts out: Compose builds from folders, which spares it the network.</summary>
    public async Task CheckOutAsync(CancellationToken ct)
    {
        foreach (var service in FixtureService.Built)
            foreach (var (path, content) in FixtureFiles.Context(service))
            {
                var file = Path.Combine(folder, "checkout", service.Path, path);
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await System.IO.File.WriteAllTextAsync(file, content, ct);
            }
    }

    /// <summary>Writes the stack.</summary>
    public Task WriteAsync(DemoInput input, CancellationToken ct) =>
        DemoWorld.WriteAsync(input with { Compose = GitContext().Replace(input.Compose, $"context: {folder}/checkout/$1") }, (File, EnvFile), ct);

    /// <summary>Empties the cache of the engine's BuildKit.</summary>
    public async Task ForgetBuildsAsync(CancellationToken ct) =>
        (await Command.RunAsync(program.Buildx, ["prune", "--all", "--force"], ct,
            new Dictionary<string, string> { ["DOCKER_HOST"] = dockerHost, ["DOCKER_CONFIG"] = program.Configuration })).OrThrow("Emptying BuildKit's cache");

    /// <summary>Runs Compose and measures it.</summary>
    /// <exception cref="DemoException">It failed.</exception>
    public Task<Measured> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct) => MeasuredCommand.RunAsync(
        [program.Executable, "--file", File, "--env-file", EnvFile, .. arguments], folder, new Dictionary<string, string?>
        {
            ["DOCKER_HOST"] = dockerHost,
            ["DOCKER_CONFIG"] = program.Configuration,
            ["COMPOSE_FILE"] = null,
            ["COMPOSE_PROJECT_NAME"] = null,
        }, time, ct);

    [GeneratedRegex(@"context: https://github\.com/[^#\s]+#main:(\S+)")]
    private static partial Regex GitContext();
}
