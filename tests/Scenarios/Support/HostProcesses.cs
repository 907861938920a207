namespace PhasedRollout.Tests.Scenarios.Support;

/// <summary>The processes of this machine, those of containers and build steps too.</summary>
internal static class HostProcesses
{
    /// <summary>True when one runs whose program and arguments, joined by blanks, are <paramref name="command"/>.</summary>
    public static bool Runs(string command) => Directory.EnumerateDirectories("/proc").Any(folder => CommandOf(folder) == command);

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static async Task UntilAsync(Func<bool> condition, string what, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!condition())
        {
            patience.IsCancellationRequested.ShouldBeFalse(what);
            await Task.Delay(20, CancellationToken.None);
        }
    }

    private static string CommandOf(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Replace('\0', ' ');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // No process, or one that ended meanwhile.
            return "";
        }
    }
}
