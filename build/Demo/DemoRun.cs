using System.Globalization;

namespace PhasedRollout.Demo;

/// <summary>The whole rollout of the ten services on this machine, without a network: the world is made, then the ordinary command runs in it.</summary>
/// <param name="options">What is asked for.</param>
/// <param name="log">Told what is done, in sentences.</param>
public sealed class DemoRun(DemoOptions options, Action<string> log)
{
    private readonly DemoWorld _world = new(options, log);

    /// <summary>Prepares the machine and deploys; with <see cref="DemoOptions.Break"/> it deploys a broken change on top of a good deployment.</summary>
    /// <returns>The exit code of the child; 1 when the demo itself could not go on; 2 for an unknown breakage.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var breakage = options.Break is { } name ? Breakage.Find(name) : null;
        if (options.Break is not null && breakage is null)
        {
            log(Breakage.Unknown(options.Break));
            return 2;
        }

        return await GuardAsync(async () =>
        {
            await _world.PrepareAsync(ct);
            return breakage is null ? await DeployAsync() : await BreakAsync(breakage, ct);
        });
    }

    /// <summary>Ends all that the demo started and removes all that it made.</summary>
    /// <returns>0, or 1 when something could not be removed.</returns>
    public Task<int> RemoveAsync(CancellationToken ct) => GuardAsync(async () =>
    {
        await _world.RemoveAsync(ct);
        log("The demo is gone." + (_world.Machine.HasPackages ? $" Debian's packages stay unpacked in {_world.Machine.PackagesDirectory}." : ""));
        return 0;
    });

    private async Task<int> GuardAsync(Func<Task<int>> work)
    {
        if (!OperatingSystem.IsLinux())
        {
            log("The demo starts servers and an engine the way Linux does; on this system use a Linux machine, a virtual one, or WSL 2.");
            return 1;
        }

        try
        {
            return await work();
        }
        catch (DemoException error)
        {
            log(error.Message);
            return 1;
        }
    }

    private async Task<int> DeployAsync()
    {
        var exitCode = await RunChildAsync(_world.Files, Targets);
        if (exitCode == 0)
        {
            log("The ten services are up:");
            foreach (var url in DemoCompose.HealthUrls(_world.Input.Compose))
                log($"  curl -f {url}");
            ShowContainers();
        }
        else
        {
            log(string.Create(CultureInfo.InvariantCulture, $"The rollout ended with exit code {exitCode}."));
        }

        Explain(_world.Files);
        return exitCode;
    }

    private async Task<int> BreakAsync(Breakage breakage, CancellationToken ct)
    {
        if (!await _world.IsDeployedAsync(ct))
        {
            log("First the good rollout, so that there is something that must survive.");
            var good = await RunChildAsync(_world.Files, Targets);
            if (good != 0)
                return good;
        }

        log($"Now it is broken: {breakage.Change}");
        var files = (Path.Combine(options.WorkDirectory, "compose-broken.yml"), Path.Combine(options.WorkDirectory, ".env-broken"));
        await DemoWorld.WriteAsync(breakage.Apply(_world.Input), files, ct);
        await _world.HoldPortAsync(breakage.Holder, ct);
        var exitCode = await RunChildAsync(files, Targets);

        log(string.Create(CultureInfo.InvariantCulture, $"The broken rollout ended with exit code {exitCode}. Look at its diagnosis in the report; what ran before still runs:"));
        ShowContainers();
        Explain(files);
        log("  ./build.sh Demo            the good rollout again; undoes what was broken");
        return exitCode;
    }

    private static string[] Targets => ["Deploy", "HealthCheck", "Report"];

    private Task<int> RunChildAsync((string Compose, string Env) files, string[] targets)
    {
        string[] arguments = [.. targets, .. Arguments(files), "--reports-directory", Path.Combine(options.RootDirectory, "reports"), .. options.ForwardedArguments];
        log($"Running what you would type: ./build.sh {string.Join(' ', arguments.Select(Shown))}");
        return new ChildBuild(options.BuildAssembly, options.RootDirectory).RunAsync(arguments, [.. _world.Input.Variables.Keys]);
    }

    private string[] Arguments((string Compose, string Env) files) =>
    [
        "--compose-file", files.Compose,
        "--env-file", files.Env,
        "--phases-directory", Path.Combine(options.WorkDirectory, "phases"),
        "--github-url", _world.GitHubUrl,
        "--docker-host", _world.Endpoint!.Host,
        // The demo's pre-built image only bears the name of a public one.
        "--no-registries",
    ];

    private void ShowContainers()
    {
        if (_world.Machine.UnpackedDockerClient is { } client)
            log($"  export PATH=\"$PATH:{client}\"   for the docker command, which this machine has not installed");
        if (Environment.GetEnvironmentVariable("DOCKER_HOST") is { Length: > 0 } host)
            log($"  (with DOCKER_HOST={host}, as you have set it)");
        log($"  docker ps --filter label=com.docker.compose.project={DemoCompose.Project}");
    }

    private void Explain((string Compose, string Env) files)
    {
        var arguments = string.Join(' ', Arguments(files).Select(Shown));
        log($"The report: {Shown(Path.Combine(options.RootDirectory, "reports", "report.md"))} (and report.html, report.json beside it)");
        log("Single targets against the same world, from here:");
        foreach (var target in (string[])["VerifyContexts", "Preflight", "DeployPhase3", "HealthCheck", "Teardown"])
            log($"  ./build.sh {target} {arguments}");
        log("  ./build.sh Demo --remove   ends it all");
    }

    /// <summary>A path below the clone is shown as it would be typed there.</summary>
    private string Shown(string argument) =>
        argument.StartsWith(options.RootDirectory + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            ? Path.GetRelativePath(options.RootDirectory, argument)
            : argument;
}
