using System.Diagnostics;
using System.Globalization;
using Docker.DotNet;
using PhasedRollout.Demo.Machines;

namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>An engine of a scenario's own, which may be killed: in a network namespace, with folders and a socket that nobody else uses.</summary>
internal sealed class PrivateEngine : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("phased-rollout-engine-").FullName;
    private readonly Process holder;
    private readonly Machine machine;

    /// <param name="busybox">A static busybox: whatever a machine has, it brings up the namespace's loopback.</param>
    public PrivateEngine(string busybox)
    {
        // The namespace is there as long as this process.
        holder = Process.Start("unshare", ["--net", busybox, "sh", "-c", $"{busybox} ifconfig lo 127.0.0.1 up && exec {busybox} sleep 3600"]);
        machine = new Machine(
            new MachineOptions
            {
                Directory = Path.Combine(folder, "machine"),
                PackagesDirectory = Repository.PathOf(".nuke", "temp", "packages"),
                DockerSocket = Path.Combine(folder, "docker.sock"),
                EngineNamespaceOf = holder.Id,
            },
            _ => { });
        Client = new DockerClientBuilder().WithEndpoint(new Uri(DockerHost)).Build();
    }

    /// <summary>As <c>--docker-host</c> takes it.</summary>
    public string DockerHost => $"unix://{folder}/docker.sock";

    public DockerClient Client { get; }

    private string RunDirectory => DockerEngineSetup.RunDirectory(machine.Directory);

    /// <summary>Starts it, and waits until it answers.</summary>
    public Task StartAsync() => machine.EnsureEngineAsync(CancellationToken.None);

    /// <summary>Where it keeps images and containers.</summary>
    public string DataRoot => Path.Combine(machine.Directory, "engine");

    /// <summary>Gives it, before it is started, a disk of its own with no more room than this; it goes with the engine.</summary>
    public async Task LimitDiskAsync(int mebibytes)
    {
        Directory.CreateDirectory(DataRoot);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", FormattableString.Invariant($"size={mebibytes}m"), "tmpfs", DataRoot], CancellationToken.None))
            .OrThrow("Mounting a small disk");
    }

    /// <summary>kill -9, and then the start that a machine's init would do.</summary>
    public async Task CrashAsync()
    {
        await machine.Processes.StopAsync("dockerd", CancellationToken.None, Signals.Kill);
        // Its containerd dies with it; where nobody buries the dead, the new engine would take the one of this id for alive.
        File.Delete(Path.Combine(RunDirectory, "exec", "containerd", "containerd.pid"));
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await machine.Processes.StopAsync("dockerd", CancellationToken.None);
        KillOrphans();
        await Mounts.ReleaseAsync(machine.Directory, CancellationToken.None);
        await Mounts.ReleaseAsync(RunDirectory, CancellationToken.None);
        await machine.RemoveAsync(CancellationToken.None);
        foreach (var left in ((string[])[RunDirectory, machine.Directory]).Where(Directory.Exists))
            Directory.Delete(left, recursive: true);
        holder.Kill();
        await holder.WaitForExitAsync(CancellationToken.None);
        holder.Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    // An engine that could not be started again leaves the processes of its containers, each below a shim that names its folder.
    private void KillOrphans()
    {
        var processes = Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(name => int.TryParse(name, out _)).Select(name => name!).ToList();
        var shims = processes.Where(process => Read(process, "cmdline").Contains(RunDirectory, StringComparison.Ordinal)).ToHashSet();
        foreach (var process in processes.Where(process => shims.Contains(process) || shims.Contains(ParentOf(process))))
            Signals.Send(int.Parse(process, CultureInfo.InvariantCulture), Signals.Kill);
    }

    // proc(5): after the name in brackets, the state and the parent.
    private static string ParentOf(string process) => Read(process, "stat").Split(')')[^1].Split(' ').ElementAtOrDefault(2) ?? "";

    private static string Read(string process, string file)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/{file}");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
