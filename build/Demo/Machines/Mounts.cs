namespace PhasedRollout.Demo.Machines;

/// <summary>What an engine mounted below its folders and left there when it ended.</summary>
internal static class Mounts
{
    /// <summary>Unmounts everything at or below a folder, so that it can be deleted.</summary>
    public static async Task ReleaseAsync(string folder, CancellationToken ct)
    {
        foreach (var point in Below(folder, await File.ReadAllLinesAsync("/proc/self/mounts", ct)))
            await Command.RunAsync("umount", ["--lazy", point], ct);
    }

    /// <summary>The mount points at or below a folder, the deepest first (proc(5): the second field, with blanks as <c>\040</c>).</summary>
    internal static IReadOnlyList<string> Below(string folder, IEnumerable<string> mounts) =>
        [.. mounts.Select(line => line.Split(' ')[1].Replace("\\040", " ", StringComparison.Ordinal))
            .Where(point => point == folder || point.StartsWith(folder + "/", StringComparison.Ordinal))
            .OrderByDescending(point => point.Length)];
}
