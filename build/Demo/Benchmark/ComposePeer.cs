using System.Text.RegularExpressions;
using PhasedRollout.Demo.Fixture;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>Docker Compose 2.26 from Debian 13, unpacked beside the system, with the same stack.</summary>
/// <param name="folder">Where program, checkout and compose file go.</param>
/// <param name="dockerHost">The engine.</param>
/// <param name="time">The clock.</param>
internal sealed partial class ComposePeer(string folder, string dockerHost, TimeProvider time)
{
    private string Program => Path.Combine(folder, "root", "usr/libexec/docker/cli-plugins/docker-compose");

    private string File => Path.Combine(folder, "compose.yml");

    /// <summary>Its compose file's env file.</summary>
    public string EnvFile => Path.Combine(folder, ".env");

    /// <summary>Fetches the program, unless it is there.</summary>
    /// <exception cref="DemoException">It cannot be had.</exception>
    public async Task EnsureProgramAsync(bool noInstall, Action<string> log, CancellationToken ct)
    {
        if (System.IO.File.Exists(Program))
            return;
        if (noInstall)
            throw new DemoException("The benchmark needs Docker Compose 2.26 of Debian 13, and --no-install forbids fetching it.");

        var (lists, archives) = (Path.Combine(folder, "lists"), Path.Combine(folder, "archives"));
        Directory.CreateDirectory(Path.Combine(lists, "partial"));
        Directory.CreateDirectory(archives);
        var sources = Path.Combine(folder, "sources.list");
        await System.IO.File.WriteAllTextAsync(sources, "deb http://deb.debian.org/debian trixie main\n", ct);
        string[] apart =
        [
            "-o", $"Dir::Etc::sourcelist={sources}", "-o", "Dir::Etc::sourceparts=-", "-o", $"Dir::State::lists={lists}",
            "-o", "Dir::Cache::pkgcache=", "-o", "Dir::Cache::srcpkgcache=", "-o", "APT::Sandbox::User=root",
        ];
        log($"Fetching docker-compose and docker-buildx of Debian 13, unpacked into {folder}. Nothing is installed into the system.");
        (await Command.RunAsync("apt-get", [.. apart, "update", "-q"], ct)).OrThrow("Fetching Debian 13's package lists");
        (await Command.RunAsync("apt-get", [.. apart, "download", "-q", "docker-compose", "docker-buildx"], ct, directory: archives)).OrThrow("Fetching Docker Compose");
        foreach (var archive in Directory.EnumerateFiles(archives, "*.deb"))
            (await Command.RunAsync("dpkg", ["-x", archive, Path.Combine(folder, "root")], ct)).OrThrow("Unpacking Docker Compose");

        // Both programs look for each other below the Docker configuration.
        var plugins = Path.Combine(folder, "configuration", "cli-plugins");
        Directory.CreateDirectory(plugins);
        foreach (var plugin in Directory.EnumerateFiles(Path.GetDirectoryName(Program)!))
            System.IO.File.CreateSymbolicLink(Path.Combine(plugins, Path.GetFileName(plugin)), plugin);
    }

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

    /// <summary>Empties BuildKit's cache.</summary>
    public async Task ForgetBuildsAsync(CancellationToken ct) =>
        (await Command.RunAsync(Path.Combine(Path.GetDirectoryName(Program)!, "docker-buildx"), ["prune", "--all", "--force"], ct,
            new Dictionary<string, string> { ["DOCKER_HOST"] = dockerHost, ["DOCKER_CONFIG"] = Path.Combine(folder, "configuration") })).OrThrow("Emptying BuildKit's cache");

    /// <summary>Runs Compose and measures it.</summary>
    /// <exception cref="DemoException">It failed.</exception>
    public Task<Measured> RunAsync(IReadOnlyList<string> arguments, CancellationToken ct) => MeasuredCommand.RunAsync(
        [Program, "--file", File, "--env-file", EnvFile, .. arguments], folder, new Dictionary<string, string?>
        {
            ["DOCKER_HOST"] = dockerHost,
            ["DOCKER_CONFIG"] = Path.Combine(folder, "configuration"),
            ["COMPOSE_FILE"] = null,
            ["COMPOSE_PROJECT_NAME"] = null,
        }, time, ct);

    [GeneratedRegex(@"context: https://github\.com/[^#\s]+#main:(\S+)")]
    private static partial Regex GitContext();
}
