using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Demo.Machines;

/// <summary>Starts a Docker engine of our own from the programs on this machine, or from Debian's packages.</summary>
internal sealed class DockerEngineSetup(MachineOptions options, DebianPackages packages, DetachedProcesses processes, Action<string> log)
{
    private const string Name = "dockerd";
    private static readonly string[] Needed = ["dockerd", "containerd", "runc", "iptables"];

    /// <summary>Starts the engine and waits until it answers on <see cref="MachineOptions.DockerSocket"/>.</summary>
    /// <exception cref="DemoException">It cannot be had, or did not come up; with the last lines of its log.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        if (!Environment.IsPrivilegedProcess)
            throw new DemoException($"No Docker engine answers at {options.DockerSocket}, and only root can start one. Start yours, or name it in DOCKER_HOST.");

        var environment = Needed.All(program => ProgramFinder.Find(program, options.SearchPath) is not null)
            ? new Dictionary<string, string> { ["PATH"] = string.Join(':', options.SearchPath) }
            : await UnpackAsync(ct);
        var dockerd = ProgramFinder.Find("dockerd", environment["PATH"].Split(':'))!;

        // Unix sockets have at most 108 characters in their path, and containerd puts some deep into this folder.
        var run = RunDirectory(options.Directory);
        var data = Path.Combine(options.Directory, "engine");
        Directory.CreateDirectory(run);
        Directory.CreateDirectory(Path.GetDirectoryName(options.DockerSocket)!);
        log($"Starting a Docker engine: {dockerd}, socket {options.DockerSocket}, data in {data}, log in {processes.LogFile(Name)}.");
        string[] command =
        [
            .. options.EngineNamespaceOf is { } process ? [ProgramFinder.Find("nsenter", options.SearchPath)!, FormattableString.Invariant($"--net=/proc/{process}/ns/net")] : Array.Empty<string>(),
            dockerd,
            "--data-root", data,
            "--exec-root", Path.Combine(run, "exec"),
            "--pidfile", Path.Combine(run, "dockerd.pid"),
            "-H", $"unix://{options.DockerSocket}",
        ];
        var record = processes.Start(new DetachedProgram(Name, command[0], command[1..]) { Environment = environment });
        await processes.WaitUntilAsync(record, token => EngineSocket.AnswersAsync(options.DockerSocket, token), TimeSpan.FromSeconds(60), ct);
    }

    /// <summary>Ends the engine if it is ours, with everything in it.</summary>
    public async Task RemoveAsync(CancellationToken ct)
    {
        if (!await processes.StopAsync(Name, ct))
            return;
        log("The Docker engine of the demo has ended.");
        await Mounts.ReleaseAsync(options.Directory, ct);
        var run = RunDirectory(options.Directory);
        await Mounts.ReleaseAsync(run, ct);
        if (Directory.Exists(run))
            Directory.Delete(run, recursive: true);
    }

    /// <summary>Short, and another one for every place the demo runs from.</summary>
    internal static string RunDirectory(string directory) =>
        "/run/phased-rollout-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..8];

    private async Task<Dictionary<string, string>> UnpackAsync(CancellationToken ct)
    {
        var root = await packages.UnpackAsync("a Docker engine", ["docker.io", "containerd", "runc", "tini", "iptables"], ct);
        var sbin = Path.Combine(root, "usr/sbin");
        var environment = DebianRoot.Environment(root, options.SearchPath);
        environment["XTABLES_LIBDIR"] = Path.Combine(DebianRoot.LibraryFolders(root).First(), "xtables");
        await ChooseIptablesAsync(sbin, environment, ct);
        return environment;
    }

    /// <summary>Debian links <c>iptables</c> when it installs the package; we link the variant that this kernel takes.</summary>
    private static async Task ChooseIptablesAsync(string sbin, Dictionary<string, string> environment, CancellationToken ct)
    {
        var failures = new StringBuilder();
        foreach (var variant in (string[])["nft", "legacy"])
        {
            foreach (var tool in (string[])["iptables", "ip6tables", "iptables-save", "iptables-restore"])
            {
                File.Delete(Path.Combine(sbin, tool));
                File.CreateSymbolicLink(Path.Combine(sbin, tool), $"xtables-{variant}-multi");
            }

            var attempt = await Command.RunAsync(Path.Combine(sbin, "iptables"), ["-t", "nat", "-L", "-n"], ct, environment);
            if (attempt.ExitCode == 0)
                return;
            failures.Append(CultureInfo.InvariantCulture, $"{Environment.NewLine}iptables-{variant}: {attempt.LastWords}");
        }

        throw new DemoException($"A Docker engine needs iptables, and this kernel takes neither variant:{failures}");
    }
}
