using System.Diagnostics;

namespace PhasedRollout.Demo.Machines;

/// <summary>What a finished program left behind.</summary>
internal sealed record CommandResult(string Program, int ExitCode, string Output, string Errors)
{
    /// <summary>The last lines of what it said, for a message.</summary>
    public string LastWords =>
        string.Join(Environment.NewLine, (Errors.Trim().Length > 0 ? Errors : Output).Trim().Split('\n').TakeLast(5));

    /// <summary>This result, unless the program failed.</summary>
    /// <exception cref="DemoException">It did.</exception>
    public CommandResult OrThrow(string purpose) =>
        ExitCode == 0 ? this : throw new DemoException($"{purpose}: {Program} ended with exit code {ExitCode}.{Environment.NewLine}{LastWords}");
}

/// <summary>Runs a program to its end, without a shell.</summary>
internal static class Command
{
    /// <summary>Starts a program, feeds it and collects what it says.</summary>
    /// <exception cref="DemoException">There is no such program.</exception>
    public static async Task<CommandResult> RunAsync(
        string program,
        IReadOnlyList<string> arguments,
        CancellationToken ct,
        IReadOnlyDictionary<string, string>? environment = null,
        string? directory = null,
        string input = "")
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = directory ?? "",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["LC_ALL"] = "C.UTF-8";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            start.Environment[name] = value;

        using var process = StartOrThrow(start);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(ct);
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct);
            return new CommandResult(Path.GetFileName(program), process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    private static Process StartOrThrow(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new DemoException($"{start.FileName} cannot be started: {error.Message}", error);
        }
    }
}
