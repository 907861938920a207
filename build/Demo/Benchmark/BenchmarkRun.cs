using System.Text.RegularExpressions;
using PhasedRollout.Demo.Docker;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo.Benchmark;

/// <summary>Measures whole commands side by side in one run, the rounds interleaved: verification beside <c>git clone</c>, then the demo's stack by us
/// and by Docker Compose on the same engine.</summary>
/// <param name="options">The demo's options; its world is used.</param>
/// <param name="rounds">How often everything is measured, at least 1.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Told what is done, in sentences.</param>
public sealed partial class BenchmarkRun(DemoOptions options, int rounds, TimeProvider time, Action<string> log)
{
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly DemoWorld _world = new(options, log);
    private readonly BenchmarkResults _results = new();

    /// <summary>Measures and prints the ratios; removes what it deployed.</summary>
    /// <returns>0, or 1 when it could not be done.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        try
        {
            var git = await _world.Machine.EnsureGitAsync(ct);
            await new VerificationBenchmark(options.RootDirectory, Path.Combine(options.WorkDirectory, "verification"), git, log).RunAsync(rounds, ct);
            await _world.PrepareAsync(ct);
            var peer = Path.Combine(options.WorkDirectory, "compose-peer");
            var compose = new ComposePeer(await ComposeProgram.EnsureAsync(peer, options.NoInstall, log, ct), peer, _world.Endpoint!.Host, time);
            await compose.CheckOutAsync(ct);
            await OursAsync(["Teardown"], ct);

            for (var round = 1; round <= rounds; round++)
            {
                log(FormattableString.Invariant($"Round {round} of {rounds}."));
                if (round % 2 == 1)
                    await MeasureOursAsync(compose, ct);
                await MeasureComposeAsync(compose, ct);
                if (round % 2 == 0)
                    await MeasureOursAsync(compose, ct);
            }

            foreach (var line in _results.Lines(rounds, Program))
                log(line);
            return 0;
        }
        catch (DemoException error)
        {
            log(error.Message);
            return 1;
        }
    }

    private string Program => File.Exists(ChildBuild.NativeProgram(options.BuildAssembly))
        ? "the program of machine code that CompileNative made"
        : "the ordinary program; CompileNative makes one that starts sooner";

    // A builder's cache outlives the images that a removal takes.
    private async Task MeasureOursAsync(ComposePeer compose, CancellationToken ct)
    {
        await DemoWorld.WriteAsync(_world.Input, _world.Files, ct);
        await compose.ForgetBuildsAsync(ct);
        var began = time.GetUtcNow();
        var first = await OursAsync(["Deploy"], ct);
        _results.Add(Measure.First, Peer.Ours, first);
        await AddGateLatencyAsync(first, began, ct);
        await SettleAsync(ct);
        _results.Add(Measure.Unchanged, Peer.Ours, await OursAsync(["Deploy"], ct));
        await DemoWorld.WriteAsync(Changed(_world.Input), _world.Files, ct);
        _results.Add(Measure.Changed, Peer.Ours, await OursAsync(["Deploy"], ct));
        _results.Add(Measure.Removal, Peer.Ours, await OursAsync(["Teardown"], ct));
    }

    private async Task MeasureComposeAsync(ComposePeer compose, CancellationToken ct)
    {
        await compose.WriteAsync(_world.Input, ct);
        await compose.ForgetBuildsAsync(ct);
        _results.Add(Measure.First, Peer.Compose, await compose.RunAsync(["up", "--detach", "--build", "--wait"], ct));
        _results.Add(Measure.Unchanged, Peer.Compose, await compose.RunAsync(["up", "--detach", "--wait"], ct));
        await compose.WriteAsync(Changed(_world.Input), ct);
        _results.Add(Measure.Changed, Peer.Compose, await compose.RunAsync(["up", "--detach", "--wait"], ct));
        _results.Add(Measure.Removal, Peer.Compose, await compose.RunAsync(["down", "--rmi", "local"], ct));
    }

    // Compose waits for the engine's verdict on every container, so that its next command finds them all; ours need not.
    private async Task SettleAsync(CancellationToken ct)
    {
        using var patience = new CancellationTokenSource(Settling, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, ct);
        while (!await _world.IsDeployedAsync(either.Token))
            await Task.Delay(BetweenLooks, time, either.Token);
    }

    // As one types it. Compose knows no time of stability, so ours is set to none.
    private Task<Measured> OursAsync(string[] targets, CancellationToken ct) => MeasuredCommand.RunAsync(
        [
            "bash", Path.Combine(options.RootDirectory, "build.sh"), .. targets, "--min-healthy-time", "0s",
            "--compose-file", _world.Files.Compose, "--env-file", _world.Files.Env,
            "--phases-directory", Path.Combine(options.WorkDirectory, "phases"), "--reports-directory", Path.Combine(options.WorkDirectory, "reports"),
            "--github-url", _world.GitHubUrl, "--docker-host", _world.Endpoint!.Host,
        ],
        options.RootDirectory,
        Environment.GetEnvironmentVariables().Keys.Cast<string>().Where(name => ChildBuild.IsKeptFromChild(name, [.. _world.Input.Variables.Keys]))
            .ToDictionary(name => name, _ => (string?)null),
        time,
        ct);

    private static DemoInput Changed(DemoInput input) => input with
    {
        Compose = OpenAiKey().Replace(input.Compose, "$0\n      BENCHMARK: changed", 1),
    };

    // From the engine's last good word on a container, a verdict or the end of a check, to our first line that its service is healthy (a later phase
    // says it again).
    private async Task AddGateLatencyAsync(Measured deployment, DateTimeOffset began, CancellationToken ct)
    {
        var events = await DemoEngine.UseAsync(_world.Endpoint!.Host, options.RootDirectory, engine => engine.PassedChecksAsync(began, time.GetUtcNow(), ct));
        var told = deployment.Lines.Select(line => (line.At, Service: BecameHealthy().Match(line.Text).Groups["service"].Value))
            .Where(line => line.Service.Length > 0).DistinctBy(line => line.Service);
        foreach (var (at, service) in told)
            if (events[service].Where(moment => moment <= at).Order().Cast<DateTimeOffset?>().LastOrDefault() is { } decisive)
                _results.AddGateLatency(at - decisive);
    }

    [GeneratedRegex(@"(?<service>[a-z][a-z-]*): healthy: ", RegexOptions.NonBacktracking)]
    private static partial Regex BecameHealthy();

    [GeneratedRegex(@"^ +OPENAI_API_KEY: .*$", RegexOptions.Multiline)]
    private static partial Regex OpenAiKey();
}
