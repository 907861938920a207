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

    /// <summary>What the ignore file of a context leaves out: <c>Dockerfile.dockerignore</c> beside the Dockerfile, else <c>.dockerignore</c>.</summary>
    /// <exception cref="WorldRefusedException">The file cannot be read.</exception>
    public async Task<DockerIgnore> ReadIgnoreFileAsync(
        string service, RepositoryTree tree, string context, ContextDockerfile dockerfile, CancellationToken cancellationToken)
    {
        var file = tree.Find(InContext(context, dockerfile.Path + IgnoreFile)) is { Kind: TreeEntryKind.File or TreeEntryKind.Executable } own
            ? own
            : tree.Find(InContext(context, IgnoreFile));
        if (file is not { Kind: TreeEntryKind.File or TreeEntryKind.Executable })
            return DockerIgnore.Nothing;

        try
        {
            return DockerIgnore.Parse(await spool.ReadTextAsync(file.Id, cancellationToken));
        }
        catch (FormatException error)
        {
            throw new WorldRefusedException(FailureClass.BuildFailure, $"{service}: {file.Path[Prefix(context)..]}: {error.Message}",
                "correct the pattern; see https://docs.docker.com/build/concepts/context/#dockerignore-files", service: service, inner: error);
        }
    }

    /// <summary>True when the ignore file leaves out what a builder reads itself: the Dockerfile, or <c>.dockerignore</c> when the context has one.</summary>
    public static bool KeepsBuildersFilesAway(DockerIgnore ignore, RepositoryTree tree, string context, ContextDockerfile dockerfile) =>
        ignore.Ignores(dockerfile.Path) || (ignore.Ignores(IgnoreFile) && tree.Find(InContext(context, IgnoreFile)) is not null);

    /// <summary>Writes the archive.</summary>
    /// <param name="service">The service, for messages.</param>
    /// <param name="tree">The verified tree.</param>
    /// <param name="context">The folder.</param>
    /// <param name="dockerfile">The Dockerfile.</param>
    /// <param name="ignore">What is left out.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task WriteAsync(
        string service, RepositoryTree tree, string context, ContextDockerfile dockerfile, DockerIgnore ignore, Stream output, CancellationToken cancellationToken)
    {
        var prefix = Prefix(context);
        var files = tree.Below(context)
            .Select(entry => entry with { Path = entry.Path[prefix..] })
            .OrderBy(entry => entry.Path, StringComparer.Ordinal);
        var folders = new HashSet<string>(StringComparer.Ordinal);

        await using var writer = new TarWriter(output, TarEntryFormat.Gnu, leaveOpen: true);
        foreach (var file in files)
        {
            // The classic builder reads both itself, and takes them out of the context again when the ignore file says so.
            if (file.Kind == TreeEntryKind.Directory || (ignore.Ignores(file.Path) && file.Path != dockerfile.Path && file.Path != IgnoreFile))
                continue;

            await WriteFoldersAsync(writer, file.Path, folders, cancellationToken);
            await WriteEntryAsync(writer, service, file, cancellationToken);
        }

        if (dockerfile.Content is { } bytes)
            await writer.WriteEntryAsync(Entry(TarEntryType.RegularFile, dockerfile.Path, FileMode, new MemoryStream(bytes)), cancellationToken);
    }

    private static int Prefix(string context) => context.Length == 0 ? 0 : context.Length + 1;

    private static string InContext(string context, string path) => context.Length == 0 ? path : $"{context}/{path}";

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
