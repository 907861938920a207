using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PhasedRollout.Demo.GitHub;

namespace PhasedRollout.Demo;

/// <summary>What the stand-in's own process is told, in a file.</summary>
/// <param name="Repository">Owner and name.</param>
/// <param name="Directory">The bare git repository.</param>
/// <param name="Git">The git to run.</param>
/// <param name="Port">The port to take if it is free; 0 for any.</param>
/// <param name="PortFile">Takes the port once it serves.</param>
internal sealed record StandInSettings(string Repository, string Directory, GitProgram Git, int Port, string PortFile);

/// <summary>The process that serves the demo's repository as GitHub would, and stays when the demo has ended.</summary>
public static class DemoProcess
{
    /// <summary>The first argument by which <c>Main</c> knows that it is to be this process.</summary>
    public const string Argument = "__demo-github";

    /// <summary>Serves until SIGTERM.</summary>
    /// <param name="args">The arguments of <c>Main</c>, with or without <see cref="Argument"/> in front: the path of the settings.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> MainAsync(string[] args)
    {
        var settings = JsonSerializer.Deserialize(await File.ReadAllTextAsync(args[^1]), DemoJson.Default.StandInSettings)!;
        var options = new GitHubStandInOptions
        {
            Repositories = new Dictionary<string, string> { [settings.Repository] = settings.Directory },
            Git = settings.Git,
            Port = settings.Port,
            // GitHub's window is an hour. Here nobody who plays with the demo shall have to wait that long.
            RateWindow = TimeSpan.FromMinutes(1),
            Log = Console.Out.WriteLine,
        };
        await using var gitHub = Start(options);
        var port = gitHub.Port.ToString(CultureInfo.InvariantCulture);
        await File.WriteAllTextAsync(settings.PortFile + ".new", port);
        File.Move(settings.PortFile + ".new", settings.PortFile, overwrite: true);

        var end = new TaskCompletionSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            end.TrySetResult();
        });
        await end.Task;
        return 0;
    }

    private static GitHubStandIn Start(GitHubStandInOptions options)
    {
        try
        {
            return GitHubStandIn.Start(options);
        }
        catch (DemoException) when (options.Port != 0)
        {
            return GitHubStandIn.Start(options with { Port = 0 });
        }
    }
}
