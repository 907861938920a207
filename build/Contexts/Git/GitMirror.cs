using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Git;

/// <summary>A bare repository of ours beside one on another host: it fetches single commits with their trees, and files only when they are wanted.</summary>
internal sealed class GitMirror(GitProcess git, string address, string root, IRunLog log) : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly TimeSpan OnTheLine = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Here = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly string folder = Path.Combine(root, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(address)))[..24]);
    private HashSet<string>? present;

    /// <summary>The refs that <paramref name="patterns"/> match.</summary>
    public async Task<GitResult> ListAsync(IEnumerable<string> patterns, CancellationToken cancellationToken) =>
        await RunAsync(["ls-remote", "--symref", "--", address, .. patterns], OnTheLine, cancellationToken);

    /// <summary>The whole tree of <paramref name="commit"/>, fetched when it is not here yet.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="reference">The full name of a ref that named it a moment ago; for a server that gives no commit by its id.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="WorldRefusedException">The server does not give it.</exception>
    public async Task<IReadOnlyList<TreeEntry>> ReadTreeAsync(string commit, string? reference, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await PrepareAsync(cancellationToken);
            var list = await InAsync(["ls-tree", "-r", "-t", "-z", "--full-tree", commit], Here, cancellationToken);
            if (!list.Succeeded)
            {
                await FetchAsync(commit, reference, cancellationToken);
                list = await InAsync(["ls-tree", "-r", "-t", "-z", "--full-tree", commit], Here, cancellationToken);
            }

            return list.Succeeded && GitTree.Parse(list.Output) is { } entries
                ? entries
                : throw Refused($"its tree at {commit} cannot be read: {list.Reason}");
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The bytes of blobs of a commit whose tree was read; those that are not here come in one fetch.</summary>
    /// <exception cref="WorldRefusedException">The server does not give them.</exception>
    public async Task<IReadOnlyDictionary<string, byte[]>> ReadBlobsAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            await PrepareAsync(cancellationToken);
            await FetchMissingAsync(ids, cancellationToken);
            var answer = await InAsync(["cat-file", "--batch"], Here, cancellationToken, Lines(ids));
            return answer.Succeeded ? Split(answer.Output, ids) : throw Refused(answer.Reason);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => turn.Dispose();

    // git asks for what it misses by itself, one object a round trip; here all of them are asked for at once.
    private async Task FetchMissingAsync(IReadOnlyCollection<string> ids, CancellationToken cancellationToken)
    {
        if (present is null)
        {
            var all = await InAsync(["cat-file", "--batch-all-objects", "--unordered", "--batch-check=%(objectname)"], Here, cancellationToken);
            present = [.. all.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }

        string[] missing = [.. ids.Where(id => !present.Contains(id))];
        if (missing.Length == 0)
            return;

        log.Debug(string.Create(CultureInfo.InvariantCulture, $"fetching {missing.Length} files of {ContextUrl.WithoutPassword(address)}"));
        var fetched = await InAsync(
            ["-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--recurse-submodules=no",
             "--filter=blob:none", "--stdin", "origin"],
            OnTheLine, cancellationToken, Lines(missing));
        if (!fetched.Succeeded)
            throw Refused(fetched.Reason);

        present.UnionWith(missing);
    }

    private async Task FetchAsync(string commit, string? reference, CancellationToken cancellationToken)
    {
        string[] fetch = ["fetch", "--quiet", "--no-tags", "--depth=1", "--filter=blob:none", "--recurse-submodules=no", "origin"];
        var fetched = await InAsync([.. fetch, commit], OnTheLine, cancellationToken);
        if (!fetched.Succeeded && reference is not null)
            fetched = await InAsync([.. fetch, reference], OnTheLine, cancellationToken);
        if (!fetched.Succeeded)
            throw Refused(fetched.Reason);
    }

    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(folder, "ready")))
            return;

        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(folder, OwnerOnly);
        foreach (var arguments in (string[][])[
            ["init", "--quiet", "--bare", "--template=", folder],
            ["--git-dir", folder, "config", "remote.origin.url", address],
            ["--git-dir", folder, "config", "remote.origin.promisor", "true"],
            ["--git-dir", folder, "config", "remote.origin.partialclonefilter", "blob:none"]])
        {
            var made = await RunAsync(arguments, Here, cancellationToken);
            if (!made.Succeeded)
                throw Refused(made.Reason);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "ready"), "", cancellationToken);
    }

    // id SP type SP size LF bytes LF
    private Dictionary<string, byte[]> Split(byte[] output, IReadOnlyCollection<string> ids)
    {
        var blobs = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        var rest = output.AsSpan();
        foreach (var id in ids)
        {
            var end = rest.IndexOf((byte)'\n');
            if (end < 0 || Encoding.ASCII.GetString(rest[..end]).Split(' ') is not [var found, "blob", var length] || found != id
                || !int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                throw Refused($"it has no file {id}");

            blobs[id] = rest.Slice(end + 1, size).ToArray();
            rest = rest[(end + size + 2)..];
            if (GitObjectId.OfBlob(blobs[id]) != id)
                throw Refused($"file {id} arrived with other bytes");
        }

        return blobs;
    }

    private static string Lines(IEnumerable<string> ids) => string.Concat(ids.Select(id => id + "\n"));

    private Task<GitResult> InAsync(IEnumerable<string> arguments, TimeSpan timeout, CancellationToken cancellationToken, string input = "") =>
        RunAsync(["--git-dir", folder, .. arguments], timeout, cancellationToken, input);

    private async Task<GitResult> RunAsync(IReadOnlyList<string> arguments, TimeSpan timeout, CancellationToken cancellationToken, string input = "") =>
        await git.RunAsync(arguments, timeout, cancellationToken, input)
            ?? throw new WorldRefusedException(FailureClass.BuildContextNotFound, "there is no git on this machine to look with", "install git, then run again");

    private WorldRefusedException Refused(string why) => new(
        FailureClass.BuildContextNotFound,
        $"{ContextUrl.WithoutPassword(address)}: {why}",
        "check that `git ls-remote` reaches it from here; a private repository needs a credential helper or an ssh key that git finds by itself");
}
