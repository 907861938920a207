using System.ComponentModel;
using System.Diagnostics;

namespace Nuke.Common.Output;

/// <summary>Opens files, where somebody sits in front of a desktop.</summary>
internal static class Desktop
{
    /// <summary>What opens a file here, or null where nobody would see it.</summary>
    public static Action<string>? Opener(IReadOnlyDictionary<string, string> environment, bool isTerminal)
    {
        if (!isTerminal || Console.IsInputRedirected || environment.ContainsKey("CI"))
            return null;
        if (OperatingSystem.IsWindows())
            return path => Start(new ProcessStartInfo(path) { UseShellExecute = true });
        if (OperatingSystem.IsMacOS())
            return path => Start(new ProcessStartInfo("open") { ArgumentList = { path } });
        return environment.ContainsKey("DISPLAY") || environment.ContainsKey("WAYLAND_DISPLAY")
            ? path => Start(new ProcessStartInfo("xdg-open") { ArgumentList = { path } })
            : null;
    }

    private static void Start(ProcessStartInfo start)
    {
        try
        {
            Process.Start(start)?.Dispose();
        }
        catch (Win32Exception)
        {
            // No program to open it with: its path was printed.
        }
    }
}
