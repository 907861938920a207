using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace PhasedRollout.Contexts.Git;

/// <summary>What a git that ended left behind.</summary>
/// <param name="ExitCode">0 when all is well; null when it was ended because it took too long.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">What it said beside.</param>
internal sealed record GitResult(int? ExitCode, byte[] Output, string Errors)
{
    /// <summary>True when all went well.</summary>
    public bool Succeeded => ExitCode == 0;

    /// <summary>Its output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>The line that says why it failed: the first that git calls fatal or an error, else the last.</summary>
    public string Reason
    {
        get
        {
            if (ExitCode is null)
                return "git took too long";

            var lines = Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var line = Array.Find(lines, line => line.StartsWith("fatal: ", StringComparison.Ordinal) || line.StartsWith("error: ", StringComparison.Ordinal))
                ?? (lines.Length > 0 ? lines[^1] : $"git ended with exit code {ExitCode}");
            return Shown.Safe(ContextUrl.WithoutPassword(line.Replace("fatal: ", "", StringComparison.Ordinal).Replace("error: ", "", StringComparison.Ordinal)));
        }
    }
}

/// <summary>Runs git without a shell. It never asks a person, speaks only the protocols of git contexts, runs no hook, and sees no repository but
/// the one it is told of. Credentials come from where git itself looks for them (helpers, ssh agent), never from us.</summary>
/// <param name="executable">The program; a name is looked for on <c>PATH</c>.</param>
internal sealed class GitProcess(string executable = "git")
{
    private static readonly string[] Always =
    [
        "-c", "protocol.version=2", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "gc.auto=0", "-c", "maintenance.auto=false",
        "-c", "http.lowSpeedLimit=1", "-c", "http.lowSpeedTime=15",
    ];

    // Those of a git that we are started from: they would lead to its repository.
    private static readonly string[] NotInherited =
    [
        "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_NAMESPACE",
        "GIT_PREFIX", "GIT_CEILING_DIRECTORIES", "GIT_TRACE", "GIT_TRACE_CURL", "GIT_CURL_VERBOSE", "GIT_PROTOCOL_FROM_USER",
    ];

    /// <summary>Runs it to its end; null when there is no such program.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="input">What it reads.</param>
    public async Task<GitResult?> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken, string input = "")
    {
        using var process = Start(arguments);
        if (process is null)
            return null;

        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        late.CancelAfter(timeout);
        using var output = new MemoryStream();
        try
        {
            var errors = process.StandardError.ReadToEndAsync(late.Token);
            var copied = process.StandardOutput.BaseStream.CopyToAsync(output, late.Token);
            await WriteAsync(process, input, late.Token);
            await copied;
            var said = await errors;
            await process.WaitForExitAsync(late.Token);
            return new GitResult(process.ExitCode, output.ToArray(), said);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            cancellationToken.ThrowIfCancellationRequested();
            return new GitResult(null, [], "");
        }
    }

    private static async Task WriteAsync(Process process, string input, CancellationToken cancellationToken)
    {
        try
        {
            await process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(input), cancellationToken);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading; its exit code says why.
        }
    }

    private Process? Start(IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in Always.Concat(arguments))
            start.ArgumentList.Add(argument);
        foreach (var name in NotInherited)
            start.Environment.Remove(name);

        start.Environment["GIT_TERMINAL_PROMPT"] = "0";
        start.Environment["GIT_ALLOW_PROTOCOL"] = "http:https:ssh:git";
        start.Environment["GCM_INTERACTIVE"] = "never";
        start.Environment["GIT_LFS_SKIP_SMUDGE"] = "1";
        start.Environment["LC_ALL"] = "C";
        start.Environment.TryAdd("GIT_ASKPASS", "");
        if (!start.Environment.ContainsKey("GIT_SSH"))
            start.Environment.TryAdd("GIT_SSH_COMMAND", "ssh -o BatchMode=yes -o ConnectTimeout=15");

        try
        {
            return Process.Start(start);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
