using PhasedRollout.Contexts;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Repository archives by commit, on disk: however many contexts and phases need one, it is downloaded once. It is trusted no more than the
/// network: every file that is taken from it is compared with the verified tree.</summary>
internal sealed class ArchiveCache(IRepositorySource source, string folder, TimeProvider clock)
{
    private const int Kept = 3;

    /// <summary>Opens the archive of a commit, downloaded first unless it is there.</summary>
    /// <exception cref="WorldRefusedException">The source does not answer.</exception>
    public async Task<Stream> OpenAsync(RepositoryName repository, string commit, CancellationToken cancellationToken)
    {
        var file = PathOf(repository, commit);
        if (Open(file) is { } known)
        {
            File.SetLastWriteTimeUtc(file, clock.GetUtcNow().UtcDateTime);
            return known;
        }

        PrivateFolder.Create(folder);
        var incoming = Path.Combine(folder, $"incoming-{Guid.NewGuid():N}");
        try
        {
            await using (var archive = await source.OpenArchiveAsync(repository, commit, cancellationToken))
            await using (var target = new FileStream(incoming, FileMode.CreateNew, FileAccess.Write))
                await archive.CopyToAsync(target, cancellationToken);
            File.Move(incoming, file, overwrite: true);
        }
        finally
        {
            File.Delete(incoming);
        }

        ForgetOld();
        return Open(file) ?? throw new IOException($"{file} is gone");
    }

    /// <summary>Forgets an archive that turned out to be damaged.</summary>
    public void Forget(RepositoryName repository, string commit) => File.Delete(PathOf(repository, commit));

    private string PathOf(RepositoryName repository, string commit) => Path.Combine(folder, $"{repository.Owner}--{repository.Name}--{commit}.tar.gz");

    private static FileStream? Open(string file)
    {
        try
        {
            return new FileStream(file, new FileStreamOptions
            {
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            });
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    private void ForgetOld()
    {
        foreach (var old in new DirectoryInfo(folder).EnumerateFiles("*.tar.gz").OrderByDescending(file => file.LastWriteTimeUtc).Skip(Kept))
            old.Delete();
    }
}

/// <summary>Folders that only this user can read.</summary>
internal static class PrivateFolder
{
    /// <summary>Makes a folder, and those above it, unless it is there.</summary>
    public static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
