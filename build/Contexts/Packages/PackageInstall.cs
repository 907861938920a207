using PhasedRollout.Contexts.Dockerfiles;

namespace PhasedRollout.Contexts.Packages;

/// <summary>A command of a Dockerfile that installs what a file of the repository names.</summary>
/// <param name="Ecosystem">Where the packages come from.</param>
/// <param name="Line">The line of its RUN.</param>
/// <param name="Command">The command, for people.</param>
internal sealed record PackageInstall(PackageEcosystem Ecosystem, int Line, string Command)
{
    /// <summary>The files it reads, from the repository's root: requirements, a manifest and its lock, projects.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Packages that stand in the command itself, such as <c>django==4.2</c>.</summary>
    public IReadOnlyList<string> Words { get; init; } = [];

    /// <summary>True when every builder runs it, and the build fails with it, with nothing between it and the public index as far as can be seen.</summary>
    public bool IsCertain { get; init; }

    /// <summary>The version of Python that runs it, or null.</summary>
    public string? Python { get; init; }

    /// <summary>True when packages for development are left out, or may be.</summary>
    public bool LeavesDevelopmentOut { get; init; }
}

/// <summary>Finds them.</summary>
internal sealed class PackageInstalls(EvaluatedDockerfile dockerfile, RepositoryTree tree, string context)
{
    private static readonly string[] Configurations = ["pip.conf", ".npmrc", ".yarnrc", ".yarnrc.yml", "bunfig.toml", "nuget.config", "uv.toml"];

    /// <summary>The installs of the stages that a build needs.</summary>
    // Whoever brings a configuration of his own, or a secret one, has an index of his own as likely as not.
    public IEnumerable<PackageInstall> Read() => dockerfile.Stages
        .Where(stage => dockerfile.IsNeeded(stage) && !stage.IsReplaced && !StageRuns.Instructions(stage).Any(BringsConfiguration))
        .SelectMany(stage => StageRuns.Of(stage, tree, context))
        .SelectMany(Read);

    private static bool BringsConfiguration(EvaluatedInstruction it) =>
        it.Mounts.Any(mount => mount.Type == "secret")
        || (it.Instruction.Keyword is "ENV" or "ARG" && it.Instruction.Pairs.Any(pair => InstallCommands.NamesAnIndex(pair.Name)))
        || (it.Instruction.Keyword is "COPY" or "ADD" && it.Instruction.Arguments.Any(path =>
            Configurations.Contains(TreeFolders.NameOf(path.TrimEnd('/')), StringComparer.OrdinalIgnoreCase)))
        || (it.Instruction.Keyword == "RUN" && InstallCommands.ConfiguresAnIndex(it.Instruction.Text));

    private IEnumerable<PackageInstall> Read(StageRun run)
    {
        var stage = run.Stage;
        foreach (var command in run.Commands)
        {
            if (InstallCommands.Read(command.Written, path => run.Files.Find(path, command.Folder), tree) is not { } install)
                continue;

            yield return install with
            {
                Line = run.Instruction.Instruction.Line,
                IsCertain = install.IsCertain && command.MustSucceed && IsPublic(stage.BaseImage),
                Python = PythonOf(stage.BaseImage),
                LeavesDevelopmentOut = install.LeavesDevelopmentOut || stage.Environment.ContainsKey("NODE_ENV") || stage.Arguments.Any(argument => argument.Name == "NODE_ENV"),
            };
        }
    }

    /// <summary>True for images that bring no index and no settings of their own: Docker Hub's official ones and Microsoft's.</summary>
    public static bool IsPublic(string? image) => image is not null && Rollouts.ImageReference.Parse(image) is { } reference
        && ((reference.Registry == Rollouts.ImageReference.DockerHub && reference.Repository.StartsWith("library/", StringComparison.Ordinal))
            || reference.Registry == "mcr.microsoft.com");

    // python:3.12-slim
    private static string? PythonOf(string? image)
    {
        if (image is null || Rollouts.ImageReference.Parse(image) is not { } reference || TreeFolders.NameOf(reference.Repository) != "python")
            return null;

        var parts = reference.Tag.Split('-')[0].Split('.');
        return parts is ["3", var minor, ..] && minor.All(char.IsAsciiDigit) ? $"3.{minor}" : null;
    }
}
