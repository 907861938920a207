using System.Diagnostics;
using System.Runtime.InteropServices;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Demo;

/// <summary>Runs the ordinary build as a child, as a user would type it, and lets signals that meant us reach it.</summary>
internal sealed class ChildBuild(string assembly, string directory)
{
    private static readonly string[] Tokens = ["GITHUB_TOKEN", "GH_TOKEN", "NUKE_GITHUB_TOKEN"];

    /// <summary>The <c>dotnet</c> that runs us.</summary>
    public static string DotNet =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? Environment.ProcessPath!
            : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Where the program of machine code lies that is started in place of an assembly when it is there (<c>CompileNative</c>).</summary>
    public static string NativeProgram(string assembly) => Path.ChangeExtension(assembly, OperatingSystem.IsWindows() ? "native.exe" : "native");

    /// <summary>The words that start a build, as <c>build.sh</c> chooses them.</summary>
    public static IReadOnlyList<string> Command(string assembly) => File.Exists(NativeProgram(assembly)) ? [NativeProgram(assembly)] : [DotNet, assembly];

    /// <summary>Whether a variable of ours must not reach the child: the user's tokens, and whatever would take precedence over the demo's own files.</summary>
    public static bool IsKeptFromChild(string variable, IReadOnlyCollection<string> composeVariables) =>
        Tokens.Contains(variable) || variable.StartsWith("COMPOSE_", StringComparison.Ordinal) || composeVariables.Contains(variable);

    /// <summary>Waits for the child to end by itself, also after a signal: it has a report to write.</summary>
    /// <returns>The child's exit code.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> arguments, IReadOnlyCollection<string> composeVariables)
    {
        // A session of its own: the terminal's Ctrl+C reaches only us, so that exactly one signal reaches the child.
        var start = new ProcessStartInfo("setsid") { WorkingDirectory = directory };
        foreach (var argument in (string[])[.. Command(assembly), .. arguments])
            start.ArgumentList.Add(argument);
        foreach (var variable in start.Environment.Keys.Where(name => IsKeptFromChild(name, composeVariables)).ToList())
            start.Environment.Remove(variable);

        using var child = Process.Start(start)!;
        using var interrupt = Forward(PosixSignal.SIGINT, Signals.Interrupt);
        using var terminate = Forward(PosixSignal.SIGTERM, Signals.Terminate);
        using var hangUp = Forward(PosixSignal.SIGHUP, Signals.Terminate);
        await child.WaitForExitAsync(CancellationToken.None);
        return child.ExitCode;

        PosixSignalRegistration Forward(PosixSignal signal, int number) => PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            if (!child.HasExited)
                Signals.Send(child.Id, number);
        });
    }
}
