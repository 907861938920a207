using System.Diagnostics;

namespace PhasedRollout.Tests.Nuke;

/// <summary>Starts the sample program and sends it real signals.</summary>
public sealed class SignalTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("nuke-");

    public SignalTests() => root.CreateSubdirectory(".nuke");

    private static string Program { get; } = Path.Combine(
        Repository.PathOf("tests", "Nuke", "Sample", "bin"), new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "Sample.dll");

    private bool IsReported => File.Exists(Path.Combine(root.FullName, "report"));

    public void Dispose() => root.Delete(recursive: true);

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 143)]
    public async Task A_signal_stops_the_running_target_and_the_assured_one_still_runs(string signal, int exitCode)
    {
        using var process = Start("Waiting", "After");
        await Until(process, "waiting");
        await Send(process, signal);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        (await Exit(process)).ShouldBe(exitCode);
        output.ShouldContain($"SIG{signal} received: stopping.");
        output.ShouldContain("Waiting            Aborted");
        output.ShouldContain("After              NotRun");
        output.ShouldContain("Report             Succeeded");
        output.ShouldContain("Build cancelled on ");
        output.ShouldNotContain("   at ");
        IsReported.ShouldBeTrue();
    }

    [Fact]
    public async Task A_body_that_ends_normally_after_the_signal_counts_as_aborted()
    {
        using var process = Start("Ignoring", "After");
        await Until(process, "waiting");
        await Send(process, "TERM");
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        (await Exit(process)).ShouldBe(143);
        output.ShouldNotContain("must not run");
        IsReported.ShouldBeTrue();
    }

    [Fact]
    public async Task A_second_signal_ends_everything_at_once()
    {
        using var process = Start("Deaf");
        await Until(process, "waiting");
        await Send(process, "INT");
        await Until(process, "stopping");
        await Send(process, "INT");
        (await Exit(process)).ShouldBe(130);
    }

    [Fact]
    public async Task A_reader_that_goes_away_does_not_end_the_run()
    {
        using var process = Start("Chatty");
        await Until(process, "line 0");
        process.StandardOutput.Close();
        (await Exit(process)).ShouldBe(0);
        IsReported.ShouldBeTrue();
    }

    // A shell's background job ignores SIGINT, and so would all that it starts, these tests and the program.
    private Process Start(params string[] words) => Process.Start(new ProcessStartInfo("env", ["--default-signal=INT,HUP,TERM", "dotnet", Program, .. words])
    {
        WorkingDirectory = root.FullName,
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
    })!;

    /// <summary>Reads until a line holds the text.</summary>
    private static async Task Until(Process process, string text)
    {
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }

        throw new InvalidOperationException($"The program ended without saying '{text}'");
    }

    private static async Task<int> Exit(Process process)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static async Task Send(Process process, string signal)
    {
        using var kill = Process.Start("bash", ["-c", $"kill -{signal} {process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        kill.ExitCode.ShouldBe(0);
    }
}
