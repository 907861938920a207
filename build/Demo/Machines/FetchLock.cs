namespace PhasedRollout.Demo.Machines;

/// <summary>
/// Keeps two processes from fetching into one folder: tests, demo and benchmark may run at once. The system ends it with its process, so that
/// one that was killed keeps nobody out.
/// </summary>
internal sealed class FetchLock : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly FileStream _file;

    private FetchLock(FileStream file) => _file = file;

    /// <summary>Waits until nobody else fetches into a folder.</summary>
    /// <param name="folder">The folder; made if missing.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="UnauthorizedAccessException">We may not write there.</exception>
    public static async Task<FetchLock> TakeAsync(string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        while (true)
        {
            try
            {
                return new FetchLock(new FileStream(Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException) when (Directory.Exists(folder))
            {
                await Task.Delay(Pause, ct);
            }
        }
    }

    public void Dispose() => _file.Dispose();
}
