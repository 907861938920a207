using System.Diagnostics;

namespace PhasedRollout.Runs;

/// <summary>Runs a program in the foreground: it shares our input and output and ends when we do.</summary>
public static class ForegroundProcess
{
    /// <summary>Starts a program without a shell and waits for it.</summary>
    /// <param name="program">The program.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    /// <param name="environment">Variables over our own.</param>
    /// <param name="cancellationToken">Ends the program and all that it started.</param>
    /// <returns>Its exit code.</returns>
    public static async Task<int> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        try
        {
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
