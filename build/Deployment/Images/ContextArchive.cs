using System.Formats.Tar;
using PhasedRollout.Contexts;
using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Deployment.Images;

/// <summary>Writes a build context as the tar archive that an engine takes: the files of the verified tree that the ignore file leaves,
/// in the order of their names, with fixed times and owners, so that the same tree gives the same bytes.</summary>
internal sealed class ContextArchive(BlobSpool spool, IRunLog log)
{
    private const string IgnoreFile = ".dockerignore";

    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode ExecutableMode =
        FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Writes the archive.</summary>
    /// <param name="service">The service, for messages.</param>
    /// <param name="tree">The verified tree.</param>
    /// <param name="context">The folder.</param>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteAsync(
        string service, RepositoryTree tree, string context, ContextDockerfile dockerfile, Stream output, CancellationToken cancellationToken)
    {
        var prefix = context.Length == 0 ? 0 : context.Length + 1;
        var files = tree.Below(context)
            .Select(entry => entry with { Path = entry.Path[prefix..] })
            .OrderBy(entry => entry.Path, StringComparer.Ordinal)
            .ToArray();
        var ignore = await ReadIgnoreFileAsync(service, files, dockerfile, cancellationToken);
        var folders = new HashSet<string>(StringComparer.Ordinal);

        await using var writer = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var file in files)
        {
            // The builder reads both itself, and takes them out of the context again when the ignore file says so.
            if (file.Kind == TreeEntryKind.Directory || (ignore.Ignores(file.Path) && file.Path != dockerfile.Path && file.Path != IgnoreFile))
                continue;

            await WriteFoldersAsync(writer, file.Path, folders, cancellationToken);
            await WriteEntryAsync(writer, service, file, cancellationToken);
        }

        if (dockerfile.Content is { } bytes)
            await writer.WriteEntryAsync(Entry(TarEntryType.RegularFile, dockerfile.Path, FileMode, new MemoryStream(bytes)), cancellationToken);
    }

    private async Task<DockerIgnore> ReadIgnoreFileAsync(
        string service, TreeEntry[] files, ContextDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var file = files.FirstOrDefault(entry => entry.Path == dockerfile.Path + IgnoreFile) ?? files.FirstOrDefault(entry => entry.Path == IgnoreFile);
        if (file is not { Kind: TreeEntryKind.File or TreeEntryKind.Executable })
            return DockerIgnore.Nothing;

        try
        {
            return DockerIgnore.Parse(await spool.ReadTextAsync(file.Id, cancellationToken));
        }
        catch (FormatException error)
        {
            throw new WorldRefusedException(FailureClass.BuildFailure, $"{service}: {file.Path}: {error.Message}",
                "correct the pattern; see https://docs.docker.com/build/concepts/context/#dockerignore-files", service: service, inner: error);
        }
    }

    private static async Task WriteFoldersAsync(TarWriter writer, string path, HashSet<string> written, CancellationToken cancellationToken)
    {
        for (var slash = path.IndexOf('/', StringComparison.Ordinal); slash >= 0; slash = path.IndexOf('/', slash + 1))
            if (written.Add(path[..slash]))
                await writer.WriteEntryAsync(Entry(TarEntryType.Directory, path[..slash] + "/", ExecutableMode), cancellationToken);
    }

    private async Task WriteEntryAsync(TarWriter writer, string service, TreeEntry file, CancellationToken cancellationToken)
    {
        switch (file.Kind)
        {
            case TreeEntryKind.File or TreeEntryKind.Executable:
                await using (var content = spool.Open(file.Id))
                {
                    var mode = file.Kind == TreeEntryKind.Executable ? ExecutableMode : FileMode;
                    await writer.WriteEntryAsync(Entry(TarEntryType.RegularFile, file.Path, mode, content), cancellationToken);
                }

                break;

            case TreeEntryKind.Symlink:
                var target = await spool.ReadTextAsync(file.Id, cancellationToken);
                if (LeavesContext(file.Path, target))
                {
                    // The engine refuses a whole context over one such link; git's own checkout would leave it dangling.
                    log.Warning($"{service}: {file.Path} links to '{target}', outside the context, and is left out");
                    break;
                }

                var link = Entry(TarEntryType.SymbolicLink, file.Path, ExecutableMode);
                link.LinkName = target;
                await writer.WriteEntryAsync(link, cancellationToken);
                break;

            case TreeEntryKind.Submodule:
                log.Warning($"{service}: {file.Path} is a submodule; its files are not part of the verified commit and are not sent");
                break;
        }
    }

    private static GnuTarEntry Entry(TarEntryType type, string path, UnixFileMode mode, Stream? content = null)
    {
        var entry = new GnuTarEntry(type, path) { Mode = mode, ModificationTime = DateTimeOffset.UnixEpoch };
        if (content is not null)
            entry.DataStream = content;
        return entry;
    }

    /// <summary>True when a relative link climbs above the context. An absolute one is the image's own business.</summary>
    internal static bool LeavesContext(string path, string target)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal))
            return true;
        if (target.StartsWith('/'))
            return false;

        var depth = path.Count(character => character == '/');
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            depth += part switch { "." => 0, ".." => -1, _ => 1 };
            if (depth < 0)
                return true;
        }

        return false;
    }
}

/// <summary>The Dockerfile of a context.</summary>
/// <param name="Path">Its path in the archive.</param>
/// <param name="Content">Its bytes when it does not stand in the context: inline, or above it; else null.</param>
internal sealed record ContextDockerfile(string Path, byte[]? Content);
