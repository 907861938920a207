using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace PhasedRollout.Demo.GitHub;

/// <summary>A git object: its full id, its type (<c>commit</c>, <c>tree</c>, <c>blob</c>, <c>tag</c>) and its bytes.</summary>
internal sealed record GitObject(string Id, string Type, byte[] Content);

/// <summary>One line of <c>git ls-tree -l</c>.</summary>
/// <param name="Mode">Six octal digits.</param>
/// <param name="Type"><c>blob</c>, <c>tree</c> or <c>commit</c> (a submodule).</param>
/// <param name="Id">Object id.</param>
/// <param name="Size">Bytes of a blob, otherwise null.</param>
/// <param name="Path">From the listed tree, with slashes.</param>
internal sealed record GitTreeEntry(string Mode, string Type, string Id, long? Size, string Path);

/// <summary>Reads a git repository: objects through one long-lived <c>git cat-file --batch</c>, the rest by one process a question.</summary>
internal sealed class GitRepository(GitProgram git, string directory) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Process? _batch;
    private PipeReader? _answers;

    /// <summary>The branch that HEAD names.</summary>
    public async Task<string> DefaultBranchAsync(CancellationToken ct) =>
        (await ReadTextAsync(["symbolic-ref", "--short", "HEAD"], ct)).Trim();

    /// <summary>The commit a name stands for, or null. A full ref name wins, then a branch, then a tag, then a commit id of at least seven digits.</summary>
    public async Task<string?> ResolveCommitAsync(string name, CancellationToken ct)
    {
        if (name == "HEAD")
            name = await DefaultBranchAsync(ct);
        var refs = (await ReadTextAsync(["for-each-ref", "--format=%(objectname) %(*objectname) %(refname)"], ct))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(' '))
            .ToDictionary(parts => parts[2], parts => parts[1].Length > 0 ? parts[1] : parts[0], StringComparer.Ordinal);
        foreach (var candidate in new[] { name, $"refs/{name}", $"refs/heads/{name}", $"refs/tags/{name}" })
            if (refs.TryGetValue(candidate, out var target))
                return target;
        return IsObjectId(name) && await ReadAsync(name, ct) is { Type: "commit" } commit ? commit.Id : null;
    }

    /// <summary>An object by its full or shortened id, or null when there is none (or more than one).</summary>
    public async Task<GitObject?> ReadAsync(string id, CancellationToken ct)
    {
        if (!IsObjectId(id))
            return null;
        await _turn.WaitAsync(ct);
        try
        {
            if (_batch is null)
            {
                _batch = Start(["cat-file", "--batch"]);
                _answers = PipeReader.Create(_batch.StandardOutput.BaseStream);
            }

            // From here on the question has been put: an answer half read would be taken for the next one's.
            await _batch.StandardInput.WriteAsync($"{id}\n");
            await _batch.StandardInput.FlushAsync(CancellationToken.None);
            var header = (await ReadLineAsync(_answers!)).Split(' ');
            if (header is not [var fullId, var type, var size])
                return null;
            var content = await ReadExactlyAsync(_answers!, int.Parse(size, CultureInfo.InvariantCulture) + 1);
            return new GitObject(fullId, type, content[..^1]);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>An object by an expression such as <c>main:path/to/file</c> (<c>git rev-parse</c>), or null when there is none.</summary>
    public async Task<GitObject?> ReadExpressionAsync(string expression, CancellationToken ct)
    {
        var (reference, path) = expression.Split(':', 2) is [var before, var after] ? (before, after) : (expression, null);
        if (await ResolveCommitAsync(reference, ct) is not { } commit)
            return null;
        if (path is null)
            return await ReadAsync(commit, ct);

        var entry = (await ListTreeAsync(commit, recursive: true, ct)).FirstOrDefault(entry => entry.Path == path);
        return entry is null ? null : await ReadAsync(entry.Id, ct);
    }

    /// <summary>The entries of a tree or of a commit's tree.</summary>
    public async Task<IReadOnlyList<GitTreeEntry>> ListTreeAsync(string id, bool recursive, CancellationToken ct)
    {
        string[] arguments = recursive ? ["ls-tree", "-z", "-l", "-r", "-t", id] : ["ls-tree", "-z", "-l", id];
        return [.. (await ReadTextAsync(arguments, ct)).Split('\0', StringSplitOptions.RemoveEmptyEntries).Select(ParseEntry)];
    }

    /// <summary>Starts <c>git archive</c>, which leaves out what <c>export-ignore</c> names, as GitHub's archives do.</summary>
    public Process StartArchive(string commit, string folder) =>
        Start(["archive", "--format=tar.gz", $"--prefix={folder}/", commit]);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_batch is not null)
        {
            _batch.StandardInput.Close();
            await _batch.WaitForExitAsync();
            _batch.Dispose();
        }

        _turn.Dispose();
    }

    private static bool IsObjectId(string text) => text.Length is >= 7 and <= 40 && text.All(char.IsAsciiHexDigit);

    private static GitTreeEntry ParseEntry(string line)
    {
        var tab = line.IndexOf('\t', StringComparison.Ordinal);
        var parts = line[..tab].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new GitTreeEntry(
            parts[0], parts[1], parts[2], parts[3] == "-" ? null : long.Parse(parts[3], CultureInfo.InvariantCulture), line[(tab + 1)..]);
    }

    private static async Task<string> ReadLineAsync(PipeReader reader)
    {
        while (true)
        {
            var result = await reader.ReadAsync();
            if (result.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = Encoding.UTF8.GetString(result.Buffer.Slice(0, end));
                reader.AdvanceTo(result.Buffer.GetPosition(1, end));
                return line;
            }

            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
                throw new IOException("git cat-file ended without an answer.");
        }
    }

    private static async Task<byte[]> ReadExactlyAsync(PipeReader reader, int count)
    {
        var result = await reader.ReadAtLeastAsync(count);
        if (result.Buffer.Length < count)
            throw new IOException("git cat-file ended within an answer.");
        var bytes = result.Buffer.Slice(0, count).ToArray();
        reader.AdvanceTo(result.Buffer.GetPosition(count));
        return bytes;
    }

    private async Task<string> ReadTextAsync(string[] arguments, CancellationToken ct)
    {
        using var process = Start(arguments);
        process.StandardInput.Close();
        var text = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0
            ? text
            : throw new IOException($"git {arguments[0]} in {directory} ended with exit code {process.ExitCode}.");
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo(git.Executable)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        // The repository may belong to another user than the one who serves it.
        foreach (var argument in (string[])["-c", "safe.directory=*", "-C", directory, .. arguments])
            start.ArgumentList.Add(argument);
        GitEnvironment.Apply(start.Environment, git);
        return Process.Start(start)!;
    }
}
