using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>What lies in the folders of a container when it starts, as far as COPY tells.</summary>
internal sealed class StartedFiles
{
    private readonly ServiceSubject subject;
    private readonly StageFiles files;

    private StartedFiles(ServiceSubject subject, StageFiles files, string? folder) => (this.subject, this.files, Folder) = (subject, files, folder);

    /// <summary>Where the container starts; null when that is not known.</summary>
    public string? Folder { get; }

    /// <summary>The files of a service; null when they are not known.</summary>
    public static StartedFiles? Of(ServiceSubject subject)
    {
        if (subject is not { Image: { IsReplaced: false } stage, Tree: { } tree, Context: { } context } || ContextFiles.Of(subject) is not { IsComplete: true } files)
            return null;

        return new StartedFiles(
            subject, new StageFiles(tree, context.Reference.Path, StageRuns.Instructions(stage), null, StageSteps.IsSent(subject, files)),
            subject.Service.WorkingDirectory ?? stage.WorkingDirectory);
    }

    /// <summary>What lies at <paramref name="path"/>; nothing is known of what a mount of the compose file hides.</summary>
    public StagePath Look(string path)
    {
        if (!path.StartsWith('/') && Folder is null)
            return new StagePath(null, false);

        var full = StageFiles.Join(Folder ?? "/", path);
        return subject.Service.Mounts.Any(mount => full == mount.Target.TrimEnd('/') || full.StartsWith(mount.Target.TrimEnd('/') + "/", StringComparison.Ordinal))
            ? new StagePath(null, false)
            : files.Look(full, "/");
    }
}
