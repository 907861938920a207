using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Rollouts;

namespace PhasedRollout.Contexts.Rules.Toolchains;

/// <summary>What a project says of the version of its language.</summary>
/// <param name="File">The file that says it, from the repository's root.</param>
/// <param name="Line">Its line.</param>
/// <param name="Text">The line.</param>
/// <param name="Range">The versions.</param>
internal sealed record ToolchainNeed(string File, int Line, string Text, VersionRange Range)
{
    /// <summary>How certain a failure can be at the most.</summary>
    public Certainty Most { get; init; } = Certainty.Certain;
}

/// <summary>A language of which an official image has one version, and whose programs refuse a project that asks for another.</summary>
internal abstract class Toolchain
{
    /// <summary>Its name.</summary>
    public abstract string Name { get; }

    /// <summary>Words in a RUN, ENV, ARG or COPY that speak of another version than the image's, or of a change to the project's file.</summary>
    public abstract IReadOnlyList<string> Markers { get; }

    /// <summary>Why the command does not help itself, for people.</summary>
    public abstract string Reason { get; }

    /// <summary>The version in an official image; null for any other image, and for a tag without numbers.</summary>
    public abstract VersionNumber? VersionIn(BaseImage image);

    /// <summary>The files that say which version <paramref name="command"/> needs, from the repository's root; empty for a command that asks for
    /// none.</summary>
    public abstract IReadOnlyList<string> Files(StageCommand command, RepositoryTree tree);

    /// <summary>What <paramref name="files"/> say; null when they say nothing that is understood.</summary>
    /// <param name="command">The command.</param>
    /// <param name="files">What <see cref="Files"/> named.</param>
    /// <param name="read">The text of a file; null when it was not read.</param>
    public abstract ToolchainNeed? Need(StageCommand command, IReadOnlyList<string> files, Func<string, string?> read);

    /// <summary>The image that a person would take instead.</summary>
    /// <param name="image">The image.</param>
    /// <param name="had">Its version.</param>
    /// <param name="wanted">The version that the project names.</param>
    public virtual string Instead(BaseImage image, VersionNumber had, VersionNumber wanted)
    {
        // As many numbers as the tag had: golang:1.24 becomes golang:1.25, which moves on with its patches.
        var variant = image.Tag.IndexOf('-', StringComparison.Ordinal) is >= 0 and var dash ? image.Tag[dash..] : "";
        return $"{image.Repository}:{string.Join('.', wanted.Parts.Take(had.Parts.Count))}{variant}";
    }

    /// <summary>The file called <paramref name="name"/> in the folder of the command or the nearest one above it.</summary>
    protected static string? FindAbove(StageCommand command, string name)
    {
        for (var folder = command.Folder; folder is not null; folder = folder == "/" ? null : folder[..Math.Max(folder.LastIndexOf('/'), 1)])
        {
            if (command.Files.Find(name, folder) is { } found)
                return found;
        }

        return null;
    }

    /// <summary>The words without assignments in front.</summary>
    protected static string[] Program(StageCommand command) =>
        [.. command.Words.SkipWhile(word => word.Contains('=', StringComparison.Ordinal) && !word.StartsWith('-'))];
}
