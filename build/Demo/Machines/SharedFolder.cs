using System.Security.Cryptography;
using System.Text;

namespace PhasedRollout.Demo.Machines;

/// <summary>A folder that the unprivileged user of a server can reach.</summary>
internal static class SharedFolder
{
    private const UnixFileMode Passable = UnixFileMode.OtherExecute;

    /// <summary>The wanted folder, or one below <c>/var/tmp</c> when a folder above it (such as <c>/root</c>) lets nobody pass.</summary>
    public static string Resolve(string wanted)
    {
        for (var folder = new DirectoryInfo(wanted); folder is not null; folder = folder.Parent)
            if (folder.Exists && (folder.UnixFileMode & Passable) == 0)
                return "/var/tmp/phased-rollout-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..8];
        return wanted;
    }

    /// <summary>Makes a folder that belongs to <c>nobody</c> alone, when we are root; otherwise to us.</summary>
    public static async Task CreatePrivateAsync(string path, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            throw new DemoException("The demo's servers need Linux.");
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await GiveToNobodyAsync(path, ct);
    }

    /// <summary>Hands a file or folder to <c>nobody</c>, when we are root.</summary>
    public static async Task GiveToNobodyAsync(string path, CancellationToken ct)
    {
        if (Environment.IsPrivilegedProcess)
            (await Command.RunAsync("chown", [$"{DetachedProcesses.Nobody}:{DetachedProcesses.Nobody}", path], ct)).OrThrow($"Handing {path} to nobody");
    }
}
