using PhasedRollout.Contexts.Dockerfiles;
using PhasedRollout.Contexts.Packages;
using PhasedRollout.Contexts.Rules.Copying;
using PhasedRollout.Contexts.Rules.Serving;
using PhasedRollout.Contexts.Shells;

namespace PhasedRollout.Contexts.Rules.Programs;

/// <summary>A command of a RUN on an official image, with what was said before it.</summary>
/// <param name="Run">The RUN.</param>
/// <param name="Image">The image at the bottom of its stage.</param>
/// <param name="Command">The command.</param>
/// <param name="Words">Its words from the program on.</param>
/// <param name="Program">The program, without its folder.</param>
/// <param name="IsNeeded">True when the RUN fails without the program as far as can be seen.</param>
/// <param name="Memory">What was said before, in this stage and those below.</param>
internal sealed record StageStep(
    StageRun Run, BaseImage Image, ShellCommand Command, IReadOnlyList<string> Words, string Program, bool IsNeeded, StageMemory Memory);

/// <summary>Goes through the commands of the stages that a build needs.</summary>
internal static class StageSteps
{
    /// <summary>The commands of stages on official images, in order; <see cref="StageStep.Memory"/> is right only until the next one is asked for.</summary>
    public static IEnumerable<StageStep> Of(ServiceSubject subject, EvaluatedDockerfile dockerfile) =>
        subject is not { Tree: { } tree, Context: { } context } || dockerfile.Source.HasForeignSyntax || ContextFiles.Of(subject) is not { } files ? []
            : dockerfile.Stages
                .Where(stage => !stage.IsReplaced && dockerfile.IsNeeded(stage) && PackageInstalls.IsPublic(stage.BaseImage))
                .SelectMany(stage => Of(stage, tree, context.Reference.Path, IsSent(subject, files)));

    /// <summary>Whether a builder gets an entry of the tree.</summary>
    public static Func<TreeEntry, bool> IsSent(ServiceSubject subject, ContextFiles files)
    {
        var start = subject.Context!.Reference.Path is { Length: > 0 } folder ? folder.Length + 1 : 0;
        return entry => entry.Path.Length > start && files.IsSent(entry.Path[start..], entry);
    }

    /// <summary>What was said in <paramref name="stage"/> and below, up to its end.</summary>
    public static StageMemory MemoryOf(Stage stage)
    {
        var memory = new StageMemory();
        foreach (var it in StageRuns.Instructions(stage))
            memory.Take(it);
        return memory;
    }

    private static IEnumerable<StageStep> Of(Stage stage, RepositoryTree tree, string context, Func<TreeEntry, bool> isSent)
    {
        if (BaseImage.Of(stage.BaseImage) is not { } image || ImageSystems.Of(image) == ImageSystem.Unknown)
            yield break;

        var memory = new StageMemory();
        var own = StageRuns.Of(stage, tree, context, isSent).ToDictionary(run => run.Instruction);
        foreach (var it in StageRuns.Instructions(stage))
        {
            if (own.TryGetValue(it, out var run))
            {
                // Mounts may bring programs, too.
                if (it.Mounts.Any(mount => mount.From is not null))
                    memory.Take(it);
                for (var i = 0; i < run.Commands.Count; i++)
                {
                    var command = run.Commands[i];
                    string[] words = [.. command.Written.SkipWhile(StageMemory.IsInFront)];
                    if (words is [{ Length: > 0 } first, ..])
                        yield return new StageStep(run, image, command, words, first[(first.LastIndexOf('/') + 1)..], IsDecisive(run.Commands, i), memory);
                    memory.Take(command);
                }
            }

            memory.Take(it);
        }
    }

    // What a pipe reads from decides, too, where the whole pipe does.
    private static bool IsDecisive(IReadOnlyList<ShellCommand> commands, int at)
    {
        if (commands[at].MustSucceed)
            return true;

        var last = at;
        while (last + 1 < commands.Count && commands[last + 1].Link == ShellLink.Pipe)
            last++;
        return last > at && commands[last].MustSucceed;
    }
}
