using System.Collections.Concurrent;
using System.Diagnostics;
using PhasedRollout.Demo;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>The real program as a child process, started as <c>build.sh</c> starts it, with everything it says.</summary>
internal sealed class RunningProgram : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Task _reading;

    private RunningProgram(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
    }

    /// <summary>What is started: the program beside these tests, or the one of machine code that <c>PHASED_ROLLOUT_PROGRAM</c> names.</summary>
    public static IReadOnlyList<string> Command => Environment.GetEnvironmentVariable("PHASED_ROLLOUT_PROGRAM") is { Length: > 0 } native
        ? [native]
        : [ChildBuild.DotNet, Path.Combine(AppContext.BaseDirectory, "_build.dll")];

    /// <summary>Its process id.</summary>
    public int Pid => _process.Id;

    /// <summary>It has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>What it has said so far.</summary>
    public string Output => string.Join('\n', _lines);

    /// <summary>Starts it in a folder. Variables of the test's own process that would change what it does are kept from it.</summary>
    public static RunningProgram Start(
        string folder, IReadOnlyList<string> arguments, IReadOnlyCollection<string> composeVariables, IReadOnlyDictionary<string, string>? variables)
    {
        // A shell's background job ignores SIGINT, and so would all that it starts, these tests and the program.
        var start = new ProcessStartInfo("env")
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--default-signal=INT,HUP,TERM", .. Command, .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var name in start.Environment.Keys
            .Where(name => ChildBuild.IsKeptFromChild(name, composeVariables) || name.StartsWith("NUKE_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new RunningProgram(process);
    }

    /// <summary>Waits for its end.</summary>
    public async Task<ProgramRun> EndAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            await _reading.WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"The program did not end within {Patience.TotalMinutes:0} minutes. It said:\n{Output}");
        }

        return new ProgramRun(_process.ExitCode, Output, _clock.Elapsed);
    }

    /// <summary>Waits until it says something.</summary>
    public Task WaitForAsync(string text, CancellationToken cancellationToken) =>
        WaitForAsync(() => Task.FromResult(Output.Contains(text, StringComparison.Ordinal)), $"the program said \"{text}\"", cancellationToken);

    /// <summary>Waits until something is so; fails when the program ends before.</summary>
    public async Task WaitForAsync(Func<Task<bool>> isSo, string what, CancellationToken cancellationToken)
    {
        while (!await isSo())
        {
            if (_process.HasExited || _clock.Elapsed > Patience)
                throw new InvalidOperationException($"It was never so that {what}. The program said:\n{Output}");
            await Task.Delay(50, cancellationToken);
        }
    }

    /// <summary>Sends it a signal.</summary>
    public void Signal(int signal) => Signals.Send(_process.Id, signal);

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
            _lines.Enqueue(line);
    }
}

/// <summary>What a run of the program left.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">All that it said.</param>
/// <param name="Elapsed">How long it took.</param>
internal sealed record ProgramRun(int ExitCode, string Output, TimeSpan Elapsed)
{
    /// <summary>Expects the exit code, and never a stack trace.</summary>
    public ProgramRun ShouldEndWith(int exitCode)
    {
        ExitCode.ShouldBe(exitCode, Output);
        Output.ShouldNotContain("   at PhasedRollout.", customMessage: Output);
        Output.ShouldNotContain("   at System.", customMessage: Output);
        Output.ShouldNotContain("Unhandled exception", customMessage: Output);
        return this;
    }

    /// <summary>Expects that it said all of this.</summary>
    public ProgramRun ShouldSay(params string[] texts)
    {
        foreach (var text in texts)
            Output.ShouldContain(text, Case.Sensitive, Output);
        return this;
    }
}
