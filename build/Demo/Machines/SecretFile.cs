namespace PhasedRollout.Demo.Machines;

/// <summary>Files that only their owner may read.</summary>
internal static class SecretFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replaces a file in one step; it is never readable by others, not even while it is written.</summary>
    public static async Task WriteAsync(string path, string text, CancellationToken ct)
    {
        if (OperatingSystem.IsWindows())
            throw new DemoException("The demo needs Linux.");
        var draft = path + ".new";
        File.Delete(draft);
        var create = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = OwnerOnly };
        await using (var writer = new StreamWriter(draft, create))
            await writer.WriteAsync(text.AsMemory(), ct);
        File.Move(draft, path, overwrite: true);
    }
}
